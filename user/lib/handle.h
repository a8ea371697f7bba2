/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection to the module, and what it knows of itself. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_HANDLE_H
#define _KVMLAT_HANDLE_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** struct kvmlat - a connection to the module */
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
	uint32_t	spare[7];
};

/**
 * struct kvmlat_probe - one of the hooks that the module needs
 * @name: of the tracepoint or facility
 * @attached: it works
 * @why: if not, a sentence why and what that means
 */
struct kvmlat_probe {
	char		name[64];
	bool		attached;
	char		why[KVMLAT_NAME_SIZE];
	uint64_t	spare[4];
};

/**
 * struct kvmlat_info - the module; members as the attributes of the same name
 *
 * Those after @probes are 0 with a module that does not know them.
 */
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
	uint64_t		vms_gone_memory;
	uint64_t		vms_gone_memory_max;
	uint32_t		vcpus_max;
	uint32_t		user_vcpus_max;
	uint64_t		refused;
	uint64_t		spare[4];
};

/**
 * kvmlat_open - connect to the module
 * @handle: where to put the handle, for kvmlat_close
 * @err: KVMLAT_E_NO_MODULE, KVMLAT_E_PERMISSION and KVMLAT_E_ABI tell apart what a user can mend
 */
KVMLAT_API int kvmlat_open(struct kvmlat **handle, struct kvmlat_error *err);

/** kvmlat_close - end the connection; @handle may be NULL */
KVMLAT_API void kvmlat_close(struct kvmlat *handle);

/** kvmlat_set_retries - read an interrupted dump again so often before flagging it (default 5) */
KVMLAT_API void kvmlat_set_retries(struct kvmlat *handle, unsigned int retries);

/**
 * kvmlat_unknown - what was left out since kvmlat_open, since only a newer module knows it
 * @text: a sentence without a full stop that names the first of it; empty if there is none
 *
 * Returns how often. It is no failure that a module has knobs, rows or states that this library
 * does not know: all else is as it was.
 */
KVMLAT_API uint64_t kvmlat_unknown(const struct kvmlat *handle, char *text, size_t size);

/** kvmlat_get_info - what the module says of itself; @info is for kvmlat_info_free */
KVMLAT_API int kvmlat_get_info(struct kvmlat *handle, struct kvmlat_info *info,
			       struct kvmlat_error *err);

/** kvmlat_info_free - free what is in @info, but not @info */
KVMLAT_API void kvmlat_info_free(struct kvmlat_info *info);

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

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_HANDLE_H */
