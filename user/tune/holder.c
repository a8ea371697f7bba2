// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/wait.h"
#include "holder.h"
#include "host/dma.h"
#include "host/module.h"
#include "intent.h"
#include "journal.h"
#include "model/claims.h"
#include "modprobe.h"
#include "told.h"

/* How soon a VM that starts gets its values. */
#define LOOK_NS		NSEC_PER_SEC

/**
 * struct holder - a profile that is in effect
 * @open: the module is there; if not, it was unloaded, which undid everything
 * @retry: it is there, but could not be used when it came
 * @watch: tells when it comes and goes
 * @dma: open for as long as the latency is to be kept
 */
struct holder {
	const struct profile	*profile;
	struct told		told;
	struct tuner		t;
	bool			open;
	bool			retry;
	struct journal		journal;
	struct mnl_socket	*watch;
	int			dma;
	struct wait		wait;
};

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
			if (modprobe_loaded(modprobe_module(w->knob)))
				tell_left_out(&h->told, w->knob);
			continue;
		}
		if (!w->inherit)
			tell_warnings(&h->told, w, &load);
		changes[n].id = w->knob->id;
		changes[n].scope = w->knob->scope;
		changes[n].vm_id = target->vm_id;
		changes[n].inherit = w->inherit;
		changes[n++].value = w->value;
	}
	if (!n)
		return journal_add(&h->journal, target->vm_id, 0, why);
	if (journal_announce(&h->journal, &h->t, changes, n, why))
		return -1;
	if (kvmlat_set_knobs(h->t.k, changes, n, false, &reply, &err)) {
		h->journal.pending.nr = 0;
		return trouble_kvmlat(why, &err);
	}
	ret = journal_add(&h->journal, target->vm_id, reply.change, why);
	kvmlat_knobs_free(&reply);
	return ret;
}

static int apply_to(struct holder *h, const struct target *target, const struct claimant *guest,
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

/* Whether what goes by its name is kept from a guest, which is told. */
static bool is_foreign(struct holder *h, const struct claimant *guest, uint32_t vm_id)
{
	struct trouble why;

	if (!claim_check(guest->name, guest->uid, &why))
		return false;
	tell_foreign(&h->told, vm_id, guest->uid, &why);
	return true;
}

/* A VM gets its values, or those that nobody can claim by a name. */
static int apply_to_vm(struct holder *h, const struct target *target, struct trouble *why)
{
	const char *name = guests_name(&h->t.guests, target->vm_id);
	struct claimant guest = {
		.name = name ? name : "", .uid = guests_uid(&h->t.guests, target->vm_id),
	};
	bool by_name = profile_goes_by_name(h->profile, &guest);
	struct trouble noted;

	guest.foreign = by_name && is_foreign(h, &guest, target->vm_id);
	if (apply_to(h, target, &guest, why))
		return -1;
	if (by_name && !guest.foreign && claim_note(guest.name, guest.uid, &noted))
		h->told.tell(noted.text);
	return 0;
}

/* One VM that cannot be set, since it just ended, keeps no other from its values. */
static void apply_to_vms(struct holder *h)
{
	const struct kvmlat_snapshot *s = h->t.vms;
	struct trouble why;
	size_t i;

	for (i = 0; i < s->nr_vms; i++) {
		struct target target = { .vm_id = s->vms[i].vm_id };

		if (s->vms[i].gone || journal_has(&h->journal, target.vm_id))
			continue;
		if (!apply_to_vm(h, &target, &why))
			continue;
		h->told.tell(why.text);
		if (!journal_has(&h->journal, target.vm_id))
			journal_add(&h->journal, target.vm_id, 0, &why);
	}
}

/* Before anything is set: else what is left of a profile would be taken for what was before it. */
static int undo_leftovers(struct holder *h, struct trouble *why)
{
	if (!h->journal.nr && !h->journal.pending.nr)
		return 0;
	h->told.tell("what the profile before left behind is undone first");
	if (journal_undo(&h->journal, &h->t, h->told.tell, why))
		h->told.tell(why->text);
	return tuner_refresh(&h->t, why);
}

static int apply(struct holder *h, struct trouble *why)
{
	const struct target host = { 0 };
	int ret;

	ret = tuner_open(&h->t, why);
	if (!ret)
		ret = profile_check(h->profile, &h->t, why);
	if (!ret)
		ret = undo_leftovers(h, why);
	if (!ret) {
		h->journal.module = module_load_id(path_root());
		ret = apply_to(h, &host, NULL, why);
	}
	h->open = !ret;
	if (ret)
		tuner_close(&h->t);
	else
		apply_to_vms(h);
	return ret;
}

static void apply_anew(struct holder *h)
{
	struct trouble why;
	bool again = h->retry;

	h->retry = apply(h, &why);
	if (h->retry && !again)
		h->told.tell(why.text);
}

static void forget(struct holder *h)
{
	h->told.tell("the module was unloaded: the profile waits for it");
	tuner_close(&h->t);
	h->open = false;
	journal_clear(&h->journal);
}

static bool has_new(const struct holder *h, const struct kvmlat_snapshot *vms)
{
	size_t i;

	for (i = 0; i < vms->nr_vms; i++)
		if (!vms->vms[i].gone && !journal_has(&h->journal, vms->vms[i].vm_id))
			return true;
	return false;
}

/* VMs come and go for as long as this process lives: of those that went nothing is kept. */
static void look_at_vms(struct holder *h)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *vms;
	struct trouble why;

	if (kvmlat_get_vms(h->t.k, NULL, &vms, &err)) {
		if (err.status == KVMLAT_E_NO_MODULE || err.status == KVMLAT_E_NOT_FOUND)
			forget(h);
		return;
	}
	guests_forget_ended(&h->t.guests, vms);
	if (journal_drop_ended(&h->journal, vms) && journal_save(&h->journal, &why))
		h->told.tell(why.text);
	/* The table of knobs is read again only when there is somebody new in it. */
	if (has_new(h, vms)) {
		if (tuner_refresh(&h->t, &why))
			h->told.tell(why.text);
		else
			apply_to_vms(h);
	}
	kvmlat_snapshot_free(vms);
}

