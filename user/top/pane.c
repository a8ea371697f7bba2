// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pane.h"

static const struct column vm_columns[NR_LIST_COLUMNS] = {
	{ "name", "VM", 0, 0, COLUMN_NAME },
	{ "exits", "EXITS/s", 9, 1, COLUMN_RATE },
	{ "guest", "GUEST", 6, 2, COLUMN_PERCENT },
	{ "exit", "EXIT", 5, 3, COLUMN_PERCENT },
	{ "user", "USER", 5, 9, COLUMN_PERCENT },
	{ "poll", "POLL", 5, 8, COLUMN_PERCENT },
	{ "wait", "WAIT", 5, 5, COLUMN_PERCENT },
	{ "runq", "RUNQ", 5, 4, COLUMN_PERCENT },
	{ "off", "OFF", 5, 10, COLUMN_PERCENT },
	{ "wake-p99", "WAKE P99", 9, 7, COLUMN_ABOUT },
	{ "runq-p99", "RUNQ P99", 9, 12, COLUMN_ABOUT },
	{ "wake-max", "WAKE MAX", 9, 11, COLUMN_TIME },
	{ "runq-max", "RUNQ MAX", 9, 13, COLUMN_TIME },
	{ "pid", "PID", 8, 14, COLUMN_WHOLE },
	{ "vcpus", "VCPUS", 6, 15, COLUMN_WHOLE },
};

static const struct column vcpu_columns[] = {
	{ "name", "VCPU", 0, 0, COLUMN_NAME },
	{ "exits", "EXITS/s", 9, 1, COLUMN_RATE },
	{ "guest", "GUEST", 6, 2, COLUMN_PERCENT },
	{ "exit", "EXIT", 5, 3, COLUMN_PERCENT },
	{ "user", "USER", 5, 9, COLUMN_PERCENT },
	{ "poll", "POLL", 5, 8, COLUMN_PERCENT },
	{ "wait", "WAIT", 5, 5, COLUMN_PERCENT },
	{ "runq", "RUNQ", 5, 4, COLUMN_PERCENT },
	{ "off", "OFF", 5, 10, COLUMN_PERCENT },
	{ "wake-p99", "WAKE P99", 9, 7, COLUMN_ABOUT },
	{ "runq-p99", "RUNQ P99", 9, 12, COLUMN_ABOUT },
	{ "wake-max", "WAKE MAX", 9, 11, COLUMN_TIME },
	{ "runq-max", "RUNQ MAX", 9, 13, COLUMN_TIME },
	{ "pid", "TID", 8, 14, COLUMN_WHOLE },
};

static const struct column reason_columns[NR_REASON_COLUMNS] = {
	{ "reason", "REASON", 0, 0, COLUMN_NAME },
	{ "rate", "RATE/s", 9, 1, COLUMN_RATE },
	{ "own", "OWN%", 7, 2, COLUMN_PERCENT },
	{ "time", "TIME%", 7, 6, COLUMN_PERCENT },
	{ "mean", "MEAN", 8, 7, COLUMN_TIME },
	{ "p50", "P50", 7, 8, COLUMN_ABOUT },
	{ "p99", "P99", 7, 3, COLUMN_ABOUT },
	{ "p99.9", "P99.9", 7, 9, COLUMN_ABOUT },
	{ "max", "MAX", 8, 4, COLUMN_TIME },
	{ "count", "COUNT", 10, 10, COLUMN_WHOLE },
};

_Static_assert(KVMLAT_NR_STATES == 7 && LIST_PID == 13, "columns of lists");

#define SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct columns columns[NR_LEVELS] = {
	[LEVEL_VMS]		= { vm_columns, SIZE(vm_columns), 12, 6 },
	[LEVEL_VCPUS]		= { vcpu_columns, SIZE(vcpu_columns), 12, 6 },
	[LEVEL_REASONS]		= { reason_columns, SIZE(reason_columns), 16, 5 },
	[LEVEL_HISTOGRAM]	= { reason_columns, SIZE(reason_columns), 16, 5 },
};

const struct columns *pane_columns(const struct pane *v)
{
	return &columns[v->level];
}

const struct column *pane_sort(const struct pane *v)
{
	return &columns[v->level].at[v->bookmarks[v->level].sort];
}

void pane_init(struct pane *v)
{
	unsigned int i;

	memset(v, 0, sizeof(*v));
	for (i = 0; i < NR_LEVELS; i++)
		v->bookmarks[i].sort = LIST_FIGURES + FIG_EXITS;
	v->bookmarks[LEVEL_REASONS].sort = REASON_RATE;
}

bool pane_sort_by(struct pane *v, const char *key)
{
	unsigned int i;

	for (i = 0; i < SIZE(vm_columns); i++) {
		if (strcmp(key, vm_columns[i].key))
			continue;
		v->bookmarks[LEVEL_VMS].sort = i;
		v->bookmarks[LEVEL_VCPUS].sort = i < SIZE(vcpu_columns) ? i : LIST_NAME;
		return true;
	}
	return false;
}

void pane_next_sort(struct pane *v, int step)
{
	struct bookmark *p = pane_bookmark(v);
	unsigned int nr = columns[v->level].nr;

	p->sort = (p->sort + nr + step) % nr;
	p->inverted = false;
}

static void drop_filter(struct bookmark *p)
{
	if (p->filter[0])
		regfree(&p->regex);
	p->filter[0] = 0;
}

