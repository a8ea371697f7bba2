// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "base/load.h"
#include "show/grid.h"

static const char usage[] =
"Usage: kvmlat detail [on | off] [-p PID] [-g NAME] [--vm ID]\n"
"\n"
"Switch on or off that the I/O ports, MMIO pages, MSRs, hypercalls and CPUID leaves of\n"
"exits are told apart, of all VMs that run or of one. \"kvmlat stat --detail\" shows them.\n"
"Off drops what was collected. Without on or off, tell of which VMs they are on.\n"
"\n"
"  -p, --pid PID     only the VMs of this process\n"
"  -g, --guest NAME  only the VM of this guest name\n"
"      --vm ID       only the VM of this id, which list shows\n";

static const char * const header[] = { "ID", "PID", "DETAIL", "GUEST", NULL };

static void show(const struct kvmlat_snapshot *snap, const struct guests *guests,
		 const struct kvmlat_filter *f)
{
	struct grid g = { .columns = 4, .ragged = true };
	size_t i;

	cells(&g, header);
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if ((f->vm_id && vm->vm_id != f->vm_id) || (f->pid && vm->pid != f->pid))
			continue;
		cell(&g, "%u", vm->vm_id);
		cell(&g, "%u", vm->pid);
		cell(&g, "%s", vm->details ? "on" : "off");
		cell(&g, "%s", guests_name(guests, vm->vm_id));
	}
	print_grid(stdout, &g);
}

/* @to is "on", "off", or NULL to show what is. */
static int act(struct kvmlat *k, const struct selection *sel, const char *to)
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
		show(snap, &guests, &filter);
	else if (ret == EXIT_OK && kvmlat_set_details(k, &filter, !strcmp(to, "on"), &err))
		ret = complain_kvmlat(&err);
	guests_free(&guests);
	kvmlat_snapshot_free(snap);
	return ret;
}

static int run(int argc, char **argv)
{
	struct selection sel = { 0 };
	struct kvmlat_error err = { 0 };
	const char *to = NULL;
	struct kvmlat *k;
	int ret;

	if (argc > 1 && argv[1][0] != '-') {
		to = argv[1];
		if (strcmp(to, "on") && strcmp(to, "off"))
			return complain(EXIT_USAGE, "detail: \"%s\" is neither on nor off", to);
		optind = 2;
	}
	ret = selection_options(argc, argv, &sel);
	if (ret)
		return ret;
	if (load_and_open(&k, &err))
		return complain_kvmlat(&err);
	ret = act(k, &sel, to);
	kvmlat_close(k);
	return ret;
}

COMMAND(detail, run, "tell ports, pages, MSRs, hypercalls and CPUID leaves apart, or not", usage);
