// SPDX-License-Identifier: GPL-2.0-only
/* The rows of a pane: which there are, what they tell, and in which order. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/row.h"
#include "pane.h"

static int make_room(struct pane *v, size_t nr)
{
	struct item *p;

	if (nr <= v->room)
		return 0;
	p = realloc(v->items, nr * sizeof(*p));
	if (!p)
		return -1;
	v->items = p;
	v->room = nr;
	return 0;
}

static bool passes(const struct pane *v, const struct item *item)
{
	const struct bookmark *p = &v->bookmarks[v->level];

	return !p->filter[0] || !regexec(&p->regex, item->name, 0, NULL, 0);
}

static bool is_guest(const struct pane *v, const struct subject *vm)
{
	char pid[16];

	if (!v->guest[0])
		return true;
	if (!vm)
		return false;
	snprintf(pid, sizeof(pid), "%u", vm->pid);
	return !strcmp(pid, v->guest) || strstr(vm->name, v->guest);
}

static void subject_item(struct item *item, const struct subject *e)
{
	unsigned int i;

	*item = (struct item){ .subject = e, .gone = e->gone };
	item->key = (uint64_t)e->vm_id << 32 | e->vcpu_id;
	item->values[LIST_NAME] = NAN;
	for (i = 0; i < NR_FIGURES; i++)
		item->values[LIST_FIGURES + i] = e->now[i];
	item->at_most = e->at_most << LIST_FIGURES;
	item->values[LIST_PID] = e->tid ? e->tid : e->pid;
	item->values[LIST_VCPUS] = e->vcpus;
}

/* A VM stays for as long as the module remembers it, but is a row only if it was there. */
static bool shown(const struct pane *v, const struct subject *e)
{
	return (e->elapsed || !e->gone) && !(v->skip_zeros && !(e->now[FIG_EXITS] > 0));
}

static void add_all(struct pane *v, const struct subject *sum)
{
	struct item *item = &v->items[v->nr];

	if (v->bookmarks[v->level].filter[0] || v->guest[0])
		return;
	subject_item(item, sum);
	item->all = true;
	item->key = KEY_ALL;
	item->values[LIST_PID] = NAN;
	snprintf(item->name, sizeof(item->name), "all");
	v->nr++;
}

static void collect_vms(struct pane *v, const struct track *m)
{
	size_t i;

	add_all(v, &m->all);
	for (i = 0; i < m->vms.nr; i++) {
		const struct subject *e = m->vms.at[i];
		struct item *item = &v->items[v->nr];

		if (!shown(v, e) || !is_guest(v, e))
			continue;
		subject_item(item, e);
		snprintf(item->name, sizeof(item->name), "%u %.80s%s", e->vm_id, e->name,
			 e->gone ? " (ended)" : "");
		v->nr += passes(v, item);
	}
}

static void collect_vcpus(struct pane *v, const struct track *m)
{
	const struct subject *vm = subject_find(&m->vms, v->owner.vm_id, 0);
	size_t i;

	if (!v->owner.vm_id)
		add_all(v, &m->all);
	else if (vm)
		add_all(v, vm);
	for (i = 0; i < m->vcpus.nr; i++) {
		const struct subject *e = m->vcpus.at[i];
		struct item *item = &v->items[v->nr];

		if (v->owner.vm_id && e->vm_id != v->owner.vm_id)
			continue;
		if (!vm || vm->vm_id != e->vm_id)
			vm = subject_find(&m->vms, e->vm_id, 0);
		if (!shown(v, e) || !is_guest(v, vm))
			continue;
		subject_item(item, e);
		if (v->owner.vm_id)
			snprintf(item->name, sizeof(item->name), "%u %.80s", e->vcpu_id, e->name);
		else
			snprintf(item->name, sizeof(item->name), "%u %.70s/%u", e->vm_id,
				 vm ? vm->name : "", e->vcpu_id);
		v->nr += passes(v, item);
	}
}

