// SPDX-License-Identifier: GPL-2.0-only
/* "kvmlat profile diff" */
#include <stdlib.h>

#include "base/paths.h"
#include "command.h"
#include "host/dma.h"
#include "model/claims.h"
#include "profile.h"
#include "show/diff.h"
#include "tune/modprobe.h"

static bool differs(const struct intent *w)
{
	const struct kvmlat_knob_value *k = w->knob;

	if (k->why[0] && !modprobe_loaded(modprobe_module(k)))
		return false;
	if (w->inherit)
		return k->now.source == k->scope;
	return !k->now.known || k->now.value != w->value || k->now.source != k->scope;
}

static int add_rows(const struct profile_request *r, const struct tuner *t,
		    const struct target *target, const struct claimant *guest,
		    struct diff_row **rows, size_t *nr)
{
	struct intent *intents;
	struct trouble cause;
	size_t i, n;
	void *more;
	int ret;

	ret = outcome(profile_intents(&r->profile, t, target, guest, &intents, &n, &cause),
		      &cause);
	more = ret ? NULL : realloc(*rows, (*nr + n + 1) * sizeof(**rows));
	if (!ret && !more)
		ret = complain(EXIT_REFUSED, "out of memory");
	if (more)
		*rows = more;
	for (i = 0; !ret && i < n; i++) {
		if (!differs(&intents[i]))
			continue;
		(*rows)[*nr].intent = intents[i];
		(*rows)[(*nr)++].guest = guest ? guest->name : "";
	}
	free(intents);
	return ret;
}

int profile_diff(struct profile_request *r)
{
	struct diff_view view = {
		.profile = &r->profile, .dma_latency = dma_latency_now(path_root()),
	};
	const struct target host = { 0 };
	struct diff_row *rows = NULL;
	struct trouble cause;
	struct tuner t;
	size_t i;
	int ret;

	ret = outcome(tuner_open(&t, &cause), &cause);
	if (!ret)
		ret = add_rows(r, &t, &host, NULL, &rows, &view.nr);
	for (i = 0; !ret && i < t.vms->nr_vms; i++) {
		const struct target vm = { .vm_id = t.vms->vms[i].vm_id };
		const char *name = guests_name(&t.guests, vm.vm_id);
		struct claimant guest = {
			.name = name ? name : "", .uid = guests_uid(&t.guests, vm.vm_id),
		};

		guest.foreign = claim_check(guest.name, guest.uid, &cause);
		if (!t.vms->vms[i].gone)
			ret = add_rows(r, &t, &vm, &guest, &rows, &view.nr);
	}
	view.rows = rows;
	if (!ret) {
		show_diff(stdout, r->output, &view);
		ret = diff_differs(&view) ? EXIT_DIFFERS : EXIT_OK;
	}
	free(rows);
	tell_unknown(t.k);
	tuner_close(&t);
	return ret;
}
