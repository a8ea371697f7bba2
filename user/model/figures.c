// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "figures.h"
#include "row.h"
#include "subject.h"

/* Rows that VMs and vCPUs show, ascending as in an account. */
static const struct {
	uint32_t	cls;
	enum figure	p99;
	enum figure	max;
} late[] = {
	{ KVMLAT_REASON_CLASS_WAKE, FIG_WAKE, FIG_WAKE_MAX },
	{ KVMLAT_REASON_CLASS_RUNQ, FIG_RUNQ, FIG_RUNQ_MAX },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NR_LATE		ARRAY_SIZE(late)

static int excerpt_room(struct excerpt *x, size_t nr)
{
	void *p;

	if (nr <= x->room)
		return 0;
	p = realloc(x->vcpus, nr * sizeof(*x->vcpus));
	if (!p)
		return -1;
	x->vcpus = p;
	p = realloc(x->rows, nr * NR_LATE * sizeof(*x->rows));
	if (!p)
		return -1;
	x->rows = p;
	x->room = nr;
	return 0;
}

/*
 * The library knows what the difference of two accounts is. It gets only what the lists show:
 * with a hundred rows and histogram differences a vCPU, a screen would cost ten times as much.
 */
static int excerpt_take(struct excerpt *x, const struct kvmlat_snapshot *snap, bool histograms)
{
	size_t i, n;

	if (excerpt_room(x, snap->nr_vcpus))
		return -1;
	x->snap = *snap;
	x->snap.vms = NULL;
	x->snap.nr_vms = 0;
	x->snap.vcpus = x->vcpus;
	for (i = 0; i < snap->nr_vcpus; i++) {
		const struct kvmlat_account *from = &snap->vcpus[i].account;
		struct kvmlat_account *to = &x->vcpus[i].account;

		x->vcpus[i] = snap->vcpus[i];
		*to = (struct kvmlat_account){
			.start = from->start, .end = from->end, .elapsed = from->elapsed,
			.nr_vcpus = from->nr_vcpus, .reasons = &x->rows[i * NR_LATE],
		};
		memcpy(to->times, from->times, sizeof(to->times));
		for (n = 0; n < NR_LATE; n++) {
			const struct kvmlat_reason *r = kvmlat_find_reason(from, late[n].cls, 0);

			if (!r)
				continue;
			to->reasons[to->nr_reasons] = *r;
			if (!histograms)
				to->reasons[to->nr_reasons].nr_buckets = 0;
			to->nr_reasons++;
		}
	}
	return 0;
}

/* Spans of one kind by their length; what kvmlat_merge does, but without a row for each vCPU. */
struct spread {
	uint64_t	longest_min;
	uint64_t	longest;
	bool		any;
	uint64_t	counts[KVMLAT_HIST_BUCKETS];
};

static void spread_add(struct spread *s, const struct kvmlat_reason *r)
{
	size_t i;

	s->any |= r->count;
	if (r->longest_max > s->longest)
		s->longest = r->longest_max;
	if (r->longest_min > s->longest_min)
		s->longest_min = r->longest_min;
	for (i = 0; i < r->nr_buckets; i++)
		s->counts[r->buckets[i].index] += r->buckets[i].count;
}

static double spread_p99(const struct spread *s)
{
	struct kvmlat_bucket buckets[KVMLAT_HIST_BUCKETS];
	struct kvmlat_reason r = { .buckets = buckets, .longest_max = s->longest };
	uint64_t ns;
	unsigned int i;

	for (i = 0; i < KVMLAT_HIST_BUCKETS; i++) {
		if (s->counts[i])
			buckets[r.nr_buckets++] = (struct kvmlat_bucket){ i, s->counts[i] };
	}
	return kvmlat_percentile(&r, 990, &ns) ? percentile_round(ns, s->longest) : NAN;
}

/* A VM, or all of them, while its vCPUs pass by one after the other. */
struct sum {
	struct subject	*e;
	double		exits;
	uint64_t	elapsed;
	uint64_t	times[KVMLAT_NR_STATES];
	struct spread	late[NR_LATE];
};

static void set_figures(struct subject *e, uint64_t elapsed, const uint64_t *times, double exits)
{
	uint64_t sum = 0;
	size_t i;

	e->elapsed = elapsed;
	e->now[FIG_EXITS] = elapsed ? exits : NAN;
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		sum += times[i];
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		e->now[FIG_STATE + i] = sum ? share(times[i], sum) : NAN;
	e->at_most = 0;
	for (i = 0; i < NR_LATE; i++) {
		e->now[late[i].p99] = NAN;
		e->now[late[i].max] = NAN;
	}
}

static void set_longest(struct subject *e, unsigned int i, uint64_t min, uint64_t max)
{
	e->now[late[i].max] = max;
	if (min != max)
		e->at_most |= 1U << late[i].max;
}

static void set_nothing(struct subject *e)
{
	static const uint64_t none[KVMLAT_NR_STATES];

	set_figures(e, 0, none, 0);
}

/* Exits a second between two accounts of a vCPU, of which @was may be NULL. */
static int count_exits(struct subject *e, const struct kvmlat_account *a,
		       const struct kvmlat_account *was, const uint32_t *second, double *exits)
{
	uint64_t elapsed = a->elapsed - (was ? was->elapsed : 0), count;
	const struct kvmlat_reason *old = was ? was->reasons : NULL;
	const struct kvmlat_reason *end = was ? old + was->nr_reasons : NULL;
	struct rate *rate;
	size_t i, at = 0;
	double each;

	*exits = 0;
	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		while (old != end && (old->cls < r->cls ||
				      (old->cls == r->cls && old->code < r->code)))
			old++;
		count = r->count;
		if (old != end && old->cls == r->cls && old->code == r->code)
			count -= old->count < count ? old->count : count;
		each = rate_of(count, elapsed);
		if (kvmlat_reason_is_exit(r->cls))
			*exits += each;
		if (!second)
			continue;
		rate = subject_rate(e, r->cls, r->code, &at);
		if (!rate)
			return -1;
		history_put(&rate->past, *second, each);
	}
	return 0;
}