static void reason_item(struct pane *v, struct item *item, const struct kvmlat_reason *r)
{
	const struct kvmlat_account *a = &v->account;
	/* Here all times are shares of the time that passed, those of exits, too. */
	struct whole of = { .total = a->elapsed, .own = a->elapsed, .elapsed = a->elapsed,
			    .duration = a->end - a->start };
	double *to = item->values;
	struct row row;

	row_fill(&row, r, v->vendor, &of);
	*item = (struct item){ .cls = r->cls, .code = r->code };
	item->key = (uint64_t)r->cls << 32 | r->code;
	memcpy(item->name, row.name, sizeof(row.name));
	to[REASON_NAME] = NAN;
	to[REASON_RATE] = of.duration ? row.rate : NAN;
	to[REASON_OWN] = a->elapsed && kvmlat_reason_is_exit(r->cls) ? row.own_percent : NAN;
	to[REASON_TIME] = a->elapsed ? row.time_percent : NAN;
	to[REASON_MEAN] = row.has_mean ? row.mean : NAN;
	to[REASON_P50] = row.has_percentiles ? percentile_round(row.p50, row.max) : NAN;
	to[REASON_P99] = row.has_percentiles ? percentile_round(row.p99, row.max) : NAN;
	to[REASON_P999] = row.has_percentiles ? percentile_round(row.p999, row.max) : NAN;
	to[REASON_MAX] = row.has_max ? row.max : NAN;
	to[REASON_COUNT] = row.count;
	item->at_most = row.has_max && !row.max_exact ? 1U << REASON_MAX : 0;
}

static void collect_reasons(struct pane *v)
{
	size_t i;

	for (i = 0; i < v->account.nr_reasons; i++) {
		const struct kvmlat_reason *r = &v->account.reasons[i];
		struct item *item = &v->items[v->nr];

		if (v->skip_zeros && !r->count)
			continue;
		if (v->exits_only && !kvmlat_reason_is_exit(r->cls))
			continue;
		reason_item(v, item, r);
		v->nr += passes(v, item);
	}
}

static int compare(const void *a, const void *b, void *pane)
{
	const struct item *x = a, *y = b;
	const struct pane *v = pane;
	const struct bookmark *p = &v->bookmarks[v->level];
	double l = x->values[p->sort], r = y->values[p->sort];
	int sign = p->inverted ? -1 : 1;
	bool exit;

	if (x->all != y->all)
		return x->all ? -1 : 1;
	/* Spans overlap with exits: they stand apart, so that nobody adds them up. */
	exit = kvmlat_reason_is_exit(x->cls);
	if (exit != kvmlat_reason_is_exit(y->cls))
		return exit ? -1 : 1;
	if (pane_sort(v)->kind == COLUMN_NAME) {
		if (!x->subject)
			return sign * strcmp(x->name, y->name);
		return x->key < y->key ? -sign : sign;
	}
	if (isnan(l) != isnan(r))
		return isnan(l) ? 1 : -1;
	if (l != r && !isnan(l))
		return l > r ? -sign : sign;
	return (x->key > y->key) - (x->key < y->key);
}

static void find_cursor(struct pane *v)
{
	struct bookmark *p = pane_bookmark(v);
	size_t i;

	if (!p->moved) {
		p->index = 0;
		return;
	}
	for (i = 0; i < v->nr; i++) {
		if (v->items[i].key == p->cursor) {
			p->index = i;
			return;
		}
	}
	if (p->index >= v->nr)
		p->index = v->nr ? v->nr - 1 : 0;
}

int pane_collect(struct pane *v, const struct track *m)
{
	v->vendor = m->newer.snap ? m->newer.snap->vendor : 0;
	v->nr = 0;
	kvmlat_account_free(&v->account);
	if (v->level >= LEVEL_REASONS && track_account(m, &v->owner, &v->account))
		return -1;
	if (make_room(v, m->vms.nr + m->vcpus.nr + v->account.nr_reasons + 2))
		return -1;
	switch (v->level) {
	case LEVEL_VMS:
		collect_vms(v, m);
		break;
	case LEVEL_VCPUS:
		collect_vcpus(v, m);
		break;
	case LEVEL_REASONS:
		collect_reasons(v);
		break;
	default:
		return 0;
	}
	/* One, or none, is all by itself. */
	if (v->nr && v->nr <= 2 && v->items[0].all) {
		v->items[0] = v->items[1];
		v->nr--;
	}
	if (v->nr)
		qsort_r(v->items, v->nr, sizeof(*v->items), compare, v);
	find_cursor(v);
	return 0;
}
