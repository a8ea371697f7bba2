// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autopilot.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/paths.h"
#include "host/module.h"
#include "model/claims.h"
#include "undo.h"
#include "value.h"

#define KNOB	"halt_poll_ns"

/* Polls are for CPUs that would be idle: with less than that, none has time to spare. */
#define IDLE_MIN	0.05

/* What others have set is looked at every so many intervals, and before each change. */
#define LOOK_EVERY	3

static const struct kvmlat_knob_value *knob_of(const struct autopilot *a, uint32_t vm_id,
					       bool has_vcpu, uint32_t vcpu_id)
{
	const struct target target = { .vm_id = vm_id, .vcpu_id = vcpu_id, .has_vcpu = has_vcpu };
	const struct kvmlat_knob_value *knob;
	struct trouble ignored;

	return tuner_demand(&a->t, KNOB, &target, &knob, &ignored) ? NULL : knob;
}

static struct steered *find(const struct autopilot *a, uint32_t vm_id, uint32_t vcpu_id)
{
	size_t i;

	for (i = 0; i < a->nr; i++)
		if (a->all[i].vm_id == vm_id && a->all[i].vcpu_id == vcpu_id)
			return &a->all[i];
	return NULL;
}

__attribute__((format(printf, 3, 4)))
static void tell_of(const struct autopilot *a, const struct steered *s, const char *fmt, ...)
{
	const char *name = guests_name(&a->t.guests, s->vm_id);
	char text[1024], what[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "vCPU %u of VM %u \"%s\" %s", s->vcpu_id, s->vm_id,
		 name ? name : "", what);
	a->tell(text);
}

/* Its change goes, be it from beneath one of somebody else. */
static void undo_own(struct autopilot *a, struct steered *s)
{
	struct trouble why;

	if (!s->change)
		return;
	if (undo_change(&a->t, s->change, a->tell, &why))
		a->tell(why.text);
	else
		journal_drop(&a->journal, s->change);
	s->change = 0;
	if (journal_save(&a->journal, &why))
		a->tell(why.text);
}

static void let_go(struct autopilot *a, struct steered *s)
{
	s->mine = false;
	s->pilot = (struct pilot){ 0 };
	undo_own(a, s);
}

/* Whoever sets a window by hand knows better. */
static void mind_others(struct autopilot *a, struct steered *s)
{
	const struct kvmlat_knob_value *k = knob_of(a, s->vm_id, true, s->vcpu_id);
	const struct kvmlat_knob_value *vm = knob_of(a, s->vm_id, false, 0);
	bool own = k && k->now.source == KVMLAT_SCOPE_VCPU;
	char value[32];

	if (!k || !vm || !s->mine)
		return;
	if (own != s->pilot.has_window || (own && k->now.value != s->pilot.window) ||
	    (own && k->change != s->change)) {
		value_format(k->unit, k->now.value, value, sizeof(value));
		tell_of(a, s, "has " KNOB " %s by hand: auto lets go of it", value);
		let_go(a, s);
	} else if (vm->now.source == KVMLAT_SCOPE_VM &&
		   (s->vm.source != vm->now.source || s->vm.value != vm->now.value)) {
		value_format(vm->unit, vm->now.value, value, sizeof(value));
		tell_of(a, s, "has " KNOB " %s of its VM by hand: auto lets go of it", value);
		let_go(a, s);
	}
}

/* One that is only asked for by its name, which is another user's, gets nothing. */
static bool is_foreign(struct autopilot *a, const struct kvmlat_vm *vm, const struct steered *s)
{
	const char *name = guests_name(&a->t.guests, vm->vm_id);
	uint32_t uid = guests_uid(&a->t.guests, vm->vm_id);
	struct trouble why;

	if (!selects_by_name(a->sel, &a->t.guests, vm))
		return false;
	if (claim_check(name ? name : "", uid, &why)) {
		tell_of(a, s, "is left alone: %s", why.text);
		return true;
	}
	if (!a->dry_run && claim_note(name ? name : "", uid, &why))
		a->tell(why.text);
	return false;
}

static bool is_asked_for(const struct autopilot *a, const struct kvmlat_snapshot *snap,
			 const struct kvmlat_vm *vm, uint32_t vcpu_id)
{
	return selects_vcpu(a->sel, vcpu_id) &&
	       (!selects(a->sel) || selects_vm(a->sel, &a->t.guests, snap, vm));
}

