// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "csv.h"
#include "json.h"
#include "report.h"

/* The columns are fixed in kvmlat-report(1): add at the end. */
static const char * const columns[] = {
	"time", "duration_s", "vm_id", "pid", "guest", "vcpus", "exits", "exit_total_ns",
	"exit_own_ns", "guest_ns", "exit_ns", "user_ns", "poll_ns", "wait_ns", "runq_ns", "off_ns",
	"preempted_ns", "wakes", "wake_p50_ns", "wake_p99_ns", "wake_max_bound_ns", "runqs",
	"runq_p99_ns", "runq_max_bound_ns", "outliers", "changes", NULL
};

static void row(FILE *to, const struct kvmlat_account *a, uint32_t cls, bool median)
{
	const struct kvmlat_reason *r = kvmlat_find_reason(a, cls, 0);
	uint64_t ns;

	fprintf(to, ",%" PRIu64 ",", r ? r->count : 0);
	if (median && r && kvmlat_percentile(r, 500, &ns))
		fprintf(to, "%" PRIu64, ns);
	if (median)
		fputc(',', to);
	if (r && kvmlat_percentile(r, 990, &ns))
		fprintf(to, "%" PRIu64, ns);
	fputc(',', to);
	if (r && r->count)
		fprintf(to, "%" PRIu64, r->longest_max);
}

static void line(FILE *to, const struct interval *in, const struct block *b)
{
	const struct kvmlat_account *a = &b->account;
	size_t i, outliers = 0, changes = 0;

	for (i = 0; i < in->nr_outliers; i++)
		outliers += in->outliers[i].vm_id == b->vm_id;
	for (i = 0; i < in->nr_changes; i++)
		changes += in->changes[i].knob.vm_id == b->vm_id ||
			   in->changes[i].knob.scope == KVMLAT_SCOPE_HOST;
	fprintf(to, "%" PRId64 ".%03d,%.9f,%u,%u,", in->end.real / (int64_t)NSEC_PER_SEC,
		(int)(in->end.real % (int64_t)NSEC_PER_SEC / 1000000),
		(double)b->duration / NSEC_PER_SEC, b->vm_id, b->pid);
	text(to, b->guest);
	fprintf(to, ",%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64, a->nr_vcpus, b->count, b->total,
		b->own);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, ",%" PRIu64, a->times[i]);
	fprintf(to, ",%" PRIu64, a->preempted);
	row(to, a, KVMLAT_REASON_CLASS_WAKE, true);
	row(to, a, KVMLAT_REASON_CLASS_RUNQ, false);
	fprintf(to, ",%zu,%zu\n", outliers, changes);
}

void show_report_csv(FILE *to, const struct interval *in, const struct kvmlat_snapshot *delta,
		     bool first)
{
	const struct wish wish = {
		.grouping = GROUP_VM, .view = VIEW_STATES, .now = in->end,
	};
	struct sample *s = sample_make(delta, in->guests, &wish);
	size_t i;

	for (i = 0; first && columns[i]; i++)
		fprintf(to, "%s%s", columns[i], columns[i + 1] ? "," : "\n");
	for (i = 0; s && i < s->nr_blocks; i++)
		line(to, in, &s->blocks[i]);
	sample_free(s);
}
