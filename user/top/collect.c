// SPDX-License-Identifier: GPL-2.0-only
/* The rows of a view: which there are, what they tell, and in which order. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "view.h"

static int make_room(struct view *v, size_t nr)
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

static bool passes(const struct view *v, const struct item *item)
{
	const struct place *p = &v->places[v->level];

	return !p->filter[0] || !regexec(&p->regex, item->name, 0, NULL, 0);
}

static bool is_guest(const struct view *v, const struct subject *vm)
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
	item->values[LIST_PID] = e->tid ? e->tid : e->pid;
	item->values[LIST_VCPUS] = e->vcpus;
}

/* A VM stays for as long as the module remembers it, but is a row only if it was there. */
static bool shown(const struct view *v, const struct subject *e)
{
	return (e->elapsed || !e->gone) && !(v->skip_zeros && !(e->now[FIG_EXITS] > 0));
}

static void add_all(struct view *v, const struct subject *sum)
{
	struct item *item = &v->items[v->nr];

	if (v->places[v->level].filter[0] || v->guest[0])
		return;
	subject_item(item, sum);
	item->all = true;
	item->key = KEY_ALL;
	item->values[LIST_PID] = NAN;
	snprintf(item->name, sizeof(item->name), "all");
	v->nr++;
}

static void collect_vms(struct view *v, const struct model *m)
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

static void collect_vcpus(struct view *v, const struct model *m)
{
	const struct subject *vm = model_find(&m->vms, v->scope.vm_id, 0);
	size_t i;

	if (!v->scope.vm_id)
		add_all(v, &m->all);
	else if (vm)
		add_all(v, vm);
	for (i = 0; i < m->vcpus.nr; i++) {
		const struct subject *e = m->vcpus.at[i];
		struct item *item = &v->items[v->nr];

		if (v->scope.vm_id && e->vm_id != v->scope.vm_id)
			continue;
		if (!vm || vm->vm_id != e->vm_id)
			vm = model_find(&m->vms, e->vm_id, 0);
		if (!shown(v, e) || !is_guest(v, vm))
			continue;
		subject_item(item, e);
		if (v->scope.vm_id)
			snprintf(item->name, sizeof(item->name), "%u %.80s", e->vcpu_id, e->name);
		else
			snprintf(item->name, sizeof(item->name), "%u %.70s/%u", e->vm_id,
				 vm ? vm->name : "", e->vcpu_id);
		v->nr += passes(v, item);
	}
}

static double percentile(const struct kvmlat_reason *r, unsigned int permille)
{
	uint64_t ns;

	return kvmlat_percentile(r, permille, &ns) ? ns : NAN;
}

static void reason_item(struct view *v, struct item *item, const struct kvmlat_reason *r)
{
	const struct kvmlat_account *a = &v->account;
	uint64_t duration = a->end - a->start;
	double *to = item->values;

	*item = (struct item){ .cls = r->cls, .code = r->code };
	item->key = (uint64_t)r->cls << 32 | r->code;
	kvmlat_row_name(v->vendor, r->cls, r->code, item->name, sizeof(item->name));
	to[REASON_NAME] = NAN;
	to[REASON_RATE] = duration ? (double)r->count * NSEC_PER_SEC / duration : NAN;
	to[REASON_TIME] = a->elapsed ? 100.0 * r->total / a->elapsed : NAN;
	to[REASON_MEAN] = r->count ? (double)r->total / r->count : NAN;
	to[REASON_P50] = percentile(r, 500);
	to[REASON_P99] = percentile(r, 990);
	to[REASON_P999] = percentile(r, 999);
	to[REASON_MAX] = r->count ? r->longest_max : NAN;
	to[REASON_COUNT] = r->count;
	item->at_most = r->count && r->longest_min != r->longest_max;
}

static void collect_reasons(struct view *v)
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

static int compare(const void *a, const void *b, void *view)
{
	const struct item *x = a, *y = b;
	const struct view *v = view;
	const struct place *p = &v->places[v->level];
	double l = x->values[p->sort], r = y->values[p->sort];
	int sign = p->inverted ? -1 : 1;
	bool exit;

	if (x->all != y->all)
		return x->all ? -1 : 1;
	/* Spans overlap with exits: they stand apart, so that nobody adds them up. */
	exit = kvmlat_reason_is_exit(x->cls);
	if (exit != kvmlat_reason_is_exit(y->cls))
		return exit ? -1 : 1;
	if (view_sort(v)->kind == COLUMN_NAME) {
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

static void find_cursor(struct view *v)
{
	struct place *p = view_place(v);
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

int view_collect(struct view *v, const struct model *m)
{
	v->vendor = m->newer.snap ? m->newer.snap->vendor : 0;
	v->nr = 0;
	kvmlat_account_free(&v->account);
	if (v->level >= LEVEL_REASONS && model_account(m, &v->scope, &v->account))
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
