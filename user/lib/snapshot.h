/* SPDX-License-Identifier: GPL-2.0-only */
/* All accounts at one time, and what came between two. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_SNAPSHOT_H
#define _KVMLAT_SNAPSHOT_H

#include "account.h"
#include "handle.h"

#ifdef __cplusplus
extern "C" {
#endif

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
	uint64_t	spare[4];
};

/**
 * struct kvmlat_vcpu - a vCPU and its account
 * @unreadable: something is wrong with the account, and all of it is 0. There is none such in a
 *	snapshot, which only counts them.
 * @open: an exit is being handled; it is in no row of @account yet
 * @open_cls: its class, @open_code its code, @open_since when it began
 */
struct kvmlat_vcpu {
	uint32_t		vm_id;
	uint32_t		pid;
	uint32_t		vcpu_id;
	uint32_t		tid;
	bool			gone;
	bool			unreadable;
	uint32_t		state;
	uint64_t		state_since;
	bool			open;
	uint32_t		open_cls;
	uint32_t		open_code;
	uint64_t		open_since;
	uint32_t		memory;
	uint64_t		spare[4];
	struct kvmlat_account	account;
};

/**
 * struct kvmlat_snapshot - all that the module knew at one time
 * @now: the module's clock before the first vCPU was read
 * @monotonic: CLOCK_MONOTONIC at the same moment
 * @vendor: enum kvmlat_vendor, which names of exit reasons apply
 * @interrupted: VMs or vCPUs came, went or were reset in every attempt to read them, so one may
 *	be missing. What is there is exact.
 * @unreadable: so many vCPUs are not here, since their accounts are damaged
 * @vms: ascending by vm_id; @nr_vms of them
 * @vcpus: ascending by vm_id and vcpu_id; @nr_vcpus of them
 * @cursor: for kvmlat_refresh, 0 if it has none
 * @nr_read: so many vCPUs were read; for kvmlat_refresh, whose callers may take some away
 */
struct kvmlat_snapshot {
	uint64_t		now;
	uint64_t		monotonic;
	uint32_t		vendor;
	bool			interrupted;
	uint32_t		unreadable;
	size_t			nr_vms;
	struct kvmlat_vm	*vms;
	size_t			nr_vcpus;
	struct kvmlat_vcpu	*vcpus;
	uint64_t		cursor;
	size_t			nr_read;
};

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

/**
 * kvmlat_refresh - read VMs and accounts as kvmlat_get_snapshot does, but ask for changes only
 * @filter: the same as that of @old
 * @old: what the last kvmlat_refresh read, also by another handle; NULL at first. It stays as it
 *	is, and can be freed before or after the new one.
 * @snap: for kvmlat_snapshot_free; whole, with what did not change
 *
 * It costs by what happened since @old. A vCPU that nothing happened to is at the instant when the
 * dump began. All is read if the module was loaded anew in between, if @old was interrupted, and if
 * vCPUs were taken away from it.
 */
KVMLAT_API int kvmlat_refresh(struct kvmlat *handle, const struct kvmlat_filter *filter,
			      const struct kvmlat_snapshot *old, struct kvmlat_snapshot **snap,
			      struct kvmlat_error *err);

/** kvmlat_snapshot_free - free a snapshot and all in it; @snap may be NULL */
KVMLAT_API void kvmlat_snapshot_free(struct kvmlat_snapshot *snap);

/** kvmlat_find_vm - the VM of this id; NULL if there is none */
KVMLAT_API const struct kvmlat_vm *kvmlat_find_vm(const struct kvmlat_snapshot *snap,
						  uint32_t vm_id);

/** kvmlat_find_vcpu - the vCPU of this id of this VM; NULL if there is none */
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

#endif /* _KVMLAT_SNAPSHOT_H */
