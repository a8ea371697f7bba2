/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libkvmlat - read the accounts of the kvmlat kernel module, turn its knobs
 *
 * Three layers, each usable without the next:
 *
 *  - the module:	kvmlat_open, kvmlat_get_*, kvmlat_reset speak the netlink family that
 *			<linux/kvmlat.h> describes;
 *  - the model:	struct kvmlat_account and what can be done with it (account.h: merge,
 *			percentile; and delta). Pure: no system call, no global state;
 *  - names:		exit reasons and guests (names.h).
 *
 * Knobs are in knob.h.
 *
 * Functions that can fail return 0, or -1 with the reason in *err. err may be NULL. A handle
 * is for one thread at a time; different handles do not know of each other. Times are ns.
 */
#ifndef _KVMLAT_KVMLAT_H
#define _KVMLAT_KVMLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/kvmlat.h>

#include "account.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KVMLAT_NAME_SIZE	256

/**
 * enum kvmlat_status - what kind of failure a kvmlat_error describes
 * @KVMLAT_E_NONE: no failure
 * @KVMLAT_E_NO_MODULE: the kernel does not know the family: the module is not loaded
 * @KVMLAT_E_PERMISSION: the caller has not the capability that the request needs
 * @KVMLAT_E_ABI: library and module speak different versions of the contract
 * @KVMLAT_E_NOT_FOUND: no such VM or vCPU
 * @KVMLAT_E_REFUSED: the module refused for another reason
 * @KVMLAT_E_PROTOCOL: the reply is not as the contract says
 * @KVMLAT_E_SYSTEM: a system call of this process failed, or memory is short
 */
enum kvmlat_status {
	KVMLAT_E_NONE,
	KVMLAT_E_NO_MODULE,
	KVMLAT_E_PERMISSION,
	KVMLAT_E_ABI,
	KVMLAT_E_NOT_FOUND,
	KVMLAT_E_REFUSED,
	KVMLAT_E_PROTOCOL,
	KVMLAT_E_SYSTEM,
};

/**
 * struct kvmlat_error - why a call failed
 * @status: what kind of failure
 * @error: errno of the kernel or of the system call, 0 where there is none
 * @attr: KVMLAT_A_* of the request's attribute at fault, 0 where none is
 * @item: which of the knobs of a kvmlat_set_knobs is at fault, from 1; 0 if none is
 * @text: a sentence without a full stop; the kernel's own where it sent one
 */
struct kvmlat_error {
	enum kvmlat_status	status;
	int			error;
	uint16_t		attr;
	unsigned int		item;
	char			text[384];
};

/* The module */

struct kvmlat;

/**
 * struct kvmlat_filter - which VMs and vCPUs; zero means all
 * @vm_id: the VM of this id; 0 for any
 * @pid: the VMs of this process; 0 for any
 * @vcpu_id: the vCPU of this id, if @has_vcpu_id
 * @code: only the row of this exit reason, if @has_code
 * @histograms: with histograms, which percentiles need
 * @details: with the details of exits, where they are switched on
 */
struct kvmlat_filter {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	vcpu_id;
	uint32_t	code;
	bool		has_vcpu_id;
	bool		has_code;
	bool		histograms;
	bool		details;
};

/**
 * struct kvmlat_probe - one of the hooks that the module needs
 * @name: of the tracepoint or facility
 * @attached: it works
 * @why: if not, a sentence why and what that means
 */
struct kvmlat_probe {
	char	name[64];
	bool	attached;
	char	why[KVMLAT_NAME_SIZE];
};

/** struct kvmlat_info - the module; members as the attributes of the same name */
struct kvmlat_info {
	char			version[64];
	uint32_t		abi;
	uint32_t		vendor;
	uint32_t		clock;
	uint32_t		clock_khz;
	uint64_t		now;
	uint64_t		monotonic;
	uint32_t		vms;
	uint32_t		vms_gone;
	uint32_t		vms_gone_max;
	uint32_t		vcpus;
	uint64_t		memory;
	uint32_t		vcpu_memory_max;
	uint64_t		missed;
	uint64_t		spilled;
	size_t			nr_probes;
	struct kvmlat_probe	*probes;
};

/** struct kvmlat_vm - a VM; @gone is 0 while it exists; @details of its exits are collected */
struct kvmlat_vm {
	uint32_t	vm_id;
	uint32_t	pid;
	uint32_t	vcpus;
	char		comm[64];
	uint64_t	since;
	uint64_t	gone;
	uint64_t	memory;
	bool		details;
};

/**
 * struct kvmlat_vcpu - a vCPU and its account
 * @open: an exit is being handled; it is in no row of @account yet
 * @open_cls: its class, @open_code its code, @open_since when it began
 */
