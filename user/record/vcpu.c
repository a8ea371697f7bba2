// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "lib/internal.h"
#include "scalars.h"
#include "vcpu.h"

static const struct kvmlat_vcpu nobody;

static void put_preemptors(struct bytes *to, const struct kvmlat_account *a, uint64_t now)
{
	size_t i;

	put_u64(to, a->nr_preemptors);
	for (i = 0; i < a->nr_preemptors; i++) {
		const struct kvmlat_preemptor *p = &a->preemptors[i];

		put_text(to, p->comm);
		put_u64(to, p->tid);
		put_u64(to, p->vcpu_id);
		put_u64(to, p->cpu);
		put_change(to, now, p->at);
		put_u64(to, p->time);
	}
}

static bool same_preemptors(const struct kvmlat_account *x, const struct kvmlat_account *y)
{
	size_t i;

	if (x->nr_preemptors != y->nr_preemptors)
		return false;
	for (i = 0; i < x->nr_preemptors; i++)
		if (x->preemptors[i].at != y->preemptors[i].at ||
		    x->preemptors[i].time != y->preemptors[i].time ||
		    x->preemptors[i].tid != y->preemptors[i].tid)
			return false;
	return true;
}

static void put_details(struct bytes *to, const struct kvmlat_account *a)
{
	unsigned int bin;
	size_t i;

	for (bin = 0; bin < KVMLAT_DETAIL_BINS; bin++)
		put_u64(to, a->details_floor[bin]);
	put_u64(to, a->details_evicted);
	put_u64(to, a->nr_details);
	for (i = 0; i < a->nr_details; i++) {
		const struct kvmlat_detail *d = &a->details[i];

		put_u64(to, d->kind);
		put_u64(to, d->key);
		put_u64(to, d->count);
		put_u64(to, d->error);
		put_u64(to, d->total);
		put_u64(to, d->longest_max);
		put_change(to, d->longest_max, d->longest_min);
	}
}

uint8_t put_vcpu(struct bytes *to, const struct kvmlat_vcpu *v, const struct kvmlat_vcpu *was,
		 uint8_t again, const char *thread, uint64_t now)
{
	size_t at = record_begin(to, RECORD_VCPU);
	bool reset = was && was->account.start != v->account.start;
	const struct kvmlat_vcpu *base = was && !reset ? was : &nobody;
	const struct kvmlat_account *a = &v->account, *b = &base->account;
	bool shared = a->store && a->store == b->store;
	unsigned int flags = !was ? VCPU_NEW : reset ? VCPU_RESET : 0;
	bool preempted = !shared && !same_preemptors(a, b);

	if (preempted || again & TOLD_PREEMPTORS)
		flags |= VCPU_PREEMPTORS;
	if (a->nr_details || b->nr_details)
		flags |= VCPU_DETAILS;
	put_u64(to, v->vm_id);
	put_u64(to, v->vcpu_id);
	put_u64(to, flags);
	put_text(to, thread);
	put_facts(to, v, now);
	put_change(to, now, b->end);
	put_change(to, now, a->end);
	put_sums(to, v, base);
	put_rows(to, a, shared ? a : b, now);
	if (flags & VCPU_PREEMPTORS)
		put_preemptors(to, a, now);
	if (flags & VCPU_DETAILS) {
		put_details(to, b);
		put_details(to, a);
	}
	record_end(to, at);
	return TOLD_VCPU | (preempted ? TOLD_PREEMPTORS : 0);
}

static bool get_preemptors(struct input *in, struct kvmlat_account *a, uint64_t now)
{
	uint64_t nr = get_u64(in), i;

	/* Each takes 6 bytes at least. */
	if (nr > left(in) / 6) {
		in->bad = true;
		return true;
	}
	a->preemptors = calloc(nr + 1, sizeof(*a->preemptors));
	if (!a->preemptors)
		return false;
	for (i = 0; i < nr; i++) {
		struct kvmlat_preemptor *p = &a->preemptors[i];

		get_text(in, p->comm, sizeof(p->comm));
		p->tid = get_u32(in);
		p->vcpu_id = get_u32(in);
		p->cpu = get_u32(in);
		p->at = now - get_change(in, 0);
		p->time = get_u64(in);
	}
	a->nr_preemptors = nr;
	return true;
}

