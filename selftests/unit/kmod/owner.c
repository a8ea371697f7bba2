// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may write a vCPU's account: of the model in owner_state.h every order of every step is
 * tried. The protocol that kvmlat had before is in the model, too: a search that finds nothing
 * wrong with it would find nothing at all.
 */
#include <stdlib.h>

#include "owner_steps.h"
#include "tap.h"

/* What nobody will look at any more is made the same, so that it does not make more states. */
static void forget(struct state *s)
{
	int leaving = 0;

	for (int t = 0; t < threads; t++) {
		struct thread *th = &s->thread[t];

		if (th->at <= OFF)
			th->other = NONE;
		if (th->at <= OFF || th->at > RETURN_UNLOCK)
			th->back = IDLE;
		if (th->at != OFF && (th->at < LEAVE || th->at >= END_TASK))
			th->resume = IDLE;
		if (th->at == LEAVE_LOADED)
			leaving |= 1 << th->other;
	}
	for (int i = 0; i < vcpus; i++) {
		const struct slot *slot = &s->slot[s->vcpu[i].cpu];

		if (slot->key != i && slot->vcpu != i && slot->left != i &&
		    s->vcpu[i].lock == NONE && !(leaving & 1 << i))
			s->vcpu[i].cpu = 0;
	}
	for (int i = 0; i < CPUS; i++)
		if (s->slot[i].left == NONE)
			s->slot[i].left_task = NONE;
}

/* All states that were seen, with the way to each, and a hash of them. */
#define SEEN_BITS	24
#define SEEN_MAX	(1U << (SEEN_BITS - 1))

static struct state *seen;
static uint32_t nr_seen, *places;

static bool is_new(const struct state *s)
{
	const uint8_t *byte = (const uint8_t *)s;
	uint64_t hash = 0xcbf29ce484222325;
	uint32_t place;

	for (size_t i = 0; i < sizeof(*s); i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	for (place = hash >> (64 - SEEN_BITS); places[place];
	     place = (place + 1) % (1U << SEEN_BITS))
		if (!memcmp(&seen[places[place] - 1], s, sizeof(*s)))
			return false;
	if (nr_seen == SEEN_MAX) {
		wrong = "there are more states than there is memory for";
		return false;
	}
	seen[nr_seen++] = *s;
	places[place] = nr_seen;
	return true;
}

static void search(bool old_protocol, int nr_threads, int nr_vcpus, bool more)
{
	struct state s;

	old = old_protocol;
	threads = nr_threads;
	vcpus = nr_vcpus;
	with_more = more;
	wrong = NULL;
	nr_seen = 0;
	seen = malloc(SEEN_MAX * sizeof(*seen));
	places = calloc(1U << SEEN_BITS, sizeof(*places));
	memset(&s, 0, sizeof(s));
	for (int i = 0; i < THREADS; i++) {
		s.thread[i] = (struct thread){ .cpu = i < threads ? i : NONE, .vcpu = NONE };
		s.slot[i] = (struct slot){ NONE, NONE, NONE, NONE, NONE };
	}
	for (int i = 0; i < VCPUS; i++)
		s.vcpu[i] = (struct vcpu){ .mutex = NONE, .lock = NONE, .task = NONE };
	is_new(&s);
	for (uint32_t i = 0; i < nr_seen && !wrong; i++)
		for (int t = 0; t < threads && !wrong; t++)
			for (unsigned int choice = 0; choice < 2 + 3 * VCPUS && !wrong; choice++) {
				s = seen[i];
				if (!step(&s, t, choice) || wrong)
					continue;
				forget(&s);
				is_new(&s);
			}
	printf("# %u states%s%s\n", nr_seen, wrong ? ": " : "", wrong ? wrong : "");
	free(seen);
	free(places);
}

static void old_protocol_fails(void)
{
	search(true, 2, 1, false);
	EXPECT_STR(wrong, "two writers of one account at once");
}

static void two_threads_two_vcpus(void)
{
	search(false, 2, 2, true);
	EXPECT(!wrong);
}

static void three_threads_one_vcpu(void)
{
	search(false, 3, 1, false);
	EXPECT(!wrong);
}

static const struct tap_case cases[] = {
	{ "the protocol of before lets two write one account", old_protocol_fails },
	{ "two threads, two vCPUs: each account has one writer", two_threads_two_vcpus },
	{ "three threads, one vCPU: the account has one writer", three_threads_one_vcpu },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
