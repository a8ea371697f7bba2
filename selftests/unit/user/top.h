/* SPDX-License-Identifier: GPL-2.0-only */
/* A host that the test makes: what its module would tell, snapshot by snapshot. */
#ifndef _USER_TOP_H
#define _USER_TOP_H

#include <stdlib.h>
#include <string.h>

#include "lib/kvmlat.h"

#define MAX_HOST	8
#define MS		1000000ULL
#define SECOND		(1000 * MS)

/* A vCPU: exits of one reason, wakes, and where its time went, all since its begin. */
struct host_vcpu {
	uint32_t	vm_id;
	uint32_t	vcpu_id;
	uint64_t	start;
	uint64_t	times[KVMLAT_NR_STATES];
	uint64_t	cpuids;
	uint64_t	wakes;
	uint64_t	wake_ns;
	bool		gone;
};

struct host {
	uint64_t		now;
	bool			interrupted;
	bool			no_histograms;
	unsigned int		nr_vms;
	struct kvmlat_vm	vms[MAX_HOST];
	unsigned int		nr_vcpus;
	struct host_vcpu	vcpus[MAX_HOST];
};

static inline void host_vm(struct host *h, uint32_t id, uint32_t pid, uint32_t vcpus,
			   const char *comm)
{
	struct kvmlat_vm *vm = &h->vms[h->nr_vms++];
	uint32_t i;

	*vm = (struct kvmlat_vm){ .vm_id = id, .pid = pid, .vcpus = vcpus };
	strcpy(vm->comm, comm);
	for (i = 0; i < vcpus; i++)
		h->vcpus[h->nr_vcpus++] = (struct host_vcpu){
			.vm_id = id, .vcpu_id = i, .start = h->now
		};
}

/* VM 1 "db" with one vCPU and VM 2 "web" with two. */
static inline struct host host_new(void)
{
	struct host h = { .now = 100 * SECOND };

	host_vm(&h, 1, 501, 1, "db");
	host_vm(&h, 2, 502, 2, "web");
	return h;
}

/* Time goes on for one vCPU: so much in a state, so many exits and wakes of 10 us. */
static inline void host_spend(struct host *h, unsigned int i, uint32_t state, uint64_t ns,
			      uint64_t cpuids, uint64_t wakes)
{
	h->vcpus[i].times[state] += ns;
	h->vcpus[i].cpuids += cpuids;
	h->vcpus[i].wakes += wakes;
	h->vcpus[i].wake_ns += wakes * 10000;
}

/* A second passes: vCPU 0 is idle, 1 and 2 do 1000 and 3000 exits, 2 waits half for a CPU. */
static inline void host_second(struct host *h)
{
	h->now += SECOND;
	host_spend(h, 0, KVMLAT_STATE_WAIT, SECOND, 0, 0);
	host_spend(h, 1, KVMLAT_STATE_GUEST, 900 * MS, 1000, 10);
	host_spend(h, 1, KVMLAT_STATE_EXIT, 100 * MS, 0, 0);
	host_spend(h, 2, KVMLAT_STATE_GUEST, 500 * MS, 3000, 0);
	host_spend(h, 2, KVMLAT_STATE_RUNQ, 500 * MS, 0, 0);
}

static inline struct kvmlat_reason host_row(const struct host *h, uint32_t cls, uint32_t code,
					    uint64_t count, uint64_t total)
{
	struct kvmlat_reason r = { .cls = cls, .code = code, .count = count, .total = total };

	if (!count)
		return r;
	r.longest_min = total / count;
	r.longest_max = r.longest_min;
	if (h->no_histograms)
		return r;
	r.nr_buckets = 1;
	r.buckets = calloc(1, sizeof(*r.buckets));
	r.buckets[0] = (struct kvmlat_bucket){ kvmlat_bucket_of(r.longest_max), count };
	return r;
}

static inline struct kvmlat_snapshot *host_snapshot(const struct host *h)
{
	struct kvmlat_snapshot *s = calloc(1, sizeof(*s));
	unsigned int i, n;

	s->now = h->now;
	s->vendor = KVMLAT_VENDOR_AMD;
	s->interrupted = h->interrupted;
	s->vms = calloc(h->nr_vms + 1, sizeof(*s->vms));
	s->nr_vms = h->nr_vms;
	memcpy(s->vms, h->vms, h->nr_vms * sizeof(*s->vms));
	s->vcpus = calloc(h->nr_vcpus + 1, sizeof(*s->vcpus));
	s->nr_vcpus = h->nr_vcpus;
	for (i = 0; i < h->nr_vcpus; i++) {
		const struct host_vcpu *from = &h->vcpus[i];
		struct kvmlat_vcpu *v = &s->vcpus[i];
		struct kvmlat_account *a = &v->account;

		v->vm_id = from->vm_id;
		v->vcpu_id = from->vcpu_id;
		v->tid = 1000 + i;
		v->gone = from->gone;
		a->start = from->start;
		for (n = 0; n < KVMLAT_NR_STATES; n++) {
			a->times[n] = from->times[n];
			a->elapsed += from->times[n];
		}
		a->end = a->start + a->elapsed;
		a->nr_vcpus = 1;
		a->reasons = calloc(2, sizeof(*a->reasons));
		a->nr_reasons = 2;
		/* SVM_EXIT_CPUID, 2 us each */
		a->reasons[0] = host_row(h, KVMLAT_REASON_CLASS_EXIT, 0x72, from->cpuids,
					 from->cpuids * 2000);
		/* Half of it is others'. */
		a->reasons[0].away = a->reasons[0].total / 2;
		a->reasons[1] = host_row(h, KVMLAT_REASON_CLASS_WAKE, 0, from->wakes,
					 from->wake_ns);
	}
	return s;
}

#endif /* _USER_TOP_H */
