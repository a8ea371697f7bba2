// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a frame tells, put into what was known. A frame is taken in as a whole, or not at all.
 *
 * When frames before it were missed, the accounts as they were at its begin are not known in full.
 * What the frame tells is how much came since, and enough of what was that differences are right:
 * so older and newer accounts both lack what was missed, and the difference does not.
 */
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "format.h"
#include "lib/internal.h"
#include "scalars.h"
#include "vcpu.h"

/* VMs that there are then, with their names. */
static bool join_vms(struct decoder *d, const struct parts *p, struct kvmlat_snapshot *newer,
		     struct guests *guests)
{
	size_t nr = d->now ? d->now->nr_vms : 0, x = 0, y = 0;

	newer->vms = calloc(nr + p->nr_vms + 1, sizeof(*newer->vms));
	guests->entries = calloc(nr + p->nr_vms + 1, sizeof(*guests->entries));
	if (!newer->vms || !guests->entries)
		return false;
	while (x < nr || y < p->nr_vms) {
		uint32_t old = x < nr ? d->now->vms[x].vm_id : UINT32_MAX;
		uint32_t new = y < p->nr_vms ? p->vms[y].vm.vm_id : UINT32_MAX;

		if (y < p->nr_vms && (x == nr || new <= old)) {
			newer->vms[newer->nr_vms++] = p->vms[y].vm;
			guests->entries[guests->nr++] = p->vms[y++].guest;
			x += x < nr && old == new;
			continue;
		}
		if (!ids_have(&p->gone_vms, &(struct id){ old, 0 })) {
			newer->vms[newer->nr_vms++] = d->now->vms[x];
			guests->entries[guests->nr++] = d->guests.entries[x];
		}
		x++;
	}
	return true;
}

/** struct joined - what comes out of a frame, until it is taken */
struct joined {
	struct kvmlat_snapshot	*newer;
	struct kvmlat_snapshot	*older;
	struct guests		guests;
	struct labels		labels;
	size_t			nr_rows;
};

static void joined_free(struct joined *j)
{
	kvmlat_snapshot_free(j->newer);
	kvmlat_snapshot_free(j->older);
	guests_free(&j->guests);
	labels_free(&j->labels);
}

static void add_vcpu(struct kvmlat_snapshot *s, const struct kvmlat_vcpu *v)
{
	s->vcpus[s->nr_vcpus++] = *v;
}

static void share_vcpu(struct kvmlat_snapshot *s, const struct kvmlat_vcpu *v)
{
	kvmlat_store_share(v->account.store);
	add_vcpu(s, v);
}

static void add_label(struct joined *j, const struct kvmlat_vcpu *v, const char thread[THREAD_SIZE])
{
	struct label *to = &j->labels.all[j->labels.nr++];

	*to = (struct label){ v->vm_id, v->vcpu_id, v->tid, "" };
	memcpy(to->thread, thread, sizeof(to->thread));
	j->nr_rows += v->account.nr_reasons;
}

/*
 * A vCPU that the frame does not tell of went on as it was. That is known of one that the frame
 * before did not tell of either; if more were missed, nobody knows.
 */
static void join_idle(struct decoder *d, const struct parts *p, struct joined *j,
		      const struct kvmlat_vcpu *was, size_t at, uint32_t missed)
{
	const struct id id = id_of(was);
	struct kvmlat_vcpu v = *was;

	if (ids_have(&p->gone_vcpus, &id) || missed > 1) {
		j->newer->interrupted |= missed > 1;
		return;
	}
	if (missed) {
		if (!v.gone)
			v.account.end = p->when.older.idle;
		share_vcpu(j->older, &v);
	}
	go_on(&v, p->when.newer.idle);
	share_vcpu(j->newer, &v);
	add_label(j, &v, d->labels.all[at].thread);
}

static enum decoded join_told(struct decoder *d, const struct parts *p, struct joined *j,
			      struct part *part, const struct kvmlat_vcpu *was, uint32_t missed)
{
	struct vcpu_read read = { .has_older = false };

	if (read_vcpu(&d->rows, part, &p->when, was, missed, &read)) {
		if (read.has_older)
			kvmlat_account_free(&read.older.account);
		return DECODED_NO_MEMORY;
	}
	if (part->in.bad)
		return DECODED_BAD;
	if (read.has_older)
		add_vcpu(j->older, &read.older);
	add_vcpu(j->newer, &read.newer);
	add_label(j, &read.newer, read.thread);
	return j->nr_rows > MAX_ROWS_RECORDED ? DECODED_BAD : DECODED;
}

