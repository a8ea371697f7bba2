// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "scalars.h"

/** struct scalar - where it is; @is_time: of the module's clock */
struct scalar {
	uint16_t	offset;
	uint8_t		size;
	bool		is_time;
};

#define AT(_member)	offsetof(struct kvmlat_vcpu, _member)
#define SIZE(_member)	sizeof(((struct kvmlat_vcpu *)0)->_member)
#define NUMBER(_member)	{ AT(_member), SIZE(_member), false }
#define TIME(_member)	{ AT(_member), SIZE(_member), true }

static const struct scalar facts[] = {
	NUMBER(pid), NUMBER(tid), NUMBER(gone), NUMBER(state), TIME(state_since), NUMBER(open),
	NUMBER(open_cls), NUMBER(open_code), TIME(open_since), NUMBER(memory),
	TIME(account.start), NUMBER(account.nr_vcpus), NUMBER(account.halt.window_min),
	NUMBER(account.halt.window_max), TIME(account.details_since),
	NUMBER(account.details_evicted),
};

static const struct scalar sums[] = {
	NUMBER(account.elapsed), NUMBER(account.times[0]), NUMBER(account.times[1]),
	NUMBER(account.times[2]), NUMBER(account.times[3]), NUMBER(account.times[4]),
	NUMBER(account.times[5]), NUMBER(account.times[6]), NUMBER(account.times[7]),
	NUMBER(account.times[8]), NUMBER(account.times[9]), NUMBER(account.times[10]),
	NUMBER(account.times[11]), NUMBER(account.times[12]), NUMBER(account.times[13]),
	NUMBER(account.times[14]), NUMBER(account.times[15]), NUMBER(account.preempted),
	NUMBER(account.reentries), NUMBER(account.halt.grow), NUMBER(account.halt.shrink),
	NUMBER(account.halt.invalid),
};

_Static_assert(sizeof(facts) / sizeof(*facts) == NR_FACTS, "facts");
_Static_assert(sizeof(sums) / sizeof(*sums) == NR_SUMS, "sums");
_Static_assert(KVMLAT_STATES_ROOM == 16, "a state that is in no recording");

static uint64_t read_scalar(const struct kvmlat_vcpu *v, const struct scalar *s)
{
	const char *at = (const char *)v + s->offset;

	switch (s->size) {
	case 1:
		return *(const bool *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static bool write_scalar(struct kvmlat_vcpu *v, const struct scalar *s, uint64_t value)
{
	char *at = (char *)v + s->offset;

	switch (s->size) {
	case 1:
		*(bool *)at = value;
		return value <= 1;
	case 4:
		*(uint32_t *)at = value;
		return value <= UINT32_MAX;
	default:
		*(uint64_t *)at = value;
		return true;
	}
}

/* A word tells which are not zero: a time that is not known is none. */
void put_facts(struct bytes *b, const struct kvmlat_vcpu *v, uint64_t now)
{
	uint64_t which = 0, value;
	unsigned int i;

	for (i = 0; i < NR_FACTS; i++)
		which |= (uint64_t)!!read_scalar(v, &facts[i]) << i;
	put_u64(b, which);
	for (i = 0; i < NR_FACTS; i++) {
		value = read_scalar(v, &facts[i]);
		if (value && facts[i].is_time)
			put_change(b, now, value);
		else if (value)
			put_u64(b, value);
	}
}

void get_facts(struct input *in, struct kvmlat_vcpu *v, uint64_t now)
{
	uint64_t which = get_u64(in), value;
	unsigned int i;

	in->bad |= which >> NR_FACTS;
	for (i = 0; i < NR_FACTS; i++) {
		value = 0;
		if (which & 1ULL << i)
			value = facts[i].is_time ? now - get_change(in, 0) : get_u64(in);
		in->bad |= !write_scalar(v, &facts[i], value);
	}
}

bool same_facts(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y)
{
	unsigned int i;

	for (i = 0; i < NR_FACTS; i++)
		if (read_scalar(x, &facts[i]) != read_scalar(y, &facts[i]))
			return false;
	return true;
}

void put_sums(struct bytes *b, const struct kvmlat_vcpu *v, const struct kvmlat_vcpu *older)
{
	uint64_t which = 0, diff[NR_SUMS];
	unsigned int i;

	for (i = 0; i < NR_SUMS; i++) {
		diff[i] = read_scalar(v, &sums[i]) - read_scalar(older, &sums[i]);
		which |= (uint64_t)!!diff[i] << i;
	}
	put_u64(b, which);
	for (i = 0; i < NR_SUMS; i++)
		if (diff[i])
			put_change(b, diff[i], 0);
}

void get_sums(struct input *in, struct kvmlat_vcpu *v)
{
	uint64_t which = get_u64(in);
	unsigned int i;

	in->bad |= which >> NR_SUMS;
	for (i = 0; i < NR_SUMS; i++)
		if (which & 1ULL << i)
			write_scalar(v, &sums[i], get_change(in, read_scalar(v, &sums[i])));
}

bool same_sums(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y)
{
	unsigned int i;

	for (i = 0; i < NR_SUMS; i++)
		if (read_scalar(x, &sums[i]) != read_scalar(y, &sums[i]))
			return false;
	return true;
}

void clear_sums(struct kvmlat_vcpu *v)
{
	unsigned int i;

	for (i = 0; i < NR_SUMS; i++)
		write_scalar(v, &sums[i], 0);
}

void go_on(struct kvmlat_vcpu *v, uint64_t now)
{
	struct kvmlat_account *a = &v->account;
	uint64_t more = now > a->end ? now - a->end : 0;

	if (v->gone)
		return;
	a->end += more;
	a->elapsed += more;
	if (v->state < KVMLAT_NR_STATES)
		a->times[v->state] += more;
	if (v->state == KVMLAT_STATE_RUNQ)
		a->preempted += more;
}
