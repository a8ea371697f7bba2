/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a model of kmod/thread.[ch] and probe.c knows of threads that hand vCPUs round, and what a
 * step may do to it. A step is what no other CPU can come into: a word that is read or written, a
 * lock that is taken or let go, the begin and the commit of an update.
 */
#ifndef _KMOD_OWNER_STATE_H
#define _KMOD_OWNER_STATE_H

#include <stdbool.h>
#include <stdint.h>

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

#endif /* _KMOD_OWNER_STATE_H */
