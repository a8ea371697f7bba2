// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "events.h"

static uint32_t bit(bool is, unsigned int which)
{
	return (uint32_t)is << which;
}

static void put_waker(struct bytes *to, const struct kvmlat_waker *w)
{
	put_u64(to, w ? 1 : 0);
	if (!w)
		return;
	put_text(to, w->comm);
	put_u64(to, w->tid);
	put_u64(to, w->cpu);
	put_u64(to, w->interrupt);
	put_u64(to, w->at);
}

static bool get_waker(struct input *in, struct kvmlat_waker *w)
{
	memset(w, 0, sizeof(*w));
	if (!get_u64(in))
		return false;
	get_text(in, w->comm, sizeof(w->comm));
	w->tid = get_u32(in);
	w->cpu = get_u32(in);
	w->interrupt = get_u64(in);
	w->at = get_u64(in);
	return true;
}

static void put_part(struct bytes *to, const struct kvmlat_part *p)
{
	put_u64(to, bit(p->took, 0) | bit(p->has_idle, 1));
	put_u64(to, p->kind);
	put_u64(to, p->state);
	put_u64(to, p->id);
	put_u64(to, p->cpu);
	put_u64(to, p->count);
	put_u64(to, p->time);
	put_text(to, p->comm);
	put_u64(to, p->prio);
	put_u64(to, p->idle_state);
}

void get_part(struct input *in, struct kvmlat_part *p)
{
	uint64_t flags = get_u64(in);

	memset(p, 0, sizeof(*p));
	p->took = flags & 1;
	p->has_idle = flags & 2;
	p->kind = get_u32(in);
	p->state = get_u32(in);
	p->id = get_u32(in);
	p->cpu = get_u32(in);
	p->count = get_u32(in);
	p->time = get_u64(in);
	get_text(in, p->comm, sizeof(p->comm));
	p->prio = get_u32(in);
	p->idle_state = get_u32(in);
}

void put_outlier(struct bytes *to, const struct kvmlat_outlier *o)
{
	const struct kvmlat_culprit *c = &o->culprit;
	unsigned int i;

	put_u64(to, bit(o->visited, 0) | bit(o->has_detail, 1) | bit(c->took, 2));
	put_u64(to, o->vm_id);
	put_u64(to, o->pid);
	put_u64(to, o->vcpu_id);
	put_u64(to, o->tid);
	put_u64(to, o->kind);
	put_u64(to, o->dropped);
	put_u64(to, o->begin);
	put_change(to, o->end, o->begin);
	put_u64(to, o->total);
	put_u64(to, o->threshold);
	put_u64(to, KVMLAT_STATES_ROOM);
	for (i = 0; i < KVMLAT_STATES_ROOM; i++)
		put_u64(to, o->times[i]);
	put_u64(to, o->cls);
	put_u64(to, o->code);
	put_u64(to, o->visit);
	put_u64(to, o->detail_kind);
	put_u64(to, o->detail_key);
	put_text(to, c->comm);
	put_u64(to, c->tid);
	put_u64(to, c->prio);
	put_u64(to, c->time);
	put_u64(to, o->cpu_before);
	put_u64(to, o->cpu);
	put_u64(to, o->moves);
	put_waker(to, o->waker);
	put_u64(to, o->nr_parts);
	for (i = 0; i < o->nr_parts; i++)
		put_part(to, &o->parts[i]);
}

bool get_outlier(struct input *in, struct kvmlat_outlier *o, struct kvmlat_waker *waker)
{
	struct kvmlat_culprit *c = &o->culprit;
	uint64_t flags = get_u64(in), nr, i, time;
	bool has_waker;

	memset(o, 0, sizeof(*o));
	o->visited = flags & 1;
	o->has_detail = flags & 2;
	c->took = flags & 4;
	o->vm_id = get_u32(in);
	o->pid = get_u32(in);
	o->vcpu_id = get_u32(in);
	o->tid = get_u32(in);
	o->kind = get_u32(in);
	o->dropped = get_u64(in);
	o->begin = get_u64(in);
	o->end = get_change(in, o->begin);
	o->total = get_u64(in);
	o->threshold = get_u64(in);
	nr = get_u64(in);
	for (i = 0; i < nr && !in->bad; i++) {
		time = get_u64(in);
		if (i < KVMLAT_STATES_ROOM)
			o->times[i] = time;
	}
	o->cls = get_u32(in);
	o->code = get_u32(in);
	o->visit = get_u32(in);
	o->detail_kind = get_u32(in);
	o->detail_key = get_u64(in);
	get_text(in, c->comm, sizeof(c->comm));
	c->tid = get_u32(in);
	c->prio = get_u32(in);
	c->time = get_u64(in);
	o->cpu_before = get_u32(in);
	o->cpu = get_u32(in);
	o->moves = get_u32(in);
	has_waker = get_waker(in, waker);
	o->nr_parts = get_u32(in);
	/* Each takes 10 bytes at least. */
	in->bad |= o->nr_parts > left(in) / 10;
	return has_waker;
}

