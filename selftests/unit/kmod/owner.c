// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may write a vCPU's account, as kmod/thread.[ch] and probe.c have it: a model of threads
 * that hand vCPUs round, in which every order of every step is tried. A step is what no other
 * CPU can come into: a word that is read or written, a lock that is taken or let go, the begin
 * and the commit of an update. The protocol that kvmlat had before is here, too: a search that
 * finds nothing wrong with it would find nothing at all.
 */
#include <stdlib.h>

#include "tap.h"

#define THREADS	3
#define CPUS	THREADS
#define VCPUS	2
#define NONE	(-1)

enum at {
	/*
	 * In user space, waiting for the vCPU's mutex, with the vCPU loaded, after that, off the
	 * CPU
	 */
	IDLE, WANT, LOADED, UNLOADED, OFF,
	/* kvm_entry and kvm_exit, which name the vCPU; the first take it if they have to */
	NAMED, TAKE, HAD_LOCK, HAD_DROP, TAKE_TASK, TAKE_LOCK, TAKE_OWN, TAKE_KEY, TAKE_VCPU,
	TAKE_LEFT, TAKE_BEGIN, TAKE_COMMIT, TAKE_REMEMBER, NAMED_BEGIN, NAMED_COMMIT,
	/* kvm_vcpu_wakeup and its like, which do not */
	CURRENT, CURRENT_BEGIN, CURRENT_COMMIT,
	/* kvm_userspace_exit, after the vCPU was put */
	RETURN, INSIDE, INSIDE_AGAIN, INSIDE_BEGIN, INSIDE_COMMIT,
	RETURN_LOCK, RETURN_CHECK, RETURN_BEGIN, RETURN_COMMIT, RETURN_UNLOCK,
	/* sched_switch, of him who leaves and him who comes */
	LEAVE, LEAVE_LOADED, LEAVE_LOCK, LEAVE_CHECK, LEAVE_BEGIN, LEAVE_COMMIT, LEAVE_UNLOCK,
	ARRIVE, ARRIVE_LOADED, ARRIVE_OWNED, ARRIVE_LOCK, ARRIVE_CHECK, ARRIVE_BEGIN,
	ARRIVE_COMMIT, ARRIVE_REMEMBER,
	/* The VM ends */
	END_TASK, END_LOCK, END_OWN, END_KEY, END_VCPU, END_LEFT, END_BEGIN, END_COMMIT, END_FORGET,
};

struct thread {
	int8_t cpu;
	int8_t vcpu;	/* that it runs, or is about to */
	int8_t other;	/* that this step is about, where that is another */
	uint8_t at;
	uint8_t back;	/* where it goes on after an event or a switch */
	uint8_t resume;	/* where it goes on after it was off its CPU */
	bool run;	/* KVM_RUN, not another ioctl */
};

struct slot {
	int8_t key;
	int8_t vcpu;
	int8_t task;	/* the old protocol's */
	int8_t left;
	int8_t left_task;
};

struct vcpu {
	int8_t mutex;
	int8_t lock;
	int8_t task;
	int8_t cpu;
	uint8_t writers;
	bool out;
	bool inside;	/* KVM_RUN was seen, and not yet that it returned */
	bool closed;	/* nobody has a file of it: KVM ends the VM */
	bool ended;	/* and the account has heard of it */
};

struct state {
	struct thread thread[THREADS];
	struct slot slot[CPUS];
	struct vcpu vcpu[VCPUS];
};

/* What is being searched. More: other ioctls, events that do not name the vCPU, the VM's end. */
static bool old;
static int threads, vcpus;
static bool with_more;
static const char *wrong;

static bool lock(struct vcpu *v, int t)
{
	if (v->lock != NONE)
		return false;
	v->lock = t;
	return true;
}

/* The heart of it. A writer that thinks it owns the vCPU does, and is alone. */
static void begin(struct vcpu *v, int t, bool owns)
{
	if (v->writers)
		wrong = "two writers of one account at once";
	else if (!old && v->ended)
		wrong = "an account is written after its end";
	else if (!old && owns && v->task != t)
		wrong = "an account is written by a thread that does not own it";
	v->writers |= 1 << t;
}