static int cmp_detail(const struct kvmlat_detail *x, const struct kvmlat_detail *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static bool get_details(struct input *in, struct kvmlat_account *a)
{
	unsigned int bin;
	uint64_t nr, i;

	for (bin = 0; bin < KVMLAT_DETAIL_BINS; bin++)
		a->details_floor[bin] = get_u64(in);
	a->details_evicted = get_u64(in);
	nr = get_u64(in);
	if (nr > left(in) / 7) {
		in->bad = true;
		return true;
	}
	a->details = calloc(nr + 1, sizeof(*a->details));
	if (!a->details)
		return false;
	for (i = 0; i < nr; i++) {
		struct kvmlat_detail *d = &a->details[i];

		d->kind = get_u32(in);
		d->key = get_u64(in);
		d->count = get_u64(in);
		d->error = get_u64(in);
		d->total = get_u64(in);
		d->longest_max = get_u64(in);
		d->longest_min = d->longest_max - get_change(in, 0);
		in->bad |= i && cmp_detail(d - 1, d) >= 0;
	}
	a->nr_details = nr;
	return true;
}

/* The arrays in one piece, with these rows; what the account had of its own goes. */
static bool pack(struct kvmlat_account *a, const struct kvmlat_reason * const *rows, size_t nr,
		 struct kvmlat_preemptor *own_preemptors, struct kvmlat_detail *own_details)
{
	int ret = kvmlat_store_pack(a, rows, nr);

	free(own_preemptors);
	free(own_details);
	return !ret;
}

int read_vcpu(struct rows *rows, struct part *part, const struct when *when,
	      const struct kvmlat_vcpu *was, bool missed, struct vcpu_read *to)
{
	struct kvmlat_account *a = &to->newer.account, *b = &to->older.account;
	struct kvmlat_account now = { 0 }, then = { 0 };
	struct input *in = &part->in;
	uint64_t flags, older_end;
	bool ok = true;

	flags = get_u64(in);
	get_text(in, to->thread, sizeof(to->thread));
	to->newer = was ? *was : nobody;
	to->newer.vm_id = part->id.vm_id;
	to->newer.vcpu_id = part->id.vcpu_id;
	get_facts(in, &to->newer, when->newer.now);
	/* Another account, of which nothing is known. */
	if (was && (flags & (VCPU_NEW | VCPU_RESET) || was->account.start != a->start)) {
		clear_sums(&to->newer);
		was = NULL;
	}
	if (!was) {
		a->nr_reasons = 0;
		a->nr_preemptors = 0;
		a->nr_details = 0;
		a->reasons = NULL;
		a->preemptors = NULL;
		a->details = NULL;
		a->store = NULL;
		memset(a->details_floor, 0, sizeof(a->details_floor));
	}
	to->has_older = missed && !(flags & (VCPU_NEW | VCPU_RESET));
	to->older = to->newer;
	older_end = when->newer.now - get_change(in, 0);
	b->end = older_end;
	a->end = when->newer.now - get_change(in, 0);
	get_sums(in, &to->newer);
	get_rows(in, was ? &was->account : &nobody.account, when->newer.now, to->has_older, rows);
	if (flags & VCPU_PREEMPTORS)
		ok = get_preemptors(in, &now, when->newer.now);
	if (ok && flags & VCPU_DETAILS)
		ok = get_details(in, &then) && get_details(in, &now);
	if (!ok || rows->no_memory || in->bad) {
		free(now.preemptors);
		free(now.details);
		free(then.details);
		return ok && !rows->no_memory ? 0 : -1;
	}
	if (to->has_older) {
		if (flags & VCPU_DETAILS) {
			b->nr_details = then.nr_details;
			b->details = then.details;
			b->details_evicted = then.details_evicted;
			memcpy(b->details_floor, then.details_floor, sizeof(b->details_floor));
		}
		to->has_older = pack(b, rows->older, rows->nr_older, NULL, then.details);
		if (!to->has_older) {
			free(now.preemptors);
			free(now.details);
			return -1;
		}
	} else {
		free(then.details);
	}
	if (!rows->nr_read && a->store && !(flags & (VCPU_PREEMPTORS | VCPU_DETAILS))) {
		kvmlat_store_share(a->store);
		return 0;
	}
	if (flags & VCPU_PREEMPTORS) {
		a->nr_preemptors = now.nr_preemptors;
		a->preemptors = now.preemptors;
	}
	if (flags & VCPU_DETAILS) {
		a->nr_details = now.nr_details;
		a->details = now.details;
		memcpy(a->details_floor, now.details_floor, sizeof(a->details_floor));
	}
	return pack(a, rows->newer, rows->nr_newer, now.preemptors, now.details) ? 0 : -1;
}
