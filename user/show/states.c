// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>

#include "base/clock.h"
#include "block.h"
#include "csv.h"
#include "json.h"
#include "view.h"

/* Preemptions are a part of runq, and stand right behind it. */
static void heads(struct grid *g)
{
	char name[16];
	unsigned int i, n;

	cell(g, "STATE");
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		snprintf(name, sizeof(name), "%s", kvmlat_state_name(i));
		for (n = 0; name[n]; n++)
			name[n] = toupper(name[n]);
		cell(g, "%s", name);
		if (i == KVMLAT_STATE_RUNQ)
			cell(g, "PREEMPT");
	}
}

/* The table has a line of 80. */
static int figure(uint64_t ns)
{
	return ns < 9999 * NSEC_PER_MSEC ? 2 : 0;
}

static void table(FILE *to, const struct sample *s, const struct block *b, struct widths *kept)
{
	struct grid g = { .columns = KVMLAT_NR_STATES + 2, .left = 1, .min = 7, .kept = kept };
	const struct kvmlat_account *a = &b->account;
	unsigned int i;

	(void)s;
	fputc('\n', to);
	heads(&g);
	cell(&g, "TIME/ms");
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		cell(&g, "%.*f", figure(a->times[i]), a->times[i] / 1e6);
		if (i == KVMLAT_STATE_RUNQ)
			cell(&g, "%.*f", figure(a->preempted), a->preempted / 1e6);
	}
	cell(&g, "TIME%%");
	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		cell(&g, "%.2f", share(a->times[i], a->elapsed));
		if (i == KVMLAT_STATE_RUNQ)
			cell(&g, "%.2f", share(a->preempted, a->elapsed));
	}
	print_grid(to, &g);
	if (b->grouping == GROUP_VCPU && !b->gone)
		fprintf(to, "now %s, for %.3f ms\n", kvmlat_state_name(b->state),
			b->state_for / 1e6);
}

static void json(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *percent = json_object_new_object();
	const struct kvmlat_account *a = &b->account;
	unsigned int i;

	(void)s;
	if (b->grouping == GROUP_VCPU) {
		add_text(o, "state", kvmlat_state_name(b->state));
		add_u64(o, "state_for_ns", b->state_for);
	}
	add(o, "states", json_times(b));
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		add(percent, kvmlat_state_name(i), double_of(share(a->times[i], a->elapsed), 4));
	add(o, "percent", percent);
	add_u64(o, "preempted_ns", a->preempted);
	add(o, "preempted_percent", double_of(share(a->preempted, a->elapsed), 4));
}

static const char * const columns[] = {
	"elapsed_ns", "guest_ns", "exit_ns", "user_ns", "poll_ns", "wait_ns", "runq_ns",
	"off_ns", "preempted_ns", "guest_percent", "exit_percent", "user_percent", "poll_percent",
	"wait_percent", "runq_percent", "off_percent", "preempted_percent", NULL
};

static void csv(FILE *to, const struct sample *s, const struct block *b)
{
	const struct kvmlat_account *a = &b->account;
	unsigned int i;

	csv_whose(to, s, b);
	fprintf(to, "%" PRIu64, a->elapsed);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, ",%" PRIu64, a->times[i]);
	fprintf(to, ",%" PRIu64, a->preempted);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		fprintf(to, ",%.4f", share(a->times[i], a->elapsed));
	fprintf(to, ",%.4f\n", share(a->preempted, a->elapsed));
}

const struct sample_view states_view = {
	.kind = "states", .columns = columns, .table = table, .json = json, .csv = csv,
};
