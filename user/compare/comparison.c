// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "figure.h"

#define WIDTH_SHARE	2

/** struct pair - the same VM or vCPU in both series */
struct pair {
	const struct series	*a;
	const struct series	*b;
	const struct member	*x;
	const struct member	*y;
};

/* What one account adds to a track; of @what. */
typedef void (*values_fn)(const struct kvmlat_account *account, const void *what, double *values);

static int track(struct sums *to, const struct series *s, const struct member *m, size_t width,
		 values_fn values, const void *what)
{
	double of[KVMLAT_HIST_BUCKETS];
	size_t i;

	if (sums_begin(to, s->nr_units, width))
		return -1;
	for (i = 0; i < s->nr_units; i++) {
		if (!m->accounts[i].elapsed)
			continue;
		memset(of, 0, width * sizeof(*of));
		values(&m->accounts[i], what, of);
		sums_put(to, of);
	}
	return 0;
}

static int add(struct comparison *c, const struct pair *p, const struct compared *like,
	       const struct evidence *e)
{
	struct compared *all;

	if (!e->known)
		return 0;
	if (c->nr == c->room) {
		all = realloc(c->all, (2 * c->room + 16) * sizeof(*all));
		if (!all)
			return -1;
		c->all = all;
		c->room = 2 * c->room + 16;
	}
	all = &c->all[c->nr++];
	*all = *like;
	all->of = p->x;
	all->evidence = *e;
	return 0;
}

static int both_tracks(struct sums *a, struct sums *b, const struct pair *p, size_t width,
		       values_fn values, const void *what)
{
	if (track(a, p->a, p->x, width, values, what))
		return -1;
	if (!track(b, p->b, p->y, width, values, what))
		return 0;
	sums_free(a);
	return -1;
}

static int add_share(struct comparison *c, const struct pair *p, const struct compared *like,
		     values_fn values, const void *what)
{
	const struct figure_of f = { .value = share_of };
	struct sums a, b;
	struct evidence e;

	if (both_tracks(&a, &b, p, WIDTH_SHARE, values, what))
		return -1;
	e = compare(&a, &b, &f);
	sums_free(&a);
	sums_free(&b);
	return add(c, p, like, &e);
}

static void exits(const struct kvmlat_account *a, const void *what, double *values)
{
	size_t i;

	(void)what;
	for (i = 0; i < a->nr_reasons; i++)
		if (kvmlat_reason_is_exit(a->reasons[i].cls))
			values[0] += a->reasons[i].count;
	values[1] = a->elapsed / 1e9;
}

static void state(const struct kvmlat_account *a, const void *what, double *values)
{
	values[0] = a->times[*(const unsigned int *)what];
	values[1] = a->elapsed;
}

static void preempted(const struct kvmlat_account *a, const void *what, double *values)
{
	(void)what;
	values[0] = a->preempted;
	values[1] = a->elapsed;
}

/* What the VM costs the host's CPUs. */
static void cpu(const struct kvmlat_account *a, const void *what, double *values)
{
	(void)what;
	values[0] = (double)a->times[KVMLAT_STATE_GUEST] + a->times[KVMLAT_STATE_EXIT] +
		    a->times[KVMLAT_STATE_USER] + a->times[KVMLAT_STATE_POLL];
	values[1] = a->elapsed;
}

static void rate(const struct kvmlat_account *a, const void *what, double *values)
{
	const struct kvmlat_reason *of = what, *r = kvmlat_find_reason(a, of->cls, of->code);

	values[0] = r ? r->count : 0;
	values[1] = a->elapsed / 1e9;
}

static void buckets(const struct kvmlat_account *a, const void *what, double *values)
{
	const struct kvmlat_reason *of = what, *r = kvmlat_find_reason(a, of->cls, of->code);
	size_t i;

	for (i = 0; r && i < r->nr_buckets; i++)
		values[r->buckets[i].index] = r->buckets[i].count;
}

static int add_states(struct comparison *c, const struct pair *p)
{
	static const enum verdict less_is[KVMLAT_NR_STATES] = {
		[KVMLAT_STATE_GUEST] = VERDICT_OTHER, [KVMLAT_STATE_WAIT] = VERDICT_OTHER,
		[KVMLAT_STATE_EXIT] = VERDICT_BETTER, [KVMLAT_STATE_USER] = VERDICT_BETTER,
		[KVMLAT_STATE_POLL] = VERDICT_BETTER, [KVMLAT_STATE_RUNQ] = VERDICT_BETTER,
		[KVMLAT_STATE_OFF] = VERDICT_BETTER,
	};
	struct compared like = { .in = TOLD_SHARE };
	unsigned int i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		snprintf(like.name, sizeof(like.name), "%s", kvmlat_state_name(i));
		like.less_is = less_is[i];
		if (add_share(c, p, &like, state, &i))
			return -1;
	}
	like.less_is = VERDICT_BETTER;
	snprintf(like.name, sizeof(like.name), "preempted");
	if (add_share(c, p, &like, preempted, NULL))
		return -1;
	snprintf(like.name, sizeof(like.name), "host CPU");
	return add_share(c, p, &like, cpu, NULL);
}

