// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "base/load.h"
#include "base/namespaces.h"
#include "model/guests.h"
#include "show/list.h"

static const char usage[] =
"Usage: kvmlat list [--json | --csv]\n"
"\n"
"List the VMs that run, and those that ended and are still kept for reading.\n"
"\n"
"  --json  one JSON object\n"
"  --csv   comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat list         which VMs there are, with their ids\n"
"  kvmlat list --json  the same for a program\n";

static int show(const struct kvmlat_snapshot *snap, enum output output)
{
	struct list_view view = { .nr = snap->nr_vms };
	struct guests guests = { 0 };
	struct kvmlat_guest guest;
	size_t i;

	view.rows = calloc(snap->nr_vms + 1, sizeof(*view.rows));
	if (!view.rows || guests_learn(&guests, snap)) {
		free(view.rows);
		return complain(EXIT_REFUSED, "out of memory");
	}
	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];
		struct list_row *row = &view.rows[i];

		row->vm = vm;
		row->guest = guests_name(&guests, vm->vm_id);
		row->uid = guests_uid(&guests, vm->vm_id);
		row->alive = pids_are_ours() && !vm->gone &&
			     !kvmlat_get_guest(vm->pid, &guest);
		if (row->alive) {
			row->threads = guest.threads;
			row->uptime = guest.uptime;
		}
	}
	show_list(stdout, output, &view);
	free(view.rows);
	guests_free(&guests);
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	enum output output;
	struct kvmlat *k;
	int ret;

	ret = output_options(argc, argv, &output);
	if (ret)
		return ret;
	if (load_and_open(&k, &err))
		return complain_kvmlat(&err);
	ret = kvmlat_get_vms(k, NULL, &snap, &err);
	tell_unknown(k);
	kvmlat_close(k);
	if (ret)
		return complain_kvmlat(&err);
	ret = show(snap, output);
	kvmlat_snapshot_free(snap);
	return ret;
}

COMMAND(list, run, "list the VMs", usage);
