// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "base/load.h"

static const char usage[] =
"Usage: kvmlat reset [-p PID] [-g NAME] [--vm ID]\n"
"\n"
"Start the accounts anew and forget the VMs that ended: all, or those of one VM.\n"
"\n"
"  -p, --pid PID     only the VMs of this process\n"
"  -g, --guest NAME  only VMs of this guest name, or like \"web*\"; may be repeated\n"
"      --vm ID       only the VM of this id, which list shows\n"
"\n"
"Examples:\n"
"  kvmlat reset         start all accounts anew\n"
"  kvmlat reset -g web  only those of the guest web\n";

/* One by one: each may have ended, or be forgotten, meanwhile. */
static int reset_chosen(struct kvmlat *k, const struct selection *sel,
			const struct kvmlat_snapshot *snap, const struct guests *guests)
{
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	struct trouble cause;
	bool done = false;
	size_t i;

	if (select_vms(sel, guests, snap, &filter, &cause))
		return complain_of(&cause);
	filter = (struct kvmlat_filter){ 0 };
	for (i = 0; i < snap->nr_vms; i++) {
		if (!selects_vm(sel, guests, snap, &snap->vms[i]))
			continue;
		filter.vm_id = snap->vms[i].vm_id;
		if (!kvmlat_reset(k, &filter, &err))
			done = true;
		else if (err.status != KVMLAT_E_NOT_FOUND)
			return complain_kvmlat(&err);
	}
	return done ? EXIT_OK : complain_kvmlat(&err);
}

static int reset(struct kvmlat *k, const struct selection *sel)
{
	const struct kvmlat_filter all = { 0 };
	struct kvmlat_error err = { 0 };
	struct guests guests = { 0 };
	struct kvmlat_snapshot *snap;
	int ret;

	if (!selects(sel))
		return kvmlat_reset(k, &all, &err) ? complain_kvmlat(&err) : EXIT_OK;
	if (kvmlat_get_vms(k, NULL, &snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&guests, snap))
		ret = complain(EXIT_REFUSED, "out of memory");
	else
		ret = reset_chosen(k, sel, snap, &guests);
	guests_free(&guests);
	kvmlat_snapshot_free(snap);
	return ret;
}

static int run(int argc, char **argv)
{
	struct selection sel = { 0 };
	struct kvmlat_error err = { 0 };
	struct kvmlat *k;
	int ret;

	ret = selection_options(argc, argv, &sel);
	if (ret)
		return ret;
	if (load_and_open(&k, &err))
		return complain_kvmlat(&err);
	ret = reset(k, &sel);
	kvmlat_close(k);
	return ret;
}

COMMAND(reset, run, "start the accounts anew", usage);
