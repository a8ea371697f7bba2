// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/wait.h"
#include "host/dma.h"
#include "holder.h"
#include "intent.h"
#include "modprobe.h"
#include "warn.h"

/* How soon a VM that starts gets its values, and a module that comes back is noticed. */
#define LOOK_NS		NSEC_PER_SEC

/**
 * struct holder - a profile that is in effect
 * @open: the module is there; if not, it was unloaded, which undid everything
 * @changes: what to undo, in the order of time; of a VM or, with vm_id 0, the host
 * @dma: open for as long as the latency is to be kept
 */
struct holder {
	const struct profile	*profile;
	tell_fn			tell;
	struct tuner		t;
	bool			open;
	size_t			nr;
	struct applied {
		uint32_t	vm_id;
		uint32_t	change;
	}			*changes;
	int			dma;
	struct wait		wait;
};

static bool is_applied(const struct holder *h, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < h->nr; i++)
		if (h->changes[i].vm_id == vm_id)
			return true;
	return false;
}

__attribute__((format(printf, 2, 3)))
static void tell(const struct holder *h, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	h->tell(text);
}

static int keep(struct holder *h, uint32_t vm_id, uint32_t change, struct trouble *why)
{
	struct applied *changes = realloc(h->changes, (h->nr + 1) * sizeof(*changes));

	if (!changes)
		return trouble_memory(why);
	h->changes = changes;
	changes[h->nr].vm_id = vm_id;
	changes[h->nr++].change = change;
	return 0;
}

static int set_intents(struct holder *h, const struct target *target,
		       const struct intent *intents, size_t nr, struct trouble *why)
{
	struct kvmlat_knob_change changes[KVMLAT_KNOBS_MAX] = { 0 };
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs reply;
	struct load load;
	size_t i, n = 0;
	int ret;

	load_of(h->t.vms, &load);
	for (i = 0; i < nr && n < KVMLAT_KNOBS_MAX; i++) {
		const struct intent *w = &intents[i];

		if (w->knob->why[0]) {
			/* A profile is for both vendors: what the other has goes without saying. */
			if (!modprobe_loaded(modprobe_module(w->knob)))
				continue;
			tell(h, "%s is left out: %s", w->knob->name, w->knob->why);
			continue;
		}
		if (!w->inherit)
			warn_about(w->knob, w->value, &load, h->tell);
		changes[n].id = w->knob->id;
		changes[n].scope = w->knob->scope;
		changes[n].vm_id = target->vm_id;
		changes[n].inherit = w->inherit;
		changes[n++].value = w->value;
	}
	if (!n)
		return keep(h, target->vm_id, 0, why);
	if (kvmlat_set_knobs(h->t.k, changes, n, false, &reply, &err))
		return trouble_kvmlat(why, &err);
	ret = keep(h, target->vm_id, reply.change, why);
	kvmlat_knobs_free(&reply);
	return ret;
}

static int apply_to(struct holder *h, const struct target *target, const char *guest,
		    struct trouble *why)
{
	struct intent *intents;
	size_t nr;
	int ret;

	ret = profile_intents(h->profile, &h->t, target, guest, &intents, &nr, why);
	if (!ret)
		ret = set_intents(h, target, intents, nr, why);
	free(intents);
	return ret;
}

/* One VM that cannot be set, since it just ended, keeps no other from its values. */
static void apply_to_vms(struct holder *h)
{
	const struct kvmlat_snapshot *s = h->t.vms;
	struct trouble why;
	size_t i;

	for (i = 0; i < s->nr_vms; i++) {
		struct target target = { .vm_id = s->vms[i].vm_id };
		const char *guest = guests_name(&h->t.guests, target.vm_id);

		if (s->vms[i].gone || is_applied(h, target.vm_id))
			continue;
		if (!apply_to(h, &target, guest ? guest : "", &why))
			continue;
		h->tell(why.text);
		if (!is_applied(h, target.vm_id))
			keep(h, target.vm_id, 0, &why);
	}
}

static int apply(struct holder *h, struct trouble *why)
{
	const struct target host = { 0 };
	int ret;

	ret = tuner_open(&h->t, why);
	if (!ret)
		ret = apply_to(h, &host, NULL, why);
	h->open = !ret;
	if (ret)
		tuner_close(&h->t);
	else
		apply_to_vms(h);
	return ret;
}