bool pane_filter(struct pane *v, const char *text, char *why, size_t size)
{
	struct bookmark *p = pane_bookmark(v);
	regex_t regex;
	int error;

	if (*text) {
		error = regcomp(&regex, text, REG_EXTENDED | REG_NOSUB);
		if (error) {
			int n = snprintf(why, size, "\"%s\" is no regular expression: ", text);

			if (n > 0 && (size_t)n < size)
				regerror(error, &regex, why + n, size - n);
			return false;
		}
	}
	drop_filter(p);
	if (*text) {
		p->regex = regex;
		snprintf(p->filter, sizeof(p->filter), "%s", text);
	}
	return true;
}

void pane_clear_filters(struct pane *v)
{
	drop_filter(pane_bookmark(v));
	v->guest[0] = 0;
}

void pane_free(struct pane *v)
{
	unsigned int i;

	for (i = 0; i < NR_LEVELS; i++)
		drop_filter(&v->bookmarks[i]);
	kvmlat_account_free(&v->account);
	free(v->items);
	memset(v, 0, sizeof(*v));
}

const struct item *pane_cursor(const struct pane *v)
{
	return v->nr ? &v->items[v->bookmarks[v->level].index] : NULL;
}

void pane_move(struct pane *v, long rows)
{
	struct bookmark *p = pane_bookmark(v);
	long to = (long)p->index + rows;

	if (!v->nr)
		return;
	if (to < 0)
		to = 0;
	if (to >= (long)v->nr)
		to = v->nr - 1;
	p->index = to;
	p->cursor = v->items[to].key;
	/* At the top it stays at the top, whatever comes there. */
	p->moved = to > 0;
}

static void forget_cursor(struct pane *v, enum level level)
{
	struct bookmark *p = &v->bookmarks[level];

	p->moved = false;
	p->index = 0;
	p->top = 0;
}

bool pane_open(struct pane *v)
{
	const struct item *item = pane_cursor(v);

	if (!item)
		return false;
	switch (v->level) {
	case LEVEL_VMS:
		v->owner = (struct owner){ .vm_id = item->all ? 0 : item->subject->vm_id };
		break;
	case LEVEL_VCPUS:
		v->owner.has_vcpu = !item->all;
		if (!item->all) {
			v->owner.vm_id = item->subject->vm_id;
			v->owner.vcpu_id = item->subject->vcpu_id;
		}
		break;
	case LEVEL_REASONS:
		v->cls = item->cls;
		v->code = item->code;
		break;
	default:
		return false;
	}
	v->level++;
	forget_cursor(v, v->level);
	return true;
}

bool pane_close(struct pane *v)
{
	if (v->level == LEVEL_VMS)
		return false;
	v->level--;
	if (v->level == LEVEL_VCPUS)
		v->owner.has_vcpu = false;
	return true;
}

void pane_go(struct pane *v, enum level level)
{
	v->level = level;
	v->owner = (struct owner){ 0 };
	forget_cursor(v, level);
}

static size_t quoted(char *to, size_t size, const char *what, uint32_t id, const char *name)
{
	int n = name && *name ? snprintf(to, size, "%s %u \"%s\"", what, id, name) :
				snprintf(to, size, "%s %u", what, id);

	return n < 0 || (size_t)n >= size ? strlen(to) : (size_t)n;
}

void pane_path(const struct pane *v, const struct track *m, char *to, size_t size)
{
	const struct subject *e;
	char row[64];
	size_t n = 0;

	if (v->level == LEVEL_VMS) {
		snprintf(to, size, "all VMs");
		return;
	}
	if (v->owner.vm_id) {
		e = subject_find(&m->vms, v->owner.vm_id, 0);
		n = quoted(to, size, "VM", v->owner.vm_id, e ? e->name : NULL);
		if (!e || e->gone)
			n += snprintf(to + n, size - n, " (ended)");
	} else {
		n = snprintf(to, size, "all VMs");
	}
	if (v->owner.has_vcpu && n + 2 < size) {
		e = subject_find(&m->vcpus, v->owner.vm_id, v->owner.vcpu_id);
		n += snprintf(to + n, size - n, ", ");
		n += quoted(to + n, size - n, "vCPU", v->owner.vcpu_id, e ? e->name : NULL);
	} else if (n < size && v->level != LEVEL_VCPUS) {
		n += snprintf(to + n, size - n, ", all vCPUs");
	}
	if (n >= size)
		return;
	/* What the rows are tells two levels of the same VM apart. */
	if (v->level == LEVEL_VCPUS)
		snprintf(to + n, size - n, ": vCPUs");
	else if (v->level == LEVEL_REASONS)
		snprintf(to + n, size - n, ": reasons");
	if (v->level != LEVEL_HISTOGRAM)
		return;
	kvmlat_row_name(v->vendor, v->cls, v->code, row, sizeof(row));
	snprintf(to + n, size - n, ", %s", row);
}

float pane_history(const struct pane *v, const struct track *m, const struct item *item,
		   float values[HISTORY_SECONDS])
{
	unsigned int sort = v->bookmarks[v->level].sort, figure = FIG_EXITS;

	if (!item->subject) {
		track_rates(m, &v->owner, item->cls, item->code, values);
		return 0;
	}
	if (sort >= LIST_FIGURES && sort < LIST_FIGURES + NR_FIGURES)
		figure = sort - LIST_FIGURES;
	history_read(&item->subject->past[figure], m->second, values);
	return columns[v->level].at[LIST_FIGURES + figure].kind == COLUMN_PERCENT ? 100 : 0;
}