/* Those that are not asked for, too, so that they are looked at once. */
static int add(struct autopilot *a, const struct kvmlat_snapshot *snap, const struct kvmlat_vcpu *v,
	       struct trouble *why)
{
	const struct kvmlat_knob_value *of_vm = knob_of(a, v->vm_id, false, 0);
	struct steered *all = reallocarray(a->all, a->nr + 1, sizeof(*all));
	const struct kvmlat_vm *vm = kvmlat_find_vm(snap, v->vm_id);
	struct steered *s;

	if (!all)
		return trouble_memory(why);
	a->all = all;
	s = &all[a->nr++];
	*s = (struct steered){ .vm_id = v->vm_id, .vcpu_id = v->vcpu_id };
	if (of_vm)
		s->vm = of_vm->now;
	s->mine = vm && knob_of(a, v->vm_id, true, v->vcpu_id) &&
		  is_asked_for(a, snap, vm, v->vcpu_id) && !is_foreign(a, vm, s);
	return 0;
}

/* Those that ended go; one that an interrupted snapshot lacks may be there yet. */
static void drop_ended(struct autopilot *a, const struct kvmlat_snapshot *snap)
{
	const struct kvmlat_vcpu *v;
	size_t i, n = 0;

	for (i = 0; i < a->nr; i++) {
		v = kvmlat_find_vcpu(snap, a->all[i].vm_id, a->all[i].vcpu_id);
		if (snap->interrupted || (v && !v->gone))
			a->all[n++] = a->all[i];
		else
			undo_own(a, &a->all[i]);
	}
	a->nr = n;
	guests_forget_ended(&a->t.guests, snap);
}

static int sync_vcpus(struct autopilot *a, const struct kvmlat_snapshot *snap, struct trouble *why)
{
	const struct kvmlat_vcpu *v;
	bool fresh = false;
	size_t i;

	drop_ended(a, snap);
	for (i = 0; i < snap->nr_vcpus; i++) {
		v = &snap->vcpus[i];
		if (v->gone || find(a, v->vm_id, v->vcpu_id))
			continue;
		if (!fresh && tuner_refresh(&a->t, why))
			return -1;
		fresh = true;
		if (add(a, snap, v, why))
			return -1;
	}
	return 0;
}

/* One vCPU a change: each has one that is in effect, and the one before goes from beneath it. */
static int change(struct autopilot *a, struct steered *s, uint64_t now, struct trouble *why)
{
	struct kvmlat_knob_change c = {
		.id = KVMLAT_KNOB_HALT_POLL_NS, .scope = KVMLAT_SCOPE_VCPU, .vm_id = s->vm_id,
		.vcpu_id = s->vcpu_id, .value = s->decision.forecast.window,
		.has_expect = s->pilot.has_window, .expect = s->pilot.window,
		.expect_inherit = !s->pilot.has_window,
	};
	struct kvmlat_error err = { 0 };
	struct steered before = *s;
	struct kvmlat_knobs reply;

	if (journal_announce(&a->journal, &a->t, &c, 1, why))
		return -1;
	if (kvmlat_set_knobs(a->t.k, &c, 1, false, &reply, &err)) {
		a->journal.pending.nr = 0;
		if (journal_save(&a->journal, why))
			return -1;
		tell_of(a, s, "is not changed: %s", err.text);
		return 0;
	}
	s->change = reply.change;
	kvmlat_knobs_free(&reply);
	pilot_did(&s->pilot, &s->decision, now);
	if (journal_add(&a->journal, s->vm_id, s->change, why))
		return -1;
	undo_own(a, &before);
	return 0;
}

static int carry_out(struct autopilot *a, struct steered *s, uint64_t now, struct trouble *why)
{
	switch (s->decision.act) {
	case PILOT_SET:
		return change(a, s, now, why);
	case PILOT_RELEASE:
		undo_own(a, s);
		pilot_did(&s->pilot, &s->decision, now);
		return 0;
	default:
		return 0;
	}
}

/* KVM ends a poll for whatever else can run, so a CPU that polls has time to spare. */
static bool host_is_busy(struct autopilot *a, const struct kvmlat_snapshot *delta)
{
	uint64_t polled = 0;
	double share;
	size_t i;

	for (i = 0; i < delta->nr_vcpus; i++)
		polled += delta->vcpus[i].account.times[KVMLAT_STATE_POLL];
	return idle_share(path_root(), &a->idle, polled, &share) && share < IDLE_MIN;
}