static int add_percentiles(struct comparison *c, const struct pair *p, const char *row,
			   const struct kvmlat_reason *what)
{
	static const struct {
		const char	*name;
		double		part;
	} parts[] = {
		{ "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 },
		{ "p99.99", 0.9999 },
	};
	struct compared like = { .in = TOLD_NS, .less_is = VERDICT_BETTER };
	struct sums a, b;
	struct evidence e;
	size_t i;
	int ret = 0;

	if (both_tracks(&a, &b, p, KVMLAT_HIST_BUCKETS, buckets, what))
		return -1;
	for (i = 0; !ret && i < sizeof(parts) / sizeof(*parts); i++) {
		const struct figure_of f = { percentile_of, &parts[i].part, true };

		snprintf(like.name, sizeof(like.name), "%s %s", row, parts[i].name);
		e = compare(&a, &b, &f);
		ret = add(c, p, &like, &e);
	}
	sums_free(&a);
	sums_free(&b);
	return ret;
}

/* How long a guest chose to halt is neither good nor bad, and no knob's. */
static bool is_compared(uint32_t cls)
{
	switch (cls) {
	case KVMLAT_REASON_CLASS_HALT:
	case KVMLAT_REASON_CLASS_SLEEP:
	case KVMLAT_REASON_CLASS_POLL_HIT:
	case KVMLAT_REASON_CLASS_POLL_MISS:
		return false;
	default:
		return true;
	}
}

static int add_row(struct comparison *c, const struct pair *p, const struct kvmlat_reason *r)
{
	struct compared like = { .in = TOLD_RATE, .less_is = VERDICT_BETTER };
	char row[64];

	kvmlat_row_name(p->a->vendor, r->cls, r->code, row, sizeof(row));
	snprintf(like.name, sizeof(like.name), "%s rate", row);
	if (r->cls == KVMLAT_REASON_CLASS_WAKE || r->cls == KVMLAT_REASON_CLASS_TIMER)
		like.less_is = VERDICT_OTHER;
	if (add_share(c, p, &like, rate, r))
		return -1;
	/* Most of its time is that for which the guest chose to sleep. */
	return strcmp(row, "hlt") ? add_percentiles(c, p, row, r) : 0;
}

static int add_pair(struct comparison *c, const struct pair *p)
{
	struct compared like = { .name = "exits", .in = TOLD_RATE, .less_is = VERDICT_BETTER };
	struct kvmlat_account sum = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < p->a->nr_units; i++)
		ret = kvmlat_merge(&sum, &p->x->accounts[i]);
	if (!ret)
		ret = add_share(c, p, &like, exits, NULL);
	if (!ret)
		ret = add_states(c, p);
	for (i = 0; !ret && i < sum.nr_reasons; i++)
		if (is_compared(sum.reasons[i].cls) && sum.reasons[i].count)
			ret = add_row(c, p, &sum.reasons[i]);
	kvmlat_account_free(&sum);
	return ret;
}

static enum verdict verdict_of(const struct compared *c)
{
	static const enum verdict more_is[] = {
		[VERDICT_BETTER] = VERDICT_WORSE, [VERDICT_WORSE] = VERDICT_BETTER,
		[VERDICT_OTHER] = VERDICT_OTHER,
	};

	if (!c->evidence.claimed)
		return VERDICT_NONE;
	return c->evidence.change < 0 ? c->less_is : more_is[c->less_is];
}

int comparison_make(struct comparison *c, const struct series *a, const struct series *b)
{
	size_t i;

	for (i = 0; i < a->nr; i++) {
		const struct pair p = { a, b, a->all[i], series_find(b, a->all[i]) };

		if (p.y && add_pair(c, &p))
			return -1;
	}
	for (i = 0; i < c->nr; i++) {
		conclude(&c->all[i].evidence, c->nr);
		c->all[i].verdict = verdict_of(&c->all[i]);
	}
	return 0;
}

void comparison_free(struct comparison *c)
{
	free(c->all);
}
