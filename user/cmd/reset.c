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
"  -g, --guest NAME  only the VM of this guest name\n"
"      --vm ID       only the VM of this id, which list shows\n";

static int reset(struct kvmlat *k, const struct selection *sel)
{
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	struct guests guests = { 0 };
	struct trouble cause;
	int ret = EXIT_OK;

	if (selects(sel))
		ret = outcome(ask_vms(k, sel, &guests, &filter, &cause), &cause);
	guests_free(&guests);
	if (ret == EXIT_OK && kvmlat_reset(k, &filter, &err))
		ret = complain_kvmlat(&err);
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
