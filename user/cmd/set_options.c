// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"
#include "set.h"

const char set_usage[] =
"Usage: kvmlat set KNOB=VALUE... [-p PID | -g NAME | --vm ID] [--vcpu LIST]\n"
"                  [--if-old VALUE] [--dry-run] [--persist] [--json | --csv]\n"
"\n"
"Change knobs of the host, of a VM or of a vCPU, all of them or none. VALUE is a\n"
"number, of a time with ns, us, ms or s behind it, or \"inherit\": what the scope\n"
"above has.\n"
"\n"
"  -p, --pid PID        for the VMs of this process\n"
"  -g, --guest NAME     for VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID          for the VM of this id, which list shows\n"
"      --vcpu LIST      for these vCPUs only, as 0-3,7\n"
"      --if-old VALUE   only if this is what is in effect\n"
"  -n, --dry-run        only tell what would be done\n"
"      --persist        have modprobe set it, too, when KVM is loaded next\n"
"      --json           one JSON object\n"
"      --csv            comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat set halt_poll_ns=50us               for the host and who inherits it\n"
"  kvmlat set -g db halt_poll_ns=0 --dry-run  what would be done to the guest db\n"
"  kvmlat set halt_poll_ns=50us --persist     after a reboot, too\n";

enum {
	OPT_IF_OLD = OPT_OWN,
	OPT_PERSIST,
};

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "if-old", required_argument, NULL, OPT_IF_OLD },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "persist", no_argument, NULL, OPT_PERSIST },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

static int parse_options(struct set *s, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":np:g:", options)) != -1) {
		bool ok = true;

		switch (c) {
		case 'n':
			s->dry_run = true;
			break;
		case OPT_IF_OLD:
			s->if_old = optarg;
			break;
		case OPT_PERSIST:
			s->persist = true;
			break;
		case '?':
			return EXIT_USAGE;
		default:
			ok = parse_target(c, &s->sel, &s->output, why, sizeof(why));
		}
		if (!ok)
			return complain(EXIT_USAGE, "set: %s", why);
	}
	s->words = argv + optind;
	return EXIT_OK;
}

static int check_options(const struct set *s)
{
	bool vm = selects(&s->sel);

	if (!*s->words)
		return complain(EXIT_USAGE, "set: name a knob and its value, as in halt_poll_ns=50us");
	if (s->sel.vcpus && !vm)
		return complain(EXIT_USAGE, "set: --vcpu needs a VM: name it with --guest, --pid or --vm");
	if (s->persist && vm)
		return complain(EXIT_USAGE, "set: --persist is for the host: a VM's knobs end with the VM, a profile sets them for the next one");
	if (s->if_old && s->words[1])
		return complain(EXIT_USAGE, "set: --if-old goes with one knob, but \"%s\" is a second one",
				s->words[1]);
	return EXIT_OK;
}

int set_options(struct set *s, int argc, char **argv)
{
	int ret = parse_options(s, argc, argv);

	return ret ? ret : check_options(s);
}
