// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of each VM and interval, for "promtool tsdb create-blocks-from openmetrics". They count
 * from the begin of the recording.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "export.h"
#include "base/clock.h"
#include "show/report.h"

/* Bounds of the histograms' buckets: from 2^FIRST ns on, each twice the one before. */
#define FIRST	10
#define LAST	32

/** struct total - of a VM, since the begin */
struct total {
	uint32_t		vm_id;
	uint64_t		outliers;
	struct kvmlat_account	account;
};

struct totals {
	size_t		nr;
	struct total	*all;
};

static const struct {
	uint32_t	cls;
	const char	*name;
} spans[] = {
	{ KVMLAT_REASON_CLASS_WAKE, "wake" },
	{ KVMLAT_REASON_CLASS_RUNQ, "runq" },
	{ KVMLAT_REASON_CLASS_PREEMPT, "preempt" },
	{ KVMLAT_REASON_CLASS_TIMER, "timer" },
};

#define NR_SPANS	(sizeof(spans) / sizeof(*spans))

/** struct series - where samples of a VM go, and what they all have */
struct series {
	FILE		*to;
	uint32_t	vm_id;
	const char	*guest;
	int64_t		real;
};

/* What is in quotes ends at a quote, and at no other place. */
static void put_label(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
}

static void put_begin(const struct series *s, const char *name)
{
	fprintf(s->to, "%s{vm=\"%u\",guest=\"", name, s->vm_id);
	put_label(s->to, s->guest);
	fputc('"', s->to);
}

static void put_end(const struct series *s, double value)
{
	fprintf(s->to, "} %.12g %" PRId64 ".%03d\n", value, s->real / (int64_t)NSEC_PER_SEC,
		(int)(s->real % (int64_t)NSEC_PER_SEC / 1000000));
}

static void put_states(const struct series *s, const struct kvmlat_account *a)
{
	unsigned int i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		put_begin(s, "kvmlat_vm_state_seconds_total");
		fprintf(s->to, ",state=\"%s\"", kvmlat_state_name(i));
		put_end(s, a->times[i] / 1e9);
	}
	put_begin(s, "kvmlat_vm_preempted_seconds_total");
	put_end(s, a->preempted / 1e9);
}

static void put_exits(const struct series *s, const struct kvmlat_account *a, uint32_t vendor)
{
	char name[64];
	size_t i;

	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		if (!kvmlat_reason_is_exit(r->cls))
			continue;
		kvmlat_row_name(vendor, r->cls, r->code, name, sizeof(name));
		put_begin(s, "kvmlat_vm_exits_total");
		fprintf(s->to, ",reason=\"%s\"", name);
		put_end(s, r->count);
		put_begin(s, "kvmlat_vm_exit_seconds_total");
		fprintf(s->to, ",reason=\"%s\"", name);
		put_end(s, r->total / 1e9);
	}
}

/* Bounds are where buckets of the account begin, so that nothing is in the wrong one. */
static void put_span(const struct series *s, const struct kvmlat_reason *r, const char *kind)
{
	uint64_t seen = 0;
	unsigned int bits;
	size_t i = 0;

	for (bits = FIRST; bits <= LAST; bits++) {
		for (; i < r->nr_buckets && r->buckets[i].index < kvmlat_bucket_of(1ULL << bits);
		     i++)
			seen += r->buckets[i].count;
		put_begin(s, "kvmlat_vm_delay_seconds_bucket");
		fprintf(s->to, ",kind=\"%s\",le=\"%.9g\"", kind, (1ULL << bits) / 1e9);
		put_end(s, seen);
	}
	put_begin(s, "kvmlat_vm_delay_seconds_bucket");
	fprintf(s->to, ",kind=\"%s\",le=\"+Inf\"", kind);
	put_end(s, r->count);
	put_begin(s, "kvmlat_vm_delay_seconds_count");
	fprintf(s->to, ",kind=\"%s\"", kind);
	put_end(s, r->count);
	put_begin(s, "kvmlat_vm_delay_seconds_sum");
	fprintf(s->to, ",kind=\"%s\"", kind);
	put_end(s, r->total / 1e9);
}

static struct total *total_of(struct totals *t, uint32_t vm_id)
{
	struct total *all;
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (t->all[i].vm_id == vm_id)
			return &t->all[i];
	all = realloc(t->all, (t->nr + 1) * sizeof(*all));
	if (!all)
		return NULL;
	t->all = all;
	all[t->nr] = (struct total){ .vm_id = vm_id };
	return &all[t->nr++];
}

static int begin(FILE *to, void *state, int64_t real)
{
	static const char * const families[][3] = {
		{ "kvmlat_vm_state_seconds", "counter", "Time of vCPUs in each state." },
		{ "kvmlat_vm_preempted_seconds", "counter", "Time after preemptions." },
		{ "kvmlat_vm_exits", "counter", "Exits." },
		{ "kvmlat_vm_exit_seconds", "counter", "Time of exits." },
		{ "kvmlat_vm_delay_seconds", "histogram", "What kept vCPUs waiting." },
		{ "kvmlat_vm_outliers", "counter", "What was above the threshold." },
	};
	size_t i;

	(void)state;
	(void)real;
	for (i = 0; i < sizeof(families) / sizeof(*families); i++)
		fprintf(to, "# TYPE %s %s\n# HELP %s %s\n", families[i][0], families[i][1],
			families[i][0], families[i][2]);
	return 0;
}

static void put_vm(FILE *to, const struct interval *in, const struct total *t)
{
	const char *guest = guests_name(in->guests, t->vm_id);
	struct series s = { to, t->vm_id, guest ? guest : "", in->end.real };
	size_t i;

	put_states(&s, &t->account);
	put_exits(&s, &t->account, in->newer->vendor);
	for (i = 0; i < NR_SPANS; i++) {
		const struct kvmlat_reason *r = kvmlat_find_reason(&t->account, spans[i].cls, 0);

		if (r)
			put_span(&s, r, spans[i].name);
	}
	put_begin(&s, "kvmlat_vm_outliers_total");
	put_end(&s, t->outliers);
}

static int interval(FILE *to, void *state, const struct exported *x)
{
	const struct kvmlat_snapshot *d = x->delta;
	const struct interval *in = x->in;
	struct totals *t = state;
	size_t i, n;

	for (i = 0; i < d->nr_vcpus;) {
		uint32_t vm_id = d->vcpus[i].vm_id;
		struct total *total = total_of(t, vm_id);

		if (!total)
			return -1;
		for (; i < d->nr_vcpus && d->vcpus[i].vm_id == vm_id; i++)
			if (kvmlat_merge(&total->account, &d->vcpus[i].account))
				return -1;
		for (n = 0; n < in->nr_outliers; n++)
			total->outliers += in->outliers[n].vm_id == vm_id &&
					   report_wants(in, x->sel, &in->outliers[n]);
		put_vm(to, in, total);
	}
	return 0;
}

static int end(FILE *to, void *state)
{
	struct totals *t = state;

	fputs("# EOF\n", to);
	while (t->nr)
		kvmlat_account_free(&t->all[--t->nr].account);
	free(t->all);
	return 0;
}

const struct export_format openmetrics_format = {
	.name = "openmetrics", .state = sizeof(struct totals), .begin = begin,
	.interval = interval, .end = end,
};