static void commit(struct vcpu *v, int t)
{
	v->writers &= ~(1 << t);
}

static void be_out(struct vcpu *v, bool out)
{
	if (v->out == out && !old)
		wrong = out ? "a thread leaves its CPU twice" : "a thread comes to its CPU twice";
	v->out = out;
}

static void take_key(struct state *s, int vcpu)
{
	struct slot *slot = &s->slot[s->vcpu[vcpu].cpu];

	if (slot->key == vcpu)
		slot->key = NONE;
}

static void take_vcpu(struct state *s, int vcpu)
{
	struct slot *slot = &s->slot[s->vcpu[vcpu].cpu];

	if (slot->vcpu == vcpu)
		slot->vcpu = NONE;
}

static void take_left(struct state *s, int vcpu)
{
	struct slot *slot = &s->slot[s->vcpu[vcpu].cpu];

	if (slot->left == vcpu)
		slot->left = NONE;
}

static void remember(struct state *s, int t, int vcpu)
{
	struct slot *slot = &s->slot[s->thread[t].cpu];

	slot->key = vcpu;
	slot->vcpu = vcpu;
	slot->task = t;
	if (s->vcpu[vcpu].cpu != s->thread[t].cpu)
		take_left(s, vcpu);
	s->vcpu[vcpu].cpu = s->thread[t].cpu;
}

static int owned(const struct state *s, int t)
{
	for (int i = 0; i < vcpus; i++)
		if (s->vcpu[i].task == t && (!old || s->vcpu[i].out))
			return i;
	return NONE;
}

static bool in_use(const struct state *s, int vcpu)
{
	for (int t = 0; t < threads; t++) {
		const struct thread *th = &s->thread[t];
		bool off = th->at == OFF || (th->at >= LEAVE && th->at < END_TASK);

		if (th->vcpu == vcpu && (off ? th->resume : th->at) != IDLE)
			return true;
	}
	return false;
}

static void event(struct thread *th, uint8_t at)
{
	th->back = th->at;
	th->at = at;
}

static void idle(struct thread *th)
{
	th->at = IDLE;
	th->vcpu = NONE;
}

static bool leaves(struct thread *th)
{
	th->resume = th->at;
	th->at = LEAVE;
	return true;
}

/* What a thread does next where it has a choice; false when there is no such choice. */
static bool choose(struct state *s, int t, unsigned int choice)
{
	struct thread *th = &s->thread[t];

	switch (th->at) {
	case IDLE:
		if (choice == 0)
			return leaves(th);
		/* KVM_RUN with immediate_exit, of a vCPU that has no account */
		if (choice == 1)
			return event(th, RETURN), true;
		choice -= 2;
		if ((int)choice / 3 >= vcpus || s->vcpu[choice / 3].closed)
			return false;
		if (choice % 3 == 2 && (!with_more || in_use(s, choice / 3)))
			return false;
		th->vcpu = choice / 3;
		th->run = choice % 3 == 0;
		if (choice % 3 == 1 && !with_more)
			return false;
		if (choice % 3 < 2)
			return th->at = WANT, true;
		s->vcpu[th->vcpu].closed = true;
		return th->at = old ? END_TASK : END_LOCK, true;
	case WANT:
		if (choice == 0)
			return leaves(th);
		if (choice > 1 || s->vcpu[th->vcpu].mutex != NONE)
			return false;
		s->vcpu[th->vcpu].mutex = t;
		return th->at = LOADED, true;
	case LOADED:
		if (choice == 0)
			return leaves(th);
		if (choice == 1)
			return th->at = UNLOADED, true;
		if (choice > (with_more ? 3 : 2) || !th->run)
			return false;
		return event(th, choice == 2 ? NAMED : CURRENT), true;
	case UNLOADED:
		if (choice == 0)
			return leaves(th);
		if (choice > 1)
			return false;
		if (th->run) {
			th->run = false;
			return event(th, RETURN), true;
		}
		s->vcpu[th->vcpu].mutex = NONE;
		return idle(th), true;
	case OFF:
		if ((int)choice >= threads)
			return false;
		for (int i = 0; i < threads; i++)
			if (s->thread[i].cpu == (int)choice)
				return false;
		th->cpu = choice;
		return th->at = ARRIVE, true;
	}
	return false;
}

