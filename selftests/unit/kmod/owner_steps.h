/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps that the threads of the model take, in the order of kmod/thread.[ch] and probe.c.
 * Those of the protocol that kvmlat had before are here, too: see owner.c.
 */
#ifndef _KMOD_OWNER_STEPS_H
#define _KMOD_OWNER_STEPS_H

#include "owner_state.h"

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

#endif /* _KMOD_OWNER_STEPS_H */
