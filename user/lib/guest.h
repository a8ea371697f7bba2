/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and threads of guests, from /proc. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_GUEST_H
#define _KVMLAT_GUEST_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvmlat_guest - what /proc tells about a VMM
 * @name: of the guest, else of the command
 * @threads: number of threads
 * @uptime: seconds since the process started
 */
struct kvmlat_guest {
	char		name[KVMLAT_NAME_SIZE];
	uint32_t	threads;
	double		uptime;
	uint64_t	spare[4];
};

/** kvmlat_get_guest - look a VMM up; -1 if there is no such process */
KVMLAT_API int kvmlat_get_guest(uint32_t pid, struct kvmlat_guest *guest);

/**
 * kvmlat_guest_name - the guest's name in a VMM's command line
 * @cmdline: as in /proc/PID/cmdline, a NUL after each argument
 *
 * Knows -name of QEMU (and so of libvirt, KubeVirt, OpenStack and Proxmox), --name of kvmtool and
 * crosvm, --id of firecracker, and the file name of the API socket of cloud-hypervisor, firecracker
 * and crosvm. False if there is none: libkrun's guests have no name, nor has a socket that was
 * handed over as a descriptor.
 */
KVMLAT_API bool kvmlat_guest_name(const char *cmdline, size_t len, char *name, size_t size);

/** kvmlat_thread_name - the name of a VMM's thread; -1 if there is no such thread */
KVMLAT_API int kvmlat_thread_name(uint32_t pid, uint32_t tid, char *name, size_t size);

/**
 * kvmlat_thread_start - when a VMM's thread started; -1 if there is no such thread
 * @ticks: since boot, of sysconf(_SC_CLK_TCK) a second. Tells it from a later thread of its id.
 */
KVMLAT_API int kvmlat_thread_start(uint32_t pid, uint32_t tid, uint64_t *ticks);

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_GUEST_H */
