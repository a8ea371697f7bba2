/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what accounts hold, and of guests. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_NAMES_H
#define _KVMLAT_NAMES_H

#include "kvmlat.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvmlat_reason_name - the kernel's own name of a reason; of classes without a code their name
 * @buf: written to only for a code that the kernel's table lacks, which is shown as hex
 *
 * Exits of all classes have the names of the kvm_exit event; reasons of the class user those of
 * the kvm_userspace_exit event without KVM_EXIT_, or "interrupted" or "error".
 */
KVMLAT_API const char *kvmlat_reason_name(uint32_t vendor, uint32_t cls, uint32_t code,
					  char *buf, size_t size);

/** kvmlat_row_name - a name that no other row of an account has: "cpuid", "nested:cpuid", "wake" */
KVMLAT_API void kvmlat_row_name(uint32_t vendor, uint32_t cls, uint32_t code, char *buf,
				size_t size);
KVMLAT_API const char *kvmlat_class_name(uint32_t cls);
KVMLAT_API const char *kvmlat_detail_kind_name(uint32_t kind);
KVMLAT_API const char *kvmlat_vendor_name(uint32_t vendor);
KVMLAT_API const char *kvmlat_clock_name(uint32_t clock);
KVMLAT_API const char *kvmlat_state_name(uint32_t state);

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
};

/** kvmlat_get_guest - look a VMM up; -1 if there is no such process */
KVMLAT_API int kvmlat_get_guest(uint32_t pid, struct kvmlat_guest *guest);

/**
 * kvmlat_guest_name - the guest's name in a VMM's command line
 * @cmdline: as in /proc/PID/cmdline, a NUL after each argument
 *
 * Knows -name of QEMU (and so of libvirt), --name, and --id and the name of the API socket of
 * cloud-hypervisor and firecracker. False if there is none.
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

#endif /* _KVMLAT_NAMES_H */