/* Did any of them decide to change something? */
static bool decide(struct autopilot *a, const struct kvmlat_snapshot *delta, uint64_t now)
{
	bool busy = host_is_busy(a, delta), any = false;
	size_t i;

	for (i = 0; i < a->nr; i++) {
		struct steered *s = &a->all[i];
		const struct kvmlat_vcpu *v = kvmlat_find_vcpu(delta, s->vm_id, s->vcpu_id);
		struct pilot_interval in = {
			.account = v ? &v->account : NULL, .interval = a->interval, .busy = busy,
			.now = now,
		};

		if (!s->mine)
			continue;
		pilot_step(&s->pilot, &a->goal, &in, &s->decision);
		any |= s->decision.act != PILOT_KEEP;
	}
	return any;
}

static int act(struct autopilot *a, const struct kvmlat_snapshot *delta, struct trouble *why)
{
	uint64_t now = monotonic_ns();
	bool any = decide(a, delta, now);
	size_t i;

	if (any || a->turn++ % LOOK_EVERY == 0) {
		if (tuner_refresh(&a->t, why))
			return -1;
		for (i = 0; i < a->nr; i++)
			mind_others(a, &a->all[i]);
	}
	for (i = 0; i < a->nr; i++) {
		struct steered *s = &a->all[i];
		bool had = s->pilot.has_window;
		uint64_t window = s->pilot.window;

		if (!s->mine)
			continue;
		if (!a->dry_run && carry_out(a, s, now, why))
			return -1;
		if (a->decided)
			a->decided(a->ctx, a, s, had, window);
	}
	return 0;
}

static int read_accounts(struct autopilot *a, struct kvmlat_snapshot **snap, struct trouble *why)
{
	const struct kvmlat_filter filter = { .histograms = true };
	struct kvmlat_error err = { 0 };

	if (kvmlat_refresh(a->t.k, &filter, a->older, snap, &err))
		return trouble_kvmlat(why, &err);
	return 0;
}

int autopilot_step(struct autopilot *a, struct trouble *why)
{
	struct kvmlat_snapshot *snap, *delta;
	int ret;

	if (read_accounts(a, &snap, why)) {
		if (why->kind != TROUBLE_REFUSED)
			return -1;
		/* The next interval begins where this one did. */
		a->tell(why->text);
		return 0;
	}
	delta = kvmlat_delta(snap, a->older);
	kvmlat_snapshot_free(a->older);
	a->older = snap;
	if (!delta)
		return trouble_memory(why);
	ret = sync_vcpus(a, snap, why);
	if (!ret)
		ret = act(a, delta, why);
	kvmlat_snapshot_free(delta);
	return ret;
}

static int undo_leftovers(struct autopilot *a, struct trouble *why)
{
	if (!a->journal.nr && !a->journal.pending.nr)
		return 0;
	a->tell("what an auto before left behind is undone first");
	if (journal_undo(&a->journal, &a->t, a->tell, why))
		a->tell(why->text);
	return tuner_refresh(&a->t, why);
}

/* Left open: to close it would give up the lock. */
static int lock(struct trouble *why)
{
	char sentence[600];

	if (lock_take("auto.lock", false, sentence, sizeof(sentence)) >= 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return trouble(why, TROUBLE_REFUSED, "another \"kvmlat auto\" is steering already");
	return trouble(why, trouble_of_errno(errno), "%s", sentence);
}

int autopilot_begin(struct autopilot *a, struct trouble *why)
{
	struct kvmlat_filter ignored = { 0 };
	double share;

	a->journal.name = "auto";
	if (!a->dry_run && (lock(why) || journal_load(&a->journal, "auto", why)))
		return -1;
	if (tuner_open(&a->t, why) || undo_leftovers(a, why))
		return -1;
	a->journal.module = module_load_id(path_root());
	if (selects(a->sel) &&
	    (select_vms(a->sel, &a->t.guests, a->t.vms, &ignored, why) ||
	     claims_check(a->sel, &a->t.guests, a->t.vms, why)))
		return -1;
	idle_share(path_root(), &a->idle, 0, &share);
	if (read_accounts(a, &a->older, why))
		return -1;
	return sync_vcpus(a, a->older, why);
}

int autopilot_undo(struct autopilot *a, struct trouble *why)
{
	return journal_undo(&a->journal, &a->t, a->tell, why);
}

void autopilot_end(struct autopilot *a)
{
	kvmlat_snapshot_free(a->older);
	tuner_close(&a->t);
	journal_free(&a->journal);
	free(a->all);
}
