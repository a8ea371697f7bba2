// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "show/knobs.h"
#include "model/selection.h"
#include "tune/knobs.h"

static const char usage[] =
"Usage: kvmlat get [KNOB]... [-a | -p PID | -g NAME | --vm ID] [--vcpu LIST]\n"
"                  [--json | --csv]\n"
"\n"
"Show the knobs of the host, and where VMs and vCPUs have values of their own.\n"
"\n"
"  -a, --all         of all VMs and vCPUs, inherited values too; and knobs that\n"
"                    this host does not have, with the reason; and parameters of\n"
"                    KVM's that are none\n"
"  -p, --pid PID     of the VMs of this process and their vCPUs\n"
"  -g, --guest NAME  of VMs of this guest name, or like \"web*\", and their\n"
"                    vCPUs; may be repeated\n"
"      --vm ID       of the VM of this id, which list shows, and its vCPUs\n"
"      --vcpu LIST   of these VMs only these vCPUs, as 0-3,7\n"
"      --json        one JSON object\n"
"      --csv         comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat get                  the host's knobs, and what VMs have of their own\n"
"  kvmlat get halt_poll_ns -a  this knob of the host, each VM and each vCPU\n";

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

#define MAX_BESIDE	8

struct get {
	bool				all;
	struct selection		sel;
	enum output		output;
	char				**names;

	struct tuner			t;
	size_t				nr_targets;
	struct target			*targets;
	size_t				nr;
	struct knob_row			*rows;
};

static int parse_options(struct get *g, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":ap:g:", options)) != -1) {
		bool ok = true;

		switch (c) {
		case 'a':
			g->all = true;
			break;
		case '?':
			return EXIT_USAGE;
		default:
			ok = parse_target(c, &g->sel, &g->output, why, sizeof(why));
		}
		if (!ok)
			return complain(EXIT_USAGE, "get: %s", why);
	}
	g->names = argv + optind;
	if (g->sel.vcpus && !selects(&g->sel))
		return complain(EXIT_USAGE, "get: --vcpu needs a VM: name it with --guest, --pid or --vm");
	return EXIT_OK;
}

static int check_names(const struct get *g)
{
	const struct target host = { 0 };
	const struct kvmlat_knob_value *k;
	struct trouble cause;
	int ret = EXIT_OK;
	char **name;

	for (name = g->names; *name && !ret; name++)
		ret = outcome(tuner_demand(&g->t, *name, &host, &k, &cause), &cause);
	return ret;
}

static bool is_named(const struct get *g, const struct kvmlat_knob_value *k)
{
	char **name;

	for (name = g->names; *name; name++)
		if (knob_is_called(k, *name))
			return true;
	return name == g->names;
}

static bool is_asked_for(const struct get *g, const struct kvmlat_knob_value *k)
{
	size_t i;

	if (!selects(&g->sel) && k->scope == KVMLAT_SCOPE_HOST)
		return g->all || k->now.known || *g->names;
	if (!selects(&g->sel))
		return g->all || k->change || k->now.source == k->scope;
	for (i = 0; i < g->nr_targets; i++) {
		const struct target *target = &g->targets[i];

		if (k->scope != KVMLAT_SCOPE_HOST && k->vm_id == target->vm_id &&
		    (!target->has_vcpu || (k->scope == KVMLAT_SCOPE_VCPU &&
					   k->vcpu_id == target->vcpu_id)))
			return true;
	}
	return false;
}

static int show(struct get *g)
{
	struct beside beside[MAX_BESIDE];
	struct knobs_view view = { .beside = beside };
	struct trouble cause;
	size_t i;

	g->rows = calloc(g->t.table.nr + 1, sizeof(*g->rows));
	if (!g->rows)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < g->t.table.nr; i++) {
		const struct kvmlat_knob_value *k = &g->t.table.all[i];

		if (!is_named(g, k) || !is_asked_for(g, k))
			continue;
		g->rows[g->nr].knob = k;
		g->rows[g->nr++].guest = tuner_guest(&g->t, k);
	}
	if (!g->nr && g->sel.vcpus)
		return outcome(trouble_vcpu(&cause, &g->sel), &cause);
	if (!g->nr && *g->names)
		return complain(EXIT_USAGE, "knob \"%s\" is of the host only, not of a VM or a vCPU",
				*g->names);
	/* With all knobs of the host those stand that people look for among them. */
	if (g->all && !selects(&g->sel) && !*g->names) {
		for (i = 0; i < MAX_BESIDE && beside_read(i, &beside[i]); i++)
			view.nr_beside++;
	}
	view.nr = g->nr;
	view.rows = g->rows;
	show_knobs(stdout, g->output, &view);
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct get g = { 0 };
	struct trouble cause;
	int ret;

	ret = parse_options(&g, argc, argv);
	if (ret)
		return ret;
	ret = outcome(tuner_open(&g.t, &cause), &cause);
	if (!ret)
		ret = check_names(&g);
	if (!ret && selects(&g.sel))
		ret = outcome(tuner_targets(&g.t, &g.sel, &g.targets, &g.nr_targets, &cause),
			      &cause);
	if (!ret)
		ret = show(&g);
	free(g.rows);
	free(g.targets);
	tell_unknown(g.t.k);
	tuner_close(&g.t);
	return ret;
}

COMMAND(get, run, "show the knobs of host, VMs and vCPUs", usage);