static void put_level(struct bytes *to, const struct kvmlat_level *l)
{
	put_u64(to, l->known ? l->source + 1 : 0);
	if (l->known)
		put_u64(to, l->value);
}

static void get_level(struct input *in, struct kvmlat_level *l)
{
	uint64_t source = get_u64(in);

	l->known = source;
	in->bad |= source > UINT32_MAX;
	if (!l->known || in->bad)
		return;
	l->source = source - 1;
	l->value = get_u64(in);
}

void put_knob(struct bytes *to, const struct kvmlat_knob_value *k)
{
	put_u64(to, k->id);
	put_text(to, k->name);
	put_u64(to, k->scope);
	put_u64(to, k->vm_id);
	put_u64(to, k->pid);
	put_u64(to, k->vcpu_id);
	put_level(to, &k->now);
	put_level(to, &k->old);
	put_level(to, &k->original);
	put_u64(to, k->change);
	put_u64(to, k->min);
	put_u64(to, k->max);
	put_u64(to, k->unit);
	put_u64(to, k->later);
	put_u64(to, k->result);
	put_text(to, k->why);
}

void get_knob(struct input *in, struct kvmlat_knob_value *k)
{
	memset(k, 0, sizeof(*k));
	k->id = get_u32(in);
	get_text(in, k->name, sizeof(k->name));
	k->scope = get_u32(in);
	k->vm_id = get_u32(in);
	k->pid = get_u32(in);
	k->vcpu_id = get_u32(in);
	get_level(in, &k->now);
	get_level(in, &k->old);
	get_level(in, &k->original);
	k->change = get_u32(in);
	k->min = get_u64(in);
	k->max = get_u64(in);
	k->unit = get_u32(in);
	k->later = get_u64(in);
	k->result = get_u32(in);
	get_text(in, k->why, sizeof(k->why));
}

void put_change_event(struct bytes *to, const struct kvmlat_knob_event *e)
{
	put_u64(to, e->change);
	put_u64(to, e->action);
	put_u64(to, e->pid);
	put_u64(to, e->uid);
	put_text(to, e->comm);
	put_u64(to, e->at);
	put_knob(to, &e->knob);
}

void get_change_event(struct input *in, struct kvmlat_knob_event *e)
{
	memset(e, 0, sizeof(*e));
	e->change = get_u32(in);
	e->action = get_u32(in);
	e->pid = get_u32(in);
	e->uid = get_u32(in);
	get_text(in, e->comm, sizeof(e->comm));
	e->at = get_u64(in);
	get_knob(in, &e->knob);
}

static void put_use(struct bytes *to, const struct quota *q)
{
	put_u64(to, q->max);
	put_u64(to, q->period);
	put_u64(to, q->periods);
	put_u64(to, q->throttled);
	put_u64(to, q->throttled_ns);
}

static void get_use(struct input *in, struct quota *q)
{
	q->max = get_u64(in);
	q->period = get_u64(in);
	q->periods = get_u64(in);
	q->throttled = get_u64(in);
	q->throttled_ns = get_u64(in);
}

void put_quota(struct bytes *to, const struct quota *q, const struct quota *was)
{
	put_u64(to, q->vm_id);
	put_text(to, q->group);
	put_use(to, q);
	put_u64(to, was ? 1 : 0);
	if (was)
		put_use(to, was);
}

void get_quota(struct input *in, struct quota *q, struct quota *was)
{
	memset(q, 0, sizeof(*q));
	memset(was, 0, sizeof(*was));
	q->vm_id = get_u32(in);
	get_text(in, q->group, sizeof(q->group));
	get_use(in, q);
	if (!get_u64(in))
		return;
	was->vm_id = q->vm_id;
	memcpy(was->group, q->group, sizeof(was->group));
	get_use(in, was);
}