static bool named(struct state *s, int t)
{
	struct thread *th = &s->thread[t];
	struct slot *slot = &s->slot[th->cpu];
	struct vcpu *v = &s->vcpu[th->vcpu];

	switch (th->at++) {
	case NAMED:
		if (slot->key == th->vcpu)
			th->at = NAMED_BEGIN;
		return true;
	case TAKE:
		th->other = slot->vcpu;
		if (old || th->other == NONE || th->other == th->vcpu)
			th->at = old && v->task != t ? TAKE_TASK : TAKE_LOCK;
		return true;
	case HAD_LOCK:
		return lock(&s->vcpu[th->other], t);
	case HAD_DROP:
		if (s->vcpu[th->other].task == t) {
			take_key(s, th->other);
			take_vcpu(s, th->other);
			take_left(s, th->other);
			s->vcpu[th->other].task = NONE;
		}
		s->vcpu[th->other].lock = NONE;
		th->at = TAKE_LOCK;
		return true;
	case TAKE_TASK:
		v->task = t;
		return true;
	case TAKE_LOCK:
		if (!lock(v, t))
			return false;
		if (v->task == t)
			th->at = v->out ? TAKE_BEGIN : TAKE_REMEMBER;
		return true;
	case TAKE_OWN:
		v->task = t;
		return true;
	case TAKE_KEY:
		return take_key(s, th->vcpu), true;
	case TAKE_VCPU:
		return take_vcpu(s, th->vcpu), true;
	case TAKE_LEFT:
		take_left(s, th->vcpu);
		if (!v->out)
			th->at = TAKE_REMEMBER;
		return true;
	case TAKE_BEGIN:
		return begin(v, t, true), true;
	case TAKE_COMMIT:
		be_out(v, false);
		return commit(v, t), true;
	case TAKE_REMEMBER:
		remember(s, t, th->vcpu);
		v->lock = NONE;
		return true;
	case NAMED_BEGIN:
		if (v->out && !old)
			wrong = "a vCPU runs whose account says that it is off its CPU";
		return begin(v, t, true), true;
	case NAMED_COMMIT:
		v->inside = true;
		th->at = th->back;
		return commit(v, t), true;
	}
	return false;
}

static bool unnamed(struct state *s, int t)
{
	struct thread *th = &s->thread[t];
	struct slot *slot = &s->slot[th->cpu];
	int vcpu = th->at > RETURN ? th->other : th->vcpu;
	struct vcpu *v = vcpu == NONE ? NULL : &s->vcpu[vcpu];

	switch (th->at++) {
	case CURRENT:
		if ((old && slot->task != t) || slot->vcpu != th->vcpu)
			th->at = th->back;
		return true;
	case CURRENT_BEGIN:
		return begin(v, t, true), true;
	case CURRENT_COMMIT:
		v->inside = true;
		th->at = th->back;
		return commit(v, t), true;
	case RETURN:
		th->other = slot->vcpu;
		if ((old && slot->task != t) || th->other == NONE)
			th->at = th->back;
		else if (old)
			th->at = RETURN_BEGIN;
		return true;
	case INSIDE:
		if (!v->inside)
			th->at = RETURN_LOCK;
		return true;
	case INSIDE_AGAIN:
		if (slot->vcpu != th->other)
			th->at = RETURN_LOCK;
		return true;
	case INSIDE_BEGIN:
		return begin(v, t, true), true;
	case INSIDE_COMMIT:
		v->inside = false;
		th->at = th->back;
		return commit(v, t), true;
	case RETURN_LOCK:
		return lock(v, t);
	case RETURN_CHECK:
		if (v->task != t)
			th->at = RETURN_UNLOCK;
		return true;
	case RETURN_BEGIN:
		return begin(v, t, true), true;
	case RETURN_COMMIT:
		v->inside = false;
		commit(v, t);
		if (old)
			th->at = th->back;
		return true;
	case RETURN_UNLOCK:
		v->lock = NONE;
		th->at = th->back;
		return true;
	}
	return false;
}

