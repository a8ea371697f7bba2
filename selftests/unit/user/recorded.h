/* SPDX-License-Identifier: GPL-2.0-only */
/* A host whose guests do what a number says, as the module and its library tell of it. */
#ifndef _USER_RECORDED_H
#define _USER_RECORDED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "record/recording.h"
#include "record/writer.h"

#define MAX_INTERVALS	64
#define MOST_VCPUS	512

/** struct played - what was written: a reading for each interval, the first is the begin's */
struct played {
	uint32_t	random;
	uint64_t	clock;
	unsigned int	active;		/* of 100 */
	uint32_t	nr_vms;
	uint32_t	nr_vcpus;	/* of each */
	bool		churns;
	size_t		nr;
	struct reading	readings[MAX_INTERVALS];
	struct guests	guests;
};

static inline uint32_t chance(struct played *p, uint32_t of)
{
	p->random = p->random * 1664525 + 1013904223;
	return (p->random >> 8) % of;
}

static inline uint64_t real_of(uint64_t clock)
{
	return 1700000000ULL * 1000000000 + clock;
}

/* Rows of @was, or none, of which some had events. */
static inline void live_on(struct played *p, struct kvmlat_vcpu *v, const struct kvmlat_vcpu *was)
{
	struct kvmlat_reason read[12] = { { 0 } };
	const struct kvmlat_reason *rows[12];
	struct kvmlat_bucket buckets[12][24];
	struct kvmlat_preemptor preemptor = { .comm = "hog", .tid = 7, .cpu = 1 };
	struct kvmlat_detail details[2] = {
		{ .kind = 0, .key = 0x3f8, .count = p->clock / 1000, .total = p->clock },
		{ .kind = 1, .key = 0xfee0, .count = 5, .longest_min = 3, .longest_max = 9 },
	};
	struct kvmlat_account *a = &v->account;
	size_t i, n, nr = was ? was->account.nr_reasons : 0;
	uint64_t more, before = a->end;

	for (i = 0; i < nr; i++) {
		read[i] = was->account.reasons[i];
		memcpy(buckets[i], read[i].buckets, read[i].nr_buckets * sizeof(**buckets));
		read[i].buckets = buckets[i];
	}
	/* Another reason, in its place among those that there are. */
	if (nr < 10 && (!nr || !chance(p, 4))) {
		struct kvmlat_reason new = {
			.cls = chance(p, 3), .code = chance(p, 200), .buckets = NULL,
		};

		for (i = 0; i < nr && kvmlat_cmp_reason(&read[i], &new) < 0; i++)
			;
		if (i == nr || kvmlat_cmp_reason(&read[i], &new)) {
			memmove(&read[i + 1], &read[i], (nr - i) * sizeof(*read));
			memmove(&buckets[i + 1], &buckets[i], (nr - i) * sizeof(*buckets));
			for (n = i + 1; n <= nr; n++)
				read[n].buckets = buckets[n];
			read[i] = new;
			read[i].buckets = buckets[i];
			nr++;
		}
	}
	for (i = 0; i < nr; i++) {
		struct kvmlat_reason *r = &read[i];
		uint64_t longest = 1000 + chance(p, 100000);
		unsigned int index = 20 + chance(p, 20);

		rows[i] = r;
		if (r->count && chance(p, 2))
			continue;
		r->count += 3;
		r->total += 3 * longest;
		r->away += longest;
		if (longest > r->longest_max) {
			r->longest_min = longest;
			r->longest_max = longest;
			r->longest_at = p->clock - 5;
			r->longest_cpu = chance(p, 8);
		}
		for (n = 0; n < r->nr_buckets && r->buckets[n].index < index; n++)
			;
		if (n == r->nr_buckets || r->buckets[n].index != index) {
			memmove(&r->buckets[n + 1], &r->buckets[n],
				(r->nr_buckets - n) * sizeof(*r->buckets));
			r->buckets[n] = (struct kvmlat_bucket){ index, 0 };
			r->nr_buckets++;
		}
		r->buckets[n].count += 3;
	}
	a->end = p->clock + chance(p, 1000);
	more = a->end - (before ? before : a->start);
	a->elapsed += more;
	v->state = chance(p, KVMLAT_NR_STATES);
	v->state_since = p->clock - chance(p, 100);
	a->times[v->state] += more / 2;
	a->times[KVMLAT_STATE_GUEST] += more - more / 2;
	a->reentries++;
	a->halt.window_min = chance(p, 200000);
	a->halt.window_max = a->halt.window_min;
	a->halt.grow += chance(p, 3);
	v->open = !chance(p, 3);
	v->open_cls = 0;
	v->open_code = v->open ? 0x7b : 0;
	v->open_since = v->open ? v->state_since : 0;
	a->preemptors = NULL;
	a->nr_preemptors = 0;
	if (!chance(p, 4)) {
		preemptor.at = p->clock - 50;
		preemptor.time = 40;
		a->preemptors = &preemptor;
		a->nr_preemptors = 1;
		a->preempted += 40;
	}
	a->details = v->vcpu_id ? NULL : details;
	a->nr_details = v->vcpu_id ? 0 : 2;
	a->details_since = v->vcpu_id ? 0 : 1;
	kvmlat_store_pack(a, rows, nr);
}

