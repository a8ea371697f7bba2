// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/command.h"
#include "holder.h"
#include "modprobe.h"
#include "base/paths.h"
#include "warn.h"

/* How soon a VM that starts gets its values, and a module that comes back is noticed. */
#define LOOK_MS		1000

/**
 * struct holder - a profile that is in effect
 * @open: the module is there; if not, it was unloaded, which undid everything
 * @changes: what to undo, in the order of time; of a VM or, with vm_id 0, the host
 * @dma: open for as long as the latency is to be kept
 */
struct holder {
	const struct profile	*profile;
	struct tuner		t;
	bool			open;
	size_t			nr;
	struct held {
		uint32_t	vm_id;
		uint32_t	change;
	}			*changes;
	int			dma;
};

static const char *dma_path(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/dev/cpu_dma_latency", path_root());
	return path;
}

int32_t dma_latency_now(void)
{
	int fd = open(dma_path(), O_RDONLY | O_CLOEXEC);
	int32_t us;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, &us, sizeof(us));
	close(fd);
	return n == sizeof(us) ? us : -1;
}

/* The kernel keeps what was written only while the file is open. */
static int hold_dma_latency(struct holder *h)
{
	int32_t us = h->profile->dma_latency;

	if (us < 0)
		return EXIT_OK;
	h->dma = open(dma_path(), O_WRONLY | O_CLOEXEC);
	if (h->dma >= 0 && write(h->dma, &us, sizeof(us)) == sizeof(us))
		return EXIT_OK;
	return complain(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_REFUSED,
			"cannot write \"%s\": %s", dma_path(), strerror(errno));
}

static bool is_held(const struct holder *h, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < h->nr; i++)
		if (h->changes[i].vm_id == vm_id)
			return true;
	return false;
}

static int keep(struct holder *h, uint32_t vm_id, uint32_t change)
{
	struct held *changes = realloc(h->changes, (h->nr + 1) * sizeof(*changes));

	if (!changes)
		return complain(EXIT_REFUSED, "out of memory");
	h->changes = changes;
	changes[h->nr].vm_id = vm_id;
	changes[h->nr++].change = change;
	return EXIT_OK;
}

static int set_intents(struct holder *h, const struct target *target,
		       const struct intent *intents, size_t nr)
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
			complain(0, "%s is left out: %s", w->knob->name, w->knob->why);
			continue;
		}
		if (!w->inherit)
			warn_about(w->knob, w->value, &load);
		changes[n].id = w->knob->id;
		changes[n].scope = w->knob->scope;
		changes[n].vm_id = target->vm_id;
		changes[n].inherit = w->inherit;
		changes[n++].value = w->value;
	}
	if (!n)
		return keep(h, target->vm_id, 0);
	if (kvmlat_set_knobs(h->t.k, changes, n, false, &reply, &err))
		return complain_kvmlat(&err);
	ret = keep(h, target->vm_id, reply.change);
	kvmlat_knobs_free(&reply);
	return ret;
}

static int apply_to(struct holder *h, const struct target *target, const char *guest)
{
	struct intent *intents;
	size_t nr;
	int ret;

	ret = profile_intents(h->profile, &h->t, target, guest, &intents, &nr);
	if (!ret)
		ret = set_intents(h, target, intents, nr);
	free(intents);
	return ret;
}

/* One VM that cannot be set, since it just ended, keeps no other from its values. */
static void apply_to_vms(struct holder *h)
{
	const struct kvmlat_snapshot *s = h->t.vms;
	size_t i;

	for (i = 0; i < s->nr_vms; i++) {
		struct target target = { .vm_id = s->vms[i].vm_id };
		const char *guest = guests_name(&h->t.guests, target.vm_id);

		if (s->vms[i].gone || is_held(h, target.vm_id))
			continue;
		if (apply_to(h, &target, guest ? guest : "") && !is_held(h, target.vm_id))
			keep(h, target.vm_id, 0);
	}
}

static int apply(struct holder *h)
{
	const struct target host = { 0 };
	int ret;

	ret = tuner_open(&h->t);
	if (!ret)
		ret = apply_to(h, &host, NULL);
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
	struct kvmlat *k;
	size_t i;

	if (!h->open) {
		if (kvmlat_open(&k, &err))
			return;
		kvmlat_close(k);
		apply(h);
		return;
	}
	if (kvmlat_get_vms(h->t.k, NULL, &vms, &err)) {
		if (err.status == KVMLAT_E_NO_MODULE || err.status == KVMLAT_E_NOT_FOUND) {
			complain(0, "the module was unloaded: the profile waits for it");
			forget(h);
		}
		return;
	}
	for (i = 0; i < vms->nr_vms; i++)
		if (!vms->vms[i].gone && !is_held(h, vms->vms[i].vm_id))
			break;
	/* The table of knobs is read again only when there is somebody new in it. */
	if (i < vms->nr_vms && !tuner_refresh(&h->t))
		apply_to_vms(h);
	kvmlat_snapshot_free(vms);
}

static int undo_one(struct holder *h, uint32_t change)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs reply;
	char what[512];
	size_t i;

	if (!change)
		return EXIT_OK;
	if (kvmlat_undo_knobs(h->t.k, change, false, &reply, &err)) {
		/* Somebody has undone it, or its VM ended. */
		if (err.status == KVMLAT_E_NOT_FOUND || err.status == KVMLAT_E_NO_MODULE)
			return EXIT_OK;
		return complain_kvmlat(&err);
	}
	for (i = 0; i < reply.nr; i++) {
		tuner_complete(&h->t, &reply.all[i]);
		if (reply.all[i].result != KVMLAT_RESULT_LEFT)
			continue;
		tuner_describe(&h->t, &reply.all[i], what, sizeof(what));
		complain(0, "%s is left as it is: somebody else changed it since", what);
	}
	kvmlat_knobs_free(&reply);
	return EXIT_OK;
}

static int undo(struct holder *h)
{
	size_t i = h->open ? h->nr : 0;
	int ret = EXIT_OK, one;

	while (i--) {
		one = undo_one(h, h->changes[i].change);
		if (one)
			ret = one;
	}
	return ret;
}

static int keep_on(struct holder *h, int signals)
{
	struct pollfd fd = { .fd = signals, .events = POLLIN };
	int n;

	for (;;) {
		n = poll(&fd, 1, LOOK_MS);
		if (n > 0)
			return EXIT_OK;
		if (n < 0 && errno != EINTR)
			return complain(EXIT_REFUSED, "cannot wait: %s", strerror(errno));
		look(h);
	}
}

int hold(const struct profile *profile, void (*ready)(int code, void *ctx), void *ctx)
{
	struct holder h = { .profile = profile, .dma = -1 };
	int ret, signals, undone;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	ret = signals < 0 ? complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno)) :
			    hold_dma_latency(&h);
	if (!ret)
		ret = apply(&h);
	ready(ret, ctx);
	if (!ret) {
		ret = keep_on(&h, signals);
		undone = undo(&h);
		ret = ret ? ret : undone;
	}
	if (h.open)
		tuner_close(&h.t);
	free(h.changes);
	if (h.dma >= 0)
		close(h.dma);
	if (signals >= 0)
		close(signals);
	return ret;
}