static bool switches(struct state *s, int t)
{
	struct thread *th = &s->thread[t];
	struct slot *slot = &s->slot[th->cpu];
	struct vcpu *v = th->other == NONE ? NULL : &s->vcpu[th->other];

	switch (th->at++) {
	case LEAVE:
		th->other = !old || slot->task == t ? slot->vcpu : NONE;
		slot->key = NONE;
		slot->vcpu = old ? slot->vcpu : NONE;
		slot->task = NONE;
		if (th->other == NONE) {
			th->at = OFF;
			th->cpu = NONE;
		} else if (old || th->resume != LOADED || th->other != th->vcpu) {
			th->at = LEAVE_LOCK;
		} else {
			begin(v = &s->vcpu[th->other], t, true);
		}
		return true;
	case LEAVE_LOADED:
		be_out(v, true);
		commit(v, t);
		slot->left = th->other;
		slot->left_task = t;
		th->at = OFF;
		th->cpu = NONE;
		return true;
	case LEAVE_LOCK:
		return lock(v, t);
	case LEAVE_CHECK:
		if (v->task != t || (old && (v->out || v->ended)))
			th->at = LEAVE_UNLOCK;
		return true;
	case LEAVE_BEGIN:
		return begin(v, t, true), true;
	case LEAVE_COMMIT:
		be_out(v, true);
		return commit(v, t), true;
	case LEAVE_UNLOCK:
		v->lock = NONE;
		th->at = OFF;
		th->cpu = NONE;
		return true;
	case ARRIVE:
		th->other = slot->left;
		if (old || th->other == NONE || slot->left_task != t || th->resume != LOADED ||
		    th->other != th->vcpu)
			th->at = ARRIVE_OWNED;
		else
			begin(v = &s->vcpu[th->other], t, true);
		return true;
	case ARRIVE_LOADED:
		be_out(v, false);
		commit(v, t);
		remember(s, t, th->other);
		th->at = th->resume;
		return true;
	case ARRIVE_OWNED:
		th->other = owned(s, t);
		if (th->other == NONE)
			th->at = th->resume;
		return true;
	case ARRIVE_LOCK:
		return lock(v, t);
	case ARRIVE_CHECK:
		if (v->task == t && !v->ended)
			return true;
		v->lock = NONE;
		th->at = th->resume;
		return true;
	case ARRIVE_BEGIN:
		return begin(v, t, true), true;
	case ARRIVE_COMMIT:
		be_out(v, false);
		return commit(v, t), true;
	case ARRIVE_REMEMBER:
		remember(s, t, th->other);
		v->lock = NONE;
		th->at = th->resume;
		return true;
	}
	return false;
}

static bool ends(struct state *s, int t)
{
	struct thread *th = &s->thread[t];
	struct vcpu *v = &s->vcpu[th->vcpu];

	switch (th->at++) {
	case END_TASK:
		v->task = NONE;
		return true;
	case END_LOCK:
		if (!lock(v, t))
			return false;
		if (old)
			th->at = END_BEGIN;
		return true;
	case END_OWN:
		v->task = NONE;
		return true;
	case END_KEY:
		return take_key(s, th->vcpu), true;
	case END_VCPU:
		return take_vcpu(s, th->vcpu), true;
	case END_LEFT:
		return take_left(s, th->vcpu), true;
	case END_BEGIN:
		return begin(v, t, false), true;
	case END_COMMIT:
		commit(v, t);
		v->out = false;
		v->ended = true;
		v->lock = NONE;
		if (!old)
			idle(th);
		return true;
	case END_FORGET:
		for (int i = 0; i < CPUS; i++)
			if (s->slot[i].vcpu == th->vcpu)
				s->slot[i] = (struct slot){ NONE, th->vcpu, NONE, NONE, NONE };
		return idle(th), true;
	}
	return false;
}

/* One step of a thread; false if it has to wait, or there is no such choice. */
static bool step(struct state *s, int t, unsigned int choice)
{
	uint8_t at = s->thread[t].at;

	if (at <= OFF)
		return choose(s, t, choice);
	if (choice)
		return false;
	if (at <= NAMED_COMMIT)
		return named(s, t);
	if (at <= RETURN_UNLOCK)
		return unnamed(s, t);
	return at < END_TASK ? switches(s, t) : ends(s, t);
}

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