static void remember(struct subject *e, const uint32_t *second)
{
	unsigned int i;

	for (i = 0; second && i < NR_FIGURES; i++)
		history_put(&e->past[i], *second, e->now[i]);
}

static void vcpu_figures(struct sum *vm, struct subject *e, const struct kvmlat_account *a,
			 double exits)
{
	uint64_t ns;
	size_t i;

	set_figures(e, a->elapsed, a->times, exits);
	vm->exits += exits;
	vm->elapsed += a->elapsed;
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		vm->times[i] += a->times[i];
	for (i = 0; i < NR_LATE; i++) {
		const struct kvmlat_reason *r = kvmlat_find_reason(a, late[i].cls, 0);

		if (!r)
			continue;
		if (kvmlat_percentile(r, 990, &ns))
			e->now[late[i].p99] = percentile_round(ns, r->longest_max);
		if (r->count)
			set_longest(e, i, r->longest_min, r->longest_max);
		spread_add(&vm->late[i], r);
	}
}

static void sum_figures(struct sum *s, const uint32_t *second)
{
	size_t i;

	set_figures(s->e, s->elapsed, s->times, s->exits);
	for (i = 0; i < NR_LATE; i++) {
		const struct spread *spread = &s->late[i];

		s->e->now[late[i].p99] = spread_p99(spread);
		if (spread->any)
			set_longest(s->e, i, spread->longest_min, spread->longest);
	}
	remember(s->e, second);
}

/* The vCPUs of @vm are through: adds them to @all, and begins with the next VM, @e. */
static void sum_next(struct sum *all, struct sum *vm, struct subject *e, const uint32_t *second)
{
	size_t i, n;

	if (vm->e) {
		sum_figures(vm, second);
		all->exits += vm->exits;
		all->elapsed += vm->elapsed;
		for (i = 0; i < KVMLAT_NR_STATES; i++)
			all->times[i] += vm->times[i];
		for (i = 0; i < NR_LATE; i++) {
			all->late[i].any |= vm->late[i].any;
			if (vm->late[i].longest > all->late[i].longest)
				all->late[i].longest = vm->late[i].longest;
			if (vm->late[i].longest_min > all->late[i].longest_min)
				all->late[i].longest_min = vm->late[i].longest_min;
			for (n = 0; n < KVMLAT_HIST_BUCKETS; n++)
				all->late[i].counts[n] += vm->late[i].counts[n];
		}
	}
	*vm = (struct sum){ .e = e };
}

static int compute_vcpus(struct track *m, const struct kvmlat_snapshot *older,
			 const struct kvmlat_snapshot *delta, const uint32_t *second)
{
	const struct kvmlat_snapshot *newer = m->newer.snap;
	struct sum vm = { 0 }, all = { .e = &m->all };
	size_t i, d = 0;
	double exits;

	for (i = 0; i < newer->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = &newer->vcpus[i], *was;
		const struct kvmlat_vcpu *diff = d < delta->nr_vcpus ? &delta->vcpus[d] : NULL;
		struct subject *e = subject_find(&m->vcpus, v->vm_id, v->vcpu_id);

		if (!vm.e || vm.e->vm_id != v->vm_id)
			sum_next(&all, &vm, subject_find(&m->vms, v->vm_id, 0), second);
		if (!e || !diff || diff->vm_id != v->vm_id || diff->vcpu_id != v->vcpu_id)
			continue;
		d++;
		was = older ? kvmlat_find_vcpu(older, v->vm_id, v->vcpu_id) : NULL;
		if (was && was->account.start != v->account.start)
			was = NULL;
		if (count_exits(e, &v->account, was ? &was->account : NULL, second, &exits))
			return -1;
		vcpu_figures(&vm, e, &diff->account, exits);
		remember(e, second);
	}
	sum_next(&all, &vm, NULL, second);
	sum_figures(&all, second);
	return 0;
}

int figures_compute(struct track *m, const struct reading *older, const uint32_t *second)
{
	bool histograms = m->newer.histograms && (!older->snap || older->histograms);
	struct kvmlat_snapshot *delta;
	size_t i;
	int ret;

	for (i = 0; i < m->vms.nr; i++)
		set_nothing(m->vms.at[i]);
	for (i = 0; i < m->vcpus.nr; i++)
		set_nothing(m->vcpus.at[i]);
	if (excerpt_take(&m->after, m->newer.snap, histograms) ||
	    (older->snap && excerpt_take(&m->before, older->snap, histograms)))
		return -1;
	delta = kvmlat_delta(&m->after.snap, older->snap ? &m->before.snap : NULL);
	if (!delta)
		return -1;
	ret = compute_vcpus(m, older->snap, delta, second);
	kvmlat_snapshot_free(delta);
	return ret;
}