static void forget(struct holder *h)
{
	tuner_close(&h->t);
	h->open = false;
	h->nr = 0;
}

/* A module that was loaded again, be it that of a new version, gets the profile anew. */
static void look(struct holder *h)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *vms;
	struct trouble why;
	struct kvmlat *k;
	size_t i;

	if (!h->open) {
		if (kvmlat_open(&k, &err))
			return;
		kvmlat_close(k);
		if (apply(h, &why))
			h->tell(why.text);
		return;
	}
	if (kvmlat_get_vms(h->t.k, NULL, &vms, &err)) {
		if (err.status == KVMLAT_E_NO_MODULE || err.status == KVMLAT_E_NOT_FOUND) {
			h->tell("the module was unloaded: the profile waits for it");
			forget(h);
		}
		return;
	}
	for (i = 0; i < vms->nr_vms; i++)
		if (!vms->vms[i].gone && !is_applied(h, vms->vms[i].vm_id))
			break;
	/* The table of knobs is read again only when there is somebody new in it. */
	if (i < vms->nr_vms) {
		if (tuner_refresh(&h->t, &why))
			h->tell(why.text);
		else
			apply_to_vms(h);
	}
	kvmlat_snapshot_free(vms);
}

static int undo_one(struct holder *h, uint32_t change, struct trouble *why)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs reply;
	char what[512];
	size_t i;

	if (!change)
		return 0;
	if (kvmlat_undo_knobs(h->t.k, change, false, &reply, &err)) {
		/* Somebody has undone it, or its VM ended. */
		if (err.status == KVMLAT_E_NOT_FOUND || err.status == KVMLAT_E_NO_MODULE)
			return 0;
		return trouble_kvmlat(why, &err);
	}
	for (i = 0; i < reply.nr; i++) {
		tuner_complete(&h->t, &reply.all[i]);
		if (reply.all[i].result != KVMLAT_RESULT_LEFT)
			continue;
		tuner_describe(&h->t, &reply.all[i], what, sizeof(what));
		tell(h, "%s is left as it is: somebody else changed it since", what);
	}
	kvmlat_knobs_free(&reply);
	return 0;
}

/* Every change is tried; of several troubles the last is the one that is left to the caller. */
static int undo(struct holder *h, struct trouble *why)
{
	size_t i = h->open ? h->nr : 0;
	struct trouble one;
	int ret = 0;

	while (i--) {
		if (!undo_one(h, h->changes[i].change, &one))
			continue;
		if (ret)
			h->tell(why->text);
		*why = one;
		ret = -1;
	}
	return ret;
}

static int keep_on(struct holder *h, struct trouble *why)
{
	for (;;) {
		switch (wait_for(&h->wait, monotonic_ns() + LOOK_NS, NULL, 0, NULL)) {
		case WAKE_SIGNAL:
			return 0;
		case WAKE_FAILED:
			return trouble(why, TROUBLE_REFUSED, "cannot wait: %s", strerror(errno));
		default:
			look(h);
		}
	}
}

static int keep_and_undo(struct holder *h, struct trouble *why)
{
	int ret = keep_on(h, why);
	struct trouble undone;

	if (!undo(h, &undone))
		return ret;
	if (ret)
		h->tell(undone.text);
	else
		*why = undone;
	return -1;
}

int hold(const struct profile *profile, tell_fn tell, void (*ready)(void *ctx), void *ctx,
	 struct trouble *why)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, 0 };
	struct holder h = { .profile = profile, .tell = tell, .dma = -1 };
	int ret = -1;

	if (wait_begin(&h.wait, ends))
		return trouble(why, TROUBLE_REFUSED, "cannot wait for signals: %s",
			       strerror(errno));
	if (profile->dma_latency >= 0) {
		h.dma = dma_latency_hold(path_root(), profile->dma_latency, why);
		if (h.dma < 0)
			goto out;
	}
	ret = apply(&h, why);
	if (!ret) {
		ready(ctx);
		ret = keep_and_undo(&h, why);
	}
	if (h.open)
		tuner_close(&h.t);
	free(h.changes);
	if (h.dma >= 0)
		close(h.dma);
out:
	wait_end(&h.wait);
	return ret;
}
