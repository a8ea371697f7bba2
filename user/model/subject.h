/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SUBJECT_H
#define _KVMLAT_SUBJECT_H

#include "history.h"
#include "lib/kvmlat.h"

/* What the rows of VMs and vCPUs tell; the states are in the order of enum kvmlat_state. */
enum figure {
	FIG_EXITS,
	FIG_STATE,
	FIG_WAKE = FIG_STATE + KVMLAT_NR_STATES,
	FIG_RUNQ,
	FIG_WAKE_MAX,
	FIG_RUNQ_MAX,
	NR_FIGURES,
};

/* How often a row of a vCPU's account grew in each second. */
struct rate {
	uint32_t	cls;
	uint32_t	code;
	struct history	past;
};

/**
 * struct subject - a VM, a vCPU, or all of them
 * @vm_id: 0 for all
 * @tid: of a vCPU
 * @vcpus: of a VM
 * @name: of the guest, or of a vCPU's thread
 * @elapsed: the time that @now covers; 0 for one that ended before
 * @now: exits a second, per cent of the time in each state, and ns; NAN where there is none
 * @at_most: bits of those figures of @now that are only known not to be exceeded
 * @rates: of a vCPU, ascending by class and code
 */
struct subject {
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	uint32_t	pid;
	uint32_t	tid;
	uint32_t	vcpus;
	bool		gone;
	char		name[KVMLAT_NAME_SIZE];
	uint64_t	elapsed;
	double		now[NR_FIGURES];
	uint32_t	at_most;
	struct history	past[NR_FIGURES];
	size_t		nr_rates;
	size_t		room;
	struct rate	*rates;
};

/* Ascending by VM and vCPU. The spare array is for the next snapshot. */
struct subjects {
	size_t		nr;
	size_t		room;
	struct subject	**at;
	struct subject	**spare;
};

typedef void (*name_vm_fn)(const struct kvmlat_vm *vm, char *name, size_t size);
typedef void (*name_vcpu_fn)(const struct kvmlat_vcpu *v, char *name, size_t size);

/*
 * Make the subjects those of the last snapshot. -1 if memory is short.
 * @name: may be NULL; finds a VM's name once, and that of a vCPU's thread once for each thread
 */
int subjects_sync_vms(struct subjects *list, const struct kvmlat_snapshot *snap, name_vm_fn name);
int subjects_sync_vcpus(struct subjects *list, const struct kvmlat_snapshot *snap,
			name_vcpu_fn name);
struct subject *subject_find(const struct subjects *list, uint32_t vm_id, uint32_t vcpu_id);
void subjects_free(struct subjects *list);

/* The row of a class and code; NULL if memory is short. @at is where to look first. */
struct rate *subject_rate(struct subject *e, uint32_t cls, uint32_t code, size_t *at);
const struct rate *subject_find_rate(const struct subject *e, uint32_t cls, uint32_t code);

#endif /* _KVMLAT_SUBJECT_H */