struct kvmlat_vcpu {
	uint32_t		vm_id;
	uint32_t		pid;
	uint32_t		vcpu_id;
	uint32_t		tid;
	bool			gone;
	uint32_t		state;
	uint64_t		state_since;
	bool			open;
	uint32_t		open_cls;
	uint32_t		open_code;
	uint64_t		open_since;
	uint32_t		memory;
	struct kvmlat_account	account;
};

/**
 * struct kvmlat_snapshot - all that the module knew at one time
 * @now: the module's clock before the first vCPU was read
 * @monotonic: CLOCK_MONOTONIC at the same moment
 * @vendor: enum kvmlat_vendor, which names of exit reasons apply
 * @interrupted: VMs or vCPUs came, went or were reset in every attempt to read them, so one may
 *	be missing. What is there is exact.
 * @vms: ascending by vm_id; @nr_vms of them
 * @vcpus: ascending by vm_id and vcpu_id; @nr_vcpus of them
 */
struct kvmlat_snapshot {
	uint64_t		now;
	uint64_t		monotonic;
	uint32_t		vendor;
	bool			interrupted;
	size_t			nr_vms;
	struct kvmlat_vm	*vms;
	size_t			nr_vcpus;
	struct kvmlat_vcpu	*vcpus;
};

/**
 * kvmlat_open - connect to the module
 * @handle: where to put the handle, for kvmlat_close
 * @err: KVMLAT_E_NO_MODULE, KVMLAT_E_PERMISSION and KVMLAT_E_ABI tell apart what a user can mend
 */
KVMLAT_API int kvmlat_open(struct kvmlat **handle, struct kvmlat_error *err);
KVMLAT_API void kvmlat_close(struct kvmlat *handle);

/** kvmlat_set_retries - read an interrupted dump again so often before flagging it (default 5) */
KVMLAT_API void kvmlat_set_retries(struct kvmlat *handle, unsigned int retries);

KVMLAT_API int kvmlat_get_info(struct kvmlat *handle, struct kvmlat_info *info,
			       struct kvmlat_error *err);
KVMLAT_API void kvmlat_info_free(struct kvmlat_info *info);

/**
 * kvmlat_get_vms - read the VMs, but not their accounts
 * @snap: for kvmlat_snapshot_free; nr_vcpus is 0
 */
KVMLAT_API int kvmlat_get_vms(struct kvmlat *handle, const struct kvmlat_filter *filter,
			      struct kvmlat_snapshot **snap, struct kvmlat_error *err);

/**
 * kvmlat_get_snapshot - read VMs and accounts
 * @filter: NULL for all, without histograms
 * @snap: for kvmlat_snapshot_free. Nothing that matches is no failure but an empty snapshot.
 */
KVMLAT_API int kvmlat_get_snapshot(struct kvmlat *handle, const struct kvmlat_filter *filter,
				   struct kvmlat_snapshot **snap, struct kvmlat_error *err);
KVMLAT_API void kvmlat_snapshot_free(struct kvmlat_snapshot *snap);

/** kvmlat_reset - start the accounts anew; of @filter only vm_id and pid are looked at */
KVMLAT_API int kvmlat_reset(struct kvmlat *handle, const struct kvmlat_filter *filter,
			    struct kvmlat_error *err);

/**
 * kvmlat_set_details - switch the collection of details of exits on or off
 * @filter: which VMs; only vm_id and pid are looked at
 * @on: false also drops what was collected
 */
KVMLAT_API int kvmlat_set_details(struct kvmlat *handle, const struct kvmlat_filter *filter,
				  bool on, struct kvmlat_error *err);

/* The model */

KVMLAT_API const struct kvmlat_vm *kvmlat_find_vm(const struct kvmlat_snapshot *snap,
						  uint32_t vm_id);
KVMLAT_API const struct kvmlat_vcpu *kvmlat_find_vcpu(const struct kvmlat_snapshot *snap,
						      uint32_t vm_id, uint32_t vcpu_id);

/**
 * kvmlat_delta - what happened between two snapshots
 * @older: may be NULL: then the result is a copy of @newer
 *
 * A vCPU that began, or was reset, after @older counts from its begin. One that @older should
 * have held but did not (an interrupted snapshot) is left out, since nobody knows what was
 * before. Rows and details that did not change stay, with a count of 0. No time of an interval
 * is negative, and they add up to it. Returns NULL if memory is short.
 */
KVMLAT_API struct kvmlat_snapshot *kvmlat_delta(const struct kvmlat_snapshot *newer,
						const struct kvmlat_snapshot *older);

#ifdef __cplusplus
}
#endif

#include "knob.h"
#include "names.h"

#endif /* _KVMLAT_KVMLAT_H */
