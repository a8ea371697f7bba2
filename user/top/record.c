// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>

#include "record.h"
#include "show/csv.h"
#include "show/json.h"
#include "show/quota.h"

/* The columns are fixed in kvmlat-top(1): add at the end. */
static const struct {
	const char	*name;
	int		digits;
} figures[NR_FIGURES] = {
	[FIG_EXITS]				= { "exits_per_s", 1 },
	[FIG_STATE + KVMLAT_STATE_GUEST]	= { "guest_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_EXIT]		= { "exit_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_USER]		= { "user_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_POLL]		= { "poll_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_WAIT]		= { "wait_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_RUNQ]		= { "runq_percent", 3 },
	[FIG_STATE + KVMLAT_STATE_OFF]		= { "off_percent", 3 },
	[FIG_WAKE]				= { "wake_p99_ns", 0 },
	[FIG_RUNQ]				= { "runq_p99_ns", 0 },
	[FIG_WAKE_MAX]				= { "wake_max_bound_ns", 0 },
	[FIG_RUNQ_MAX]				= { "runq_max_bound_ns", 0 },
};

static const char *scope_of(const struct item *item, enum level level)
{
	if (!item->subject->vm_id)
		return "all";
	return item->all || level == LEVEL_VMS ? "vm" : "vcpu";
}

static const struct subject *vm_of(const struct top *t, const struct subject *e)
{
	return e->vm_id ? subject_find(&t->track.vms, e->vm_id, 0) : NULL;
}

static struct json_object *row_json(const struct top *t, const struct item *item)
{
	const struct subject *e = item->subject, *vm = vm_of(t, e);
	const char *scope = scope_of(item, t->pane.level);
	struct json_object *o = json_object_new_object();
	unsigned int i;

	add_text(o, "scope", scope);
	if (vm) {
		add_u64(o, "vm_id", e->vm_id);
		add_u64(o, "pid", vm->pid);
		add_text(o, "guest", vm->name);
		add_bool(o, "gone", e->gone);
	}
	if (!strcmp(scope, "vcpu")) {
		add_u64(o, "vcpu_id", e->vcpu_id);
		add_if(o, "tid", e->tid, e->tid);
		add(o, "thread", e->name[0] ? json_object_new_string(e->name) : NULL);
	}
	add_u64(o, "vcpus", strcmp(scope, "vcpu") ? e->vcpus : 1);
	for (i = 0; i < NR_FIGURES; i++)
		add(o, figures[i].name,
		    isnan(e->now[i]) ? NULL : double_of(e->now[i], figures[i].digits));
	return o;
}

void record_json(FILE *to, const struct top *t)
{
	struct json_object *o = document("top"), *rows = json_object_new_array();
	size_t i;

	add_u64(o, "time", t->taken);
	add_bool(o, "cumulative", t->once);
	add_bool(o, "interrupted", t->track.newer.snap->interrupted);
	for (i = 0; i < t->pane.nr; i++)
		json_object_array_add(rows, row_json(t, &t->pane.items[i]));
	add(o, "rows", rows);
	add(o, "quotas", json_quotas(&t->throttling.last, 0));
	print(to, o);
}

void record_csv(FILE *to, const struct top *t, bool first)
{
	unsigned int i;
	size_t n;

	if (first) {
		fputs("time,scope,vm_id,pid,guest,vcpu_id,tid", to);
		for (i = 0; i < NR_FIGURES; i++)
			fprintf(to, ",%s", figures[i].name);
		fputc('\n', to);
	}
	for (n = 0; n < t->pane.nr; n++) {
		const struct item *item = &t->pane.items[n];
		const char *scope = scope_of(item, t->pane.level);
		const struct subject *e = item->subject, *vm = vm_of(t, e);

		fprintf(to, "%" PRId64 ",%s,", (int64_t)t->taken, scope);
		if (vm) {
			fprintf(to, "%u,%u,", e->vm_id, vm->pid);
			text(to, vm->name);
		} else {
			fputs(",,", to);
		}
		if (!strcmp(scope, "vcpu"))
			fprintf(to, ",%u,%u", e->vcpu_id, e->tid);
		else
			fputs(",,", to);
		for (i = 0; i < NR_FIGURES; i++) {
			fputc(',', to);
			if (!isnan(e->now[i]))
				fprintf(to, "%.*f", figures[i].digits, e->now[i]);
		}
		fputc('\n', to);
	}
}
