/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_MODEL_H
#define _KVMLAT_TOP_MODEL_H

#include "lib/kvmlat.h"
#include "history.h"

/* What the rows of VMs and vCPUs tell; the states are in the order of enum kvmlat_state. */
enum figure {
	FIG_EXITS,
	FIG_STATE,
	FIG_WAKE = FIG_STATE + KVMLAT_NR_STATES,
	FIG_RUNQ,
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

/* A snapshot and whether it was asked for with histograms. */
struct held {
	struct kvmlat_snapshot	*snap;
	bool			histograms;
};

/* The few rows of each account that VMs and vCPUs show. Points into the snapshot it is of. */
struct excerpt {
	struct kvmlat_snapshot	snap;
	size_t			room;
	struct kvmlat_vcpu	*vcpus;
	struct kvmlat_reason	*rows;
};

/* Whose account: of one vCPU, else of a VM, else (vm_id 0) of all. */
struct scope {
	uint32_t	vm_id;
	bool		has_vcpu;
	uint32_t	vcpu_id;
};

/**
 * struct model - what is known; all zero but for the two functions, which may be NULL
 * @name_vm: finds a VM's name, once
 * @name_vcpu: finds that of a vCPU's thread, once for each thread
 * @total: the figures are since @base, not of the last interval
 * @second: when the last snapshot came
 */
struct model {
	void		(*name_vm)(const struct kvmlat_vm *vm, char *name, size_t size);
	void		(*name_vcpu)(const struct kvmlat_vcpu *v, char *name, size_t size);
	bool		total;
	uint32_t	second;
	struct held	base;
	struct held	older;
	struct held	newer;
	struct subject	all;
	struct subjects	vms;
	struct subjects	vcpus;
	struct excerpt	before;
	struct excerpt	after;
};

/*
 * model_feed - take the next snapshot, which is the model's from then on
 * @second: of a clock that never goes back
 *
 * The first one is where since begins. -1 if memory is short.
 */
int model_feed(struct model *m, struct kvmlat_snapshot *snap, bool histograms, uint32_t second);

/* Make the figures anew after @total has changed. */
int model_recompute(struct model *m);

/* What was until now is not counted any more. */
int model_reset(struct model *m);

/* What happened to a scope, for kvmlat_account_free. -1 if memory is short. */
int model_account(const struct model *m, const struct scope *scope, struct kvmlat_account *to);

/* The rate of a row in each of the last seconds, oldest first. */
void model_rates(const struct model *m, const struct scope *scope, uint32_t cls, uint32_t code,
		 float values[HISTORY_SECONDS]);

struct subject *model_find(const struct subjects *list, uint32_t vm_id, uint32_t vcpu_id);
void model_free(struct model *m);

#endif /* _KVMLAT_TOP_MODEL_H */