static void look(struct holder *h)
{
	if (h->open)
		look_at_vms(h);
	else if (module_load_id(path_root()))
		apply_anew(h);
	else
		h->retry = false;
}

/* A module that was loaded again, be it that of a new version, gets the profile anew. */
static void take_news(struct holder *h)
{
	enum module_news news;

	while ((news = module_news(h->watch)) != MODULE_NO_NEWS) {
		if (news == MODULE_NEWS_LOST)
			look(h);
		else if (news == MODULE_WENT && h->open)
			forget(h);
		else if (news == MODULE_CAME && !h->open)
			apply_anew(h);
	}
}

static int keep_on(struct holder *h, struct trouble *why)
{
	int fd = mnl_socket_get_fd(h->watch);

	for (;;) {
		/* While the module is away, nothing is asked, which would load it. */
		uint64_t until = h->open || h->retry ? monotonic_ns() + LOOK_NS : UINT64_MAX;

		switch (wait_for(&h->wait, until, &fd, 1, NULL)) {
		case WAKE_SIGNAL:
			return 0;
		case WAKE_FAILED:
			return trouble(why, TROUBLE_REFUSED, "cannot wait: %s", strerror(errno));
		case WAKE_INPUT:
			take_news(h);
			break;
		default:
			look(h);
		}
	}
}

static int keep_and_undo(struct holder *h, struct trouble *why)
{
	int ret = keep_on(h, why);
	struct trouble undone;

	if (!h->open || !journal_undo(&h->journal, &h->t, h->told.tell, &undone))
		return ret;
	if (ret)
		h->told.tell(why->text);
	*why = undone;
	return -1;
}

/* Everything that is to be closed at the end is open, or -1. */
static int begin(struct holder *h, struct trouble *why)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };

	/* Whoever listens may go: that is no reason to leave the host as it is. */
	signal(SIGPIPE, SIG_IGN);
	if (wait_begin(&h->wait, ends))
		return trouble(why, TROUBLE_REFUSED, "cannot wait for signals: %s",
			       strerror(errno));
	if (journal_load(&h->journal, "profile", why))
		return -1;
	h->watch = module_watch(why);
	if (!h->watch)
		return -1;
	if (h->profile->dma_latency >= 0) {
		tell_latency(&h->told, h->profile->dma_latency);
		h->dma = dma_latency_hold(path_root(), h->profile->dma_latency, why);
		if (h->dma < 0)
			return -1;
	}
	return apply(h, why);
}

int hold(const struct profile *profile, tell_fn tell, void (*ready)(void *ctx), void *ctx,
	 struct trouble *why)
{
	struct holder h = {
		.profile = profile, .told = { .tell = tell }, .dma = -1, .wait.signals = -1,
	};
	int ret = begin(&h, why);

	if (!ret) {
		ready(ctx);
		ret = keep_and_undo(&h, why);
	}
	if (h.open)
		tuner_close(&h.t);
	journal_free(&h.journal);
	if (h.dma >= 0)
		close(h.dma);
	if (h.watch)
		mnl_socket_close(h.watch);
	wait_end(&h.wait);
	return ret;
}