static enum decoded join_vcpus(struct decoder *d, const struct parts *p, struct joined *j,
			       uint32_t missed)
{
	size_t nr = d->now ? d->now->nr_vcpus : 0, x = 0, y = 0;
	enum decoded ret = DECODED;

	j->newer->vcpus = calloc(nr + p->nr_vcpus + 1, sizeof(*j->newer->vcpus));
	j->labels.all = calloc(nr + p->nr_vcpus + 1, sizeof(*j->labels.all));
	if (missed)
		j->older->vcpus = calloc(nr + p->nr_vcpus + 1, sizeof(*j->older->vcpus));
	if (!j->newer->vcpus || !j->labels.all || (missed && !j->older->vcpus))
		return DECODED_NO_MEMORY;
	while ((x < nr || y < p->nr_vcpus) && ret == DECODED) {
		const struct kvmlat_vcpu *was = x < nr ? &d->now->vcpus[x] : NULL;
		struct part *part = y < p->nr_vcpus ? &p->vcpus[y] : NULL;
		struct id id = was ? id_of(was) : (struct id){ 0 };
		int order = !was ? 1 : !part ? -1 : id_order(&id, &part->id);

		if (order < 0)
			join_idle(d, p, j, was, x, missed);
		else
			ret = join_told(d, p, j, part, order ? NULL : was, missed);
		x += order <= 0;
		y += order >= 0;
	}
	return ret;
}

static struct kvmlat_snapshot *begin_snapshot(const struct when *w, const struct instant *i)
{
	struct kvmlat_snapshot *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->now = i->now;
	s->monotonic = i->monotonic;
	s->interrupted = i->interrupted;
	s->vendor = w->vendor;
	s->unreadable = w->unreadable;
	return s;
}

static enum decoded join(struct decoder *d, const struct parts *p, struct joined *j,
			 uint32_t missed)
{
	j->newer = begin_snapshot(&p->when, &p->when.newer);
	if (missed)
		j->older = begin_snapshot(&p->when, &p->when.older);
	if (!j->newer || (missed && !j->older) || !join_vms(d, p, j->newer, &j->guests))
		return DECODED_NO_MEMORY;
	return join_vcpus(d, p, j, missed);
}

/* From now on that is what is known. */
static void take(struct decoder *d, const struct when *when, struct joined *j)
{
	kvmlat_snapshot_free(d->before);
	d->before = d->now;
	if (j->older) {
		kvmlat_snapshot_free(d->now);
		d->before = j->older;
	}
	d->now = j->newer;
	guests_free(&d->guests);
	labels_free(&d->labels);
	d->guests = j->guests;
	d->labels = j->labels;
	d->begin = when->older.moment;
	d->end = when->newer.moment;
}

static enum decoded decode(struct decoder *d, struct input content, uint32_t missed)
{
	struct parts p = { .nr_vms = 0 };
	struct joined j = { .newer = NULL };
	enum decoded ret = DECODED_BAD;

	parts_take(&p, &d->events, content);
	if (!p.bad && !p.no_memory)
		ret = join(d, &p, &j, missed);
	if (ret == DECODED)
		take(d, &p.when, &j);
	else
		joined_free(&j);
	parts_free(&p);
	return p.no_memory ? DECODED_NO_MEMORY : ret;
}

enum decoded decode_changes(struct decoder *d, struct input content, uint32_t missed)
{
	if (!d->now)
		return DECODED_BAD;
	return decode(d, content, missed);
}

enum decoded decode_full(struct decoder *d, struct input content)
{
	struct kvmlat_snapshot *was = d->now;
	enum decoded ret;

	d->now = NULL;
	ret = decode(d, content, 0);
	if (ret == DECODED)
		kvmlat_snapshot_free(was);
	else
		d->now = was;
	return ret;
}

void decoder_free(struct decoder *d)
{
	kvmlat_snapshot_free(d->now);
	kvmlat_snapshot_free(d->before);
	guests_free(&d->guests);
	labels_free(&d->labels);
	rows_free(&d->rows);
	events_free(&d->events);
	memset(d, 0, sizeof(*d));
}
