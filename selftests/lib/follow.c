// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"
#include "list.h"

static struct acct *find(struct snap *snap, uint32_t vm, uint32_t vcpu)
{
	for (unsigned int i = 0; i < snap->nr; i++)
		if (snap->accts[i].vm == vm && snap->accts[i].vcpu == vcpu)
			return &snap->accts[i];
	return NULL;
}

static void put_row(struct acct *a, const struct row *row)
{
	struct row *to = (struct row *)acct_row(a, row->class, row->code);

	if (!to) {
		a->rows = realloc(a->rows, (a->nr_rows + 1) * sizeof(*a->rows));
		to = &a->rows[a->nr_rows++];
	}
	*to = *row;
}

/* Takes @from over; rows that it does not have stay, unless the account began anew */
static void apply(struct acct *to, struct acct *from)
{
	struct acct old = *to;

	*to = *from;
	memset(from, 0, sizeof(*from));
	if (old.since == to->since) {
		struct acct sent = *to;

		to->rows = old.rows;
		to->nr_rows = old.nr_rows;
		for (unsigned int i = 0; i < sent.nr_rows; i++)
			put_row(to, &sent.rows[i]);
		old.rows = sent.rows;
	}
	acct_free(&old);
}

/* Nothing happened to it: what it was doing it did on */
static void go_on(struct acct *a, uint64_t now)
{
	uint64_t more = now > a->now ? now - a->now : 0;

	if (a->gone)
		return;
	a->now += more;
	a->times[a->state] += more;
	if (a->state != KVMLAT_STATE_RUNQ)
		return;
	a->preempted += more;
	if (a->nr_preemptors)
		a->preemptors[a->nr_preemptors - 1].time += more;
}

static void forget_vms(struct snap *model, const struct vm_list *list)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < model->nr; i++) {
		unsigned int j = 0;

		while (j < list->nr && list->vms[j].vm != model->accts[i].vm)
			j++;
		if (j < list->nr)
			model->accts[n++] = model->accts[i];
		else
			acct_free(&model->accts[i]);
	}
	model->nr = n;
}

static void merge(struct snap *model, struct snap *sent)
{
	if (!sent->changes)
		snap_free(model);
	for (unsigned int i = 0; i < sent->nr; i++) {
		struct acct *to = find(model, sent->accts[i].vm, sent->accts[i].vcpu);

		if (!to) {
			model->accts = realloc(model->accts,
					       (model->nr + 1) * sizeof(*model->accts));
			to = &model->accts[model->nr++];
			memset(to, 0, sizeof(*to));
		}
		apply(to, &sent->accts[i]);
	}
	model->hist = sent->hist;
	model->intr = sent->intr;
	for (unsigned int i = 0; i < model->nr; i++)
		go_on(&model->accts[i], sent->end_now);
}

int follow_dump(struct wire *w, const struct filter *f, struct follow *follow)
{
	struct filter ask = *f;
	struct vm_list list;
	struct snap sent;
	int err;

	ask.follow = true;
	ask.cursor = follow->cursor;
	err = snap_dump(w, &ask, &sent);
	if (err)
		return err;
	follow->vcpus = sent.nr;
	follow->rows = 0;
	for (unsigned int i = 0; i < sent.nr; i++)
		follow->rows += sent.accts[i].nr_rows;
	follow->changes = sent.changes;
	follow->cursor = sent.cursor;
	merge(&follow->model, &sent);
	if (sent.bad[0])
		memcpy(follow->model.bad, sent.bad, sizeof(sent.bad));
	snap_free(&sent);
	err = vms_get(w, FILTER(.vm = f->vm, .pid = f->pid), &list);
	if (err)
		return err;
	forget_vms(&follow->model, &list);
	vms_free(&list);
	return 0;
}

void follow_free(struct follow *follow)
{
	snap_free(&follow->model);
	memset(follow, 0, sizeof(*follow));
}

static char text[256];

#define DIFFERS(a, fmt, ...) \
	(snprintf(text, sizeof(text), "VM %u vCPU %u: " fmt, (a)->vm, (a)->vcpu, ##__VA_ARGS__), \
	 text)

static const char *acct_differs(const struct acct *model, const struct acct *whole)
{
	struct acct a = *model, b = *whole;

	go_on(&a, b.now);
	/* Each has an instant of its own */
	if (a.now > b.now)
		go_on(&b, a.now);
	a.messages = b.messages;
	if (!acct_same_head(&a, &b))
		return DIFFERS(whole, "state %u since %" PRIu64 ", is %u since %" PRIu64
			       "; now %" PRIu64 ", is %" PRIu64, a.state, a.state_since, b.state,
			       b.state_since, a.now, b.now);
	if (a.nr_rows != b.nr_rows || a.nr_details != b.nr_details)
		return DIFFERS(whole, "%u rows and %u details, are %u and %u", a.nr_rows,
			       a.nr_details, b.nr_rows, b.nr_details);
	for (unsigned int i = 0; i < b.nr_rows; i++) {
		const struct row *is = &b.rows[i], *row = acct_row(&a, is->class, is->code);

		if (!row)
			return DIFFERS(whole, "class %u code %#x is missing", is->class, is->code);
		if (row->count != is->count || row->total != is->total ||
		    row->longest != is->longest || row->longest_at != is->longest_at ||
		    row->longest_cpu != is->longest_cpu || row->hist_sum != is->hist_sum ||
		    row->hist_low != is->hist_low || row->last_bucket != is->last_bucket)
			return DIFFERS(whole, "class %u code %#x: count %" PRIu64 ", is %" PRIu64
				       "; total %" PRIu64 ", is %" PRIu64, is->class, is->code,
				       row->count, is->count, row->total, is->total);
	}
	for (unsigned int i = 0; i < b.nr_details; i++) {
		const struct detail *is = &b.details[i], *d = acct_detail(&a, is->kind, is->key);

		if (!d || d->count != is->count || d->total != is->total)
			return DIFFERS(whole, "detail of kind %u, key %#" PRIx64, is->kind,
				       is->key);
	}
	return NULL;
}

const char *follow_differs(const struct follow *follow, const struct snap *whole)
{
	if (follow->model.nr != whole->nr) {
		snprintf(text, sizeof(text), "%u vCPUs, are %u", follow->model.nr, whole->nr);
		return text;
	}
	for (unsigned int i = 0; i < whole->nr; i++) {
		const struct acct *is = &whole->accts[i];
		struct acct *a = find((struct snap *)&follow->model, is->vm, is->vcpu);
		const char *bad = a ? acct_differs(a, is) : DIFFERS(is, "is missing");

		if (bad)
			return bad;
	}
	return NULL;
}
