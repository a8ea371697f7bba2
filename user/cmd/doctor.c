// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arguments.h"
#include "base/load.h"
#include "base/namespaces.h"
#include "command.h"
#include "show/doctor.h"
#include "tune/knobs.h"

static const char usage[] =
"Usage: kvmlat doctor [-p PID] [-g NAME] [--vm ID] [-a] [--fix] [--json]\n"
"\n"
"Tell what on this host and in its guests is known to hurt latency, and the fix.\n"
"\n"
"  -p, --pid PID     only the VMs of this process\n"
"  -g, --guest NAME  only VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID       only the VM of this id, which list shows\n"
"  -a, --all         also what is good, and what was measured\n"
"      --fix         set the knobs that findings ask for, which undo takes back\n"
"      --json        one JSON object\n"
"\n"
"Examples:\n"
"  kvmlat doctor        what hurts, and what to do about it\n"
"  kvmlat doctor -g db  the host, and only this guest\n"
"  kvmlat doctor --fix  what can be set now and taken back; all else is only told\n";

enum {
	OPT_FIX = OPT_OWN,
};

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "all", no_argument, NULL, 'a' },
	{ "fix", no_argument, NULL, OPT_FIX },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 }
};

/** struct doctor - what was asked for, and what the module said */
struct doctor {
	struct selection	sel;
	bool			all;
	bool			fix;
	bool			json;
	struct kvmlat_snapshot	*snap;
	struct guests		guests;
	uint32_t		running;
	char			why[512];
	struct facts		facts;
	struct kvmlat_knobs	fixed;
};

static int parse_options(struct doctor *d, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":p:g:a", options)) != -1) {
		switch (c) {
		case 'a':
			d->all = true;
			break;
		case OPT_FIX:
			d->fix = true;
			break;
		case OPT_JSON:
			d->json = true;
			break;
		case '?':
			return EXIT_USAGE;
		default:
			if (!parse_selection(c, optarg, &d->sel, why, sizeof(why)))
				return complain(EXIT_USAGE, "doctor: %s", why);
		}
	}
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}

/* Those that are asked for, of all that run. */
static int choose(struct doctor *d)
{
	struct kvmlat_filter filter = { 0 };
	struct trouble cause;
	size_t i;

	for (i = 0; i < d->snap->nr_vms; i++)
		d->running += d->snap->vms[i].gone ? 0 : d->snap->vms[i].vcpus;
	if (guests_learn(&d->guests, d->snap))
		return complain(EXIT_REFUSED, "out of memory");
	if (!selects(&d->sel))
		return EXIT_OK;
	if (select_vms(&d->sel, &d->guests, d->snap, &filter, &cause))
		return complain_of(&cause);
	select_narrow(&d->sel, &d->guests, d->snap);
	return EXIT_OK;
}

/* Without the module the host can be looked at all the same, unless a guest is asked for. */
static int ask_module(struct doctor *d)
{
	const struct kvmlat_filter filter = { .histograms = true, .details = true };
	struct kvmlat_error err = { 0 };
	struct kvmlat *k = NULL;
	int ret = EXIT_OK;

	if (load_and_open(&k, &err) || kvmlat_get_snapshot(k, &filter, &d->snap, &err)) {
		snprintf(d->why, sizeof(d->why), "%s", err.text);
		if (selects(&d->sel))
			ret = complain_kvmlat(&err);
	} else {
		ret = choose(d);
	}
	tell_unknown(k);
	kvmlat_close(k);
	return ret;
}

/* One request for all of them: the kernel takes all or none. */
static int set_all(struct doctor *d, struct tuner *t, const struct finding *found)
{
	struct kvmlat_knob_change changes[KVMLAT_KNOBS_MAX];
	const struct target host = { 0 };
	const struct kvmlat_knob_value *k;
	struct kvmlat_error err = { 0 };
	struct trouble cause;
	size_t i, nr = 0;

	for (i = 0; i < nr_checks && nr < KVMLAT_KNOBS_MAX; i++) {
		if (!found[i].knob)
			continue;
		if (tuner_demand(t, found[i].knob, &host, &k, &cause))
			return complain_of(&cause);
		if (k->why[0]) {
			complain(0, "%s is left as it is: %s", k->name, k->why);
			continue;
		}
		changes[nr++] = (struct kvmlat_knob_change){
			.id = k->id, .scope = k->scope, .value = found[i].knob_value,
			/* Who sets it meanwhile knows better. */
			.has_expect = k->now.known, .expect = k->now.value,
		};
	}
	if (nr && kvmlat_set_knobs(t->k, changes, nr, false, &d->fixed, &err))
		return complain_kvmlat(&err);
	for (i = 0; i < d->fixed.nr; i++)
		tuner_complete(t, &d->fixed.all[i]);
	return EXIT_OK;
}

static bool asks_for_knobs(const struct finding *found)
{
	size_t i;

	for (i = 0; i < nr_checks; i++)
		if (found[i].knob)
			return true;
	return false;
}

static int fix(struct doctor *d, const struct finding *found)
{
	struct tuner t = { 0 };
	struct trouble cause;
	int ret;

	if (!asks_for_knobs(found))
		return EXIT_OK;
	ret = outcome(tuner_open(&t, &cause), &cause);
	if (!ret)
		ret = set_all(d, &t, found);
	tuner_close(&t);
	return ret;
}

static int show(const struct doctor *d, const struct finding *found)
{
	struct doctor_view view = {
		.all = d->all, .guests = d->facts.has_vms ? (int)d->facts.nr_vms : -1,
		.nr = nr_checks, .findings = found, .fixed = d->fix ? &d->fixed : NULL,
	};
	size_t i;

	if (d->json)
		show_doctor_json(stdout, &view);
	else
		show_doctor(stdout, &view);
	for (i = 0; i < nr_checks; i++)
		if (found[i].verdict == BAD && !doctor_fixed(&view, &found[i]))
			return EXIT_FOUND;
	return EXIT_OK;
}

static int examine(struct doctor *d)
{
	struct finding *found = calloc(nr_checks, sizeof(*found));
	const struct kvmlat_snapshot *snap = d->snap;
	int ret = EXIT_OK, shown;

	if (!found)
		return complain(EXIT_REFUSED, "out of memory");
	if (snap && !pids_are_ours()) {
		snap = NULL;
		snprintf(d->why, sizeof(d->why),
			 "the module tells processes by the host's ids, which are not of this PID namespace");
	}
	facts_read(&d->facts, snap, &d->guests, d->running, d->why);
	check_all(&d->facts, found);
	if (d->fix)
		ret = fix(d, found);
	shown = show(d, found);
	free(found);
	return ret ? ret : shown;
}

static int run(int argc, char **argv)
{
	struct doctor d = { 0 };
	int ret;

	ret = parse_options(&d, argc, argv);
	if (!ret)
		ret = ask_module(&d);
	if (!ret)
		ret = examine(&d);
	facts_free(&d.facts);
	kvmlat_knobs_free(&d.fixed);
	guests_free(&d.guests);
	kvmlat_snapshot_free(d.snap);
	return ret;
}

COMMAND(doctor, run, "tell what is known to hurt latency here, and the fix", usage);