static inline void idle_on(struct kvmlat_vcpu *v, uint64_t now)
{
	uint64_t more = now - v->account.end;

	kvmlat_store_share(v->account.store);
	if (v->gone || now < v->account.end)
		return;
	v->account.end += more;
	v->account.elapsed += more;
	v->account.times[v->state] += more;
	if (v->state == KVMLAT_STATE_RUNQ)
		v->account.preempted += more;
}

static inline void play_vcpu(struct played *p, struct kvmlat_snapshot *s, uint32_t vm, uint32_t id,
			     const struct kvmlat_snapshot *old)
{
	const struct kvmlat_vcpu *was = old ? kvmlat_find_vcpu(old, vm, id) : NULL;
	struct kvmlat_vcpu *v = &s->vcpus[s->nr_vcpus];

	/* It may be missing from one reading, come later, or count anew. */
	if (p->churns && !chance(p, 40))
		return;
	s->nr_vcpus++;
	if (was && chance(p, 100) >= p->active) {
		*v = *was;
		idle_on(v, s->now);
		return;
	}
	if (was) {
		*v = *was;
	} else {
		*v = (struct kvmlat_vcpu){
			.vm_id = vm, .vcpu_id = id, .pid = 1000 + vm, .tid = 2000 + 100 * vm + id,
			.memory = 4096, .account.nr_vcpus = 1,
			.account.start = old ? p->clock - 1000 : 10,
		};
	}
	if (was && p->churns && !chance(p, 30)) {
		v->account = (struct kvmlat_account){ .start = p->clock - 10, .nr_vcpus = 1 };
		was = NULL;
	}
	live_on(p, v, was);
}

static inline void play(struct played *p)
{
	const struct kvmlat_snapshot *old = p->nr ? p->readings[p->nr - 1].snap : NULL;
	struct kvmlat_snapshot *s = calloc(1, sizeof(*s));
	struct reading *r = &p->readings[p->nr];
	uint32_t vm, id;
	size_t i;

	p->clock += 1000000000 + chance(p, 1000);
	s->now = p->clock;
	s->monotonic = p->clock + 77;
	s->vendor = KVMLAT_VENDOR_AMD;
	s->vms = calloc(p->nr_vms, sizeof(*s->vms));
	s->vcpus = calloc(MOST_VCPUS, sizeof(*s->vcpus));
	for (vm = 1; vm <= p->nr_vms; vm++) {
		if (p->churns && !chance(p, 50))
			continue;
		s->vms[s->nr_vms++] = (struct kvmlat_vm){
			.vm_id = vm, .pid = 1000 + vm, .vcpus = p->nr_vcpus, .comm = "qemu",
			.since = 5, .memory = 4096 * (1 + chance(p, 3) / 2), .details = true,
		};
		for (id = 0; id < p->nr_vcpus; id++)
			play_vcpu(p, s, vm, id, old);
	}
	r->snap = s;
	r->moment.real = real_of(p->clock + 500);
	r->moment.monotonic = p->clock + 577;
	r->labels.all = calloc(s->nr_vcpus + 1, sizeof(*r->labels.all));
	r->labels.nr = s->nr_vcpus;
	for (i = 0; i < s->nr_vcpus; i++) {
		struct label *l = &r->labels.all[i];

		*l = (struct label){ s->vcpus[i].vm_id, s->vcpus[i].vcpu_id, s->vcpus[i].tid, "" };
		snprintf(l->thread, sizeof(l->thread), "CPU %u/KVM", l->vcpu_id);
	}
	p->nr++;
}

static inline void play_guests(struct played *p)
{
	uint32_t vm;

	p->guests.entries = calloc(p->nr_vms, sizeof(*p->guests.entries));
	for (vm = 1; vm <= p->nr_vms; vm++) {
		struct entry *e = &p->guests.entries[p->guests.nr++];

		e->vm_id = vm;
		e->uid = 64055;
		snprintf(e->name, sizeof(e->name), "guest%u", vm);
	}
}

static inline void played_free(struct played *p)
{
	while (p->nr)
		reading_free(&p->readings[--p->nr]);
	guests_free(&p->guests);
}

/* A copy for the writer, which keeps it. */
static inline struct reading again(const struct reading *r)
{
	struct reading copy = { .snap = recording_keep(r->snap), .moment = r->moment };

	copy.labels.nr = r->labels.nr;
	copy.labels.all = calloc(r->labels.nr + 1, sizeof(*copy.labels.all));
	memcpy(copy.labels.all, r->labels.all, r->labels.nr * sizeof(*copy.labels.all));
	return copy;
}

static inline struct writer new_writer(const char *path)
{
	return (struct writer){
		.max_size = 1U << 30, .file = { .path = path, .max_files = 3, .fd = -1 },
	};
}

#endif /* _USER_RECORDED_H */
