// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "base/load.h"
#include "show/details.h"
#include "stat.h"

static const char usage[] =
"Usage: kvmlat detail [on | off] [OPTION]...\n"
"\n"
"Switch on or off that the I/O ports, MMIO pages, MSRs, hypercalls and CPUID\n"
"leaves of exits are told apart, of all VMs that run or of one. Off drops what\n"
"was collected; \"kvmlat stat --detail\" shows it. Without on or off, tell of which\n"
"VMs they are on; with -1, -i or -d, show what was collected, as\n"
"\"kvmlat stat --detail\" does.\n"
"\n"
VIEW_USAGE
"\n"
"Examples:\n"
"  kvmlat detail on -g web      count ports, pages and MSRs of the guest web\n"
"  kvmlat stat --detail -g web  show them, live\n"
"  kvmlat detail off            stop, for all VMs\n";

static int show(const struct kvmlat_snapshot *snap, const struct guests *guests,
		const struct selection *sel, enum output output)
{
	struct details_view view = { 0 };
	size_t i;

	view.rows = calloc(snap->nr_vms + 1, sizeof(*view.rows));
	if (!view.rows)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!selects_vm(sel, guests, snap, vm))
			continue;
		view.rows[view.nr].vm = vm;
		view.rows[view.nr++].guest = guests_name(guests, vm->vm_id);
	}
	show_details(stdout, output, &view);
	free(view.rows);
	return EXIT_OK;
}

/* Of all at once, or of those that run and are asked for one by one: each may end meanwhile. */
static int switch_details(struct kvmlat *k, const struct kvmlat_snapshot *snap,
			  const struct guests *guests, const struct selection *sel, bool on)
{
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	bool all = !selects(sel), done = false;
	size_t i;

	for (i = 0; i < (all ? 1 : snap->nr_vms); i++) {
		const struct kvmlat_vm *vm = all ? NULL : &snap->vms[i];

		if (vm && !selects_vm(sel, guests, snap, vm))
			continue;
		filter.vm_id = vm ? vm->vm_id : 0;
		if (!kvmlat_set_details(k, &filter, on, &err))
			done = true;
		else if (all || err.status != KVMLAT_E_NOT_FOUND)
			return complain_kvmlat(&err);
	}
	return done ? EXIT_OK : complain_kvmlat(&err);
}

/* @to is "on", "off", or NULL to show what is. */
static int act(struct kvmlat *k, const struct selection *sel, const char *to, enum output output)
{
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	struct guests guests = { 0 };
	struct trouble cause;
	int ret;

	if (kvmlat_get_vms(k, NULL, &snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&guests, snap))
		ret = complain(EXIT_REFUSED, "out of memory");
	else
		ret = outcome(select_vms(sel, &guests, snap, &filter, &cause), &cause);
	if (ret == EXIT_OK && !to)
		ret = show(snap, &guests, sel, output);
	else if (ret == EXIT_OK)
		ret = switch_details(k, snap, &guests, sel, !strcmp(to, "on"));
	guests_free(&guests);
	kvmlat_snapshot_free(snap);
	return ret;
}

static int parse_options(int argc, char **argv, struct view_options *o)
{
	static const struct option none[] = { { 0 } };

	/* All that is not of all views is unknown, and has been told. */
	if (next_view_option(argc, argv, "", none, o) != -1 || !no_arguments(argc, argv))
		return EXIT_USAGE;
	return EXIT_OK;
}

/* Does it ask for what was collected? */
static bool shows(const struct view_options *o)
{
	return o->once || o->interval || o->duration;
}

static int check_options(const struct view_options *o, const char *to)
{
	if (to && shows(o))
		return complain(EXIT_USAGE, "detail: \"%s\" shows nothing: --once, --interval and --duration do not go with it",
				to);
	if (to && o->output != OUTPUT_TABLE)
		return complain(EXIT_USAGE, "detail: \"%s\" shows nothing: --json and --csv do not go with it",
				to);
	if (!shows(o) && (o->per_vcpu || o->sel.vcpus))
		return complain(EXIT_USAGE, "detail: --per-vcpu and --vcpu are for what was collected: --once, --interval or --duration show it");
	return EXIT_OK;
}

static int show_details_of_exits(int argc, char **argv)
{
	char **args = calloc(argc + 2, sizeof(*args));
	int ret;

	if (!args)
		return complain(EXIT_REFUSED, "out of memory");
	args[0] = argv[0];
	args[1] = "--detail";
	memcpy(args + 2, argv + 1, (argc - 1) * sizeof(*args));
	/* getopt begins anew. */
	optind = 0;
	ret = stat_run(argc + 1, args);
	free(args);
	return ret;
}

static int run(int argc, char **argv)
{
	struct kvmlat_error err = { 0 };
	struct view_options o = { 0 };
	const char *to = NULL;
	struct kvmlat *k;
	int ret;

	if (argc > 1 && argv[1][0] != '-') {
		to = argv[1];
		if (strcmp(to, "on") && strcmp(to, "off"))
			return complain(EXIT_USAGE, "detail: \"%s\" is neither on nor off", to);
		optind = 2;
	}
	ret = parse_options(argc, argv, &o);
	if (!ret)
		ret = check_options(&o, to);
	if (ret)
		return ret;
	if (shows(&o))
		return show_details_of_exits(argc, argv);
	if (load_and_open(&k, &err))
		return complain_kvmlat(&err);
	ret = act(k, &o.sel, to, o.output);
	kvmlat_close(k);
	return ret;
}

COMMAND(detail, run, "tell ports, pages, MSRs, hypercalls and CPUID leaves apart, or not", usage);
