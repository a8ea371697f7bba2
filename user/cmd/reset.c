// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "../command.h"
#include "../guests.h"
#include "../options.h"

static const char usage[] =
"Usage: kvmlat reset [-p PID] [-g NAME] [--vm ID]\n"
"\n"
"Start the accounts anew and forget the VMs that ended: all, or those of one VM.\n"
"\n"
"  -p, --pid PID     only the VMs of this process\n"
"  -g, --guest NAME  only the VM of this guest name\n"
"      --vm ID       only the VM of this id, which list shows\n";

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, 'v' },
	{ 0 }
};

static int reset(struct kvmlat *k, const struct selection *sel)
{
	struct kvmlat_filter filter = { 0 };
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	struct guests guests = { 0 };
	int ret = EXIT_OK;

	if (selects(sel)) {
		if (kvmlat_get_vms(k, NULL, &snap, &err))
			return complain_kvmlat(&err);
		if (guests_learn(&guests, snap))
			ret = complain(EXIT_REFUSED, "out of memory");
		else
			ret = guests_select(&guests, snap, sel, &filter);
		guests_free(&guests);
		kvmlat_snapshot_free(snap);
	}
	if (ret == EXIT_OK && kvmlat_reset(k, &filter, &err))
		ret = complain_kvmlat(&err);
	return ret;
}

static int run(int argc, char **argv)
{
	struct selection sel = { 0 };
	struct kvmlat_error err = { 0 };
	struct kvmlat *k;
	char why[256];
	int c, ret;

	while ((c = next_option(argc, argv, "+:p:g:", options)) != -1) {
		bool ok = false;

		if (c == 'p')
			ok = parse_u32("pid", optarg, 1, &sel.pid, why, sizeof(why));
		else if (c == 'v')
			ok = parse_u32("VM", optarg, 1, &sel.vm_id, why, sizeof(why));
		else if (c == 'g')
			ok = parse_guest(optarg, why, sizeof(why));
		else
			return EXIT_USAGE;
		if (!ok)
			return complain(EXIT_USAGE, "reset: %s", why);
		if (c == 'g')
			sel.guest = optarg;
	}
	if (!no_arguments(argc, argv))
		return EXIT_USAGE;
	if (kvmlat_open(&k, &err))
		return complain_kvmlat(&err);
	ret = reset(k, &sel);
	kvmlat_close(k);
	return ret;
}

COMMAND(reset, run, "start the accounts anew", usage);
