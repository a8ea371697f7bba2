// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "base/namespaces.h"
#include "base/paths.h"
#include "command.h"
#include "model/claims.h"
#include "rt.h"
#include "show/rt.h"

static const char usage[] =
"Usage: kvmlat rt [-p PID | -g NAME | --vm ID] [--vcpu LIST] [--json | --csv]\n"
"       kvmlat rt (-p PID | -g NAME | --vm ID) [--vcpu LIST]\n"
"                 [--cpus LIST [--pin]]\n"
"                 [--fifo PRIO | --rr PRIO | --other] [--force]\n"
"       kvmlat rt --undo [-p PID | -g NAME | --vm ID] [--vcpu LIST]\n"
"\n"
"Show where and how vCPU threads are scheduled, set it, or undo what was set.\n"
"\n"
"  -p, --pid PID     only the VMs of this process\n"
"  -g, --guest NAME  only VMs of this guest name, or like \"web*\"; may be repeated\n"
"      --vm ID       only the VM of this id, which list shows\n"
"      --vcpu LIST   only these vCPUs, as 0-3,7\n"
"      --cpus LIST   let the threads run on these CPUs only, as in 2-3,6\n"
"      --pin         one of these CPUs for each thread, in the order of vCPUs\n"
"      --fifo PRIO   first in, first out, with priority 1 to 99\n"
"      --rr PRIO     round robin, with priority 1 to 99\n"
"      --other       the usual scheduling\n"
"      --force       even if the host may starve\n"
"      --undo        bring back what was before\n"
"      --json        one JSON object\n"
"      --csv         comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat rt                         where and how all vCPU threads run\n"
"  kvmlat rt -g db --cpus 2-3 --pin  a CPU for each vCPU of the guest db\n"
"  kvmlat rt --undo                  as it was\n";

enum {
	OPT_CPUS = OPT_OWN,
	OPT_PIN,
	OPT_FIFO,
	OPT_RR,
	OPT_OTHER,
	OPT_FORCE,
	OPT_UNDO,
};

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "pin", no_argument, NULL, OPT_PIN },
	{ "fifo", required_argument, NULL, OPT_FIFO },
	{ "rr", required_argument, NULL, OPT_RR },
	{ "other", no_argument, NULL, OPT_OTHER },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "undo", no_argument, NULL, OPT_UNDO },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

static bool parse_priority(const char *text, struct placement *want, int policy, char *why,
			   size_t size)
{
	want->policy = policy;
	if (parse_u32("priority", text, 1, &want->priority, why, size) && want->priority <= 99)
		return true;
	snprintf(why, size, "priority \"%.64s\" is not a whole number from 1 to 99", text);
	return false;
}

static bool parse_cpus(const char *text, struct placement *want, char *why, size_t size)
{
	want->has_cpus = true;
	if (*text && cpus_parse(text, &want->cpus))
		return true;
	snprintf(why, size, "CPUs \"%.64s\" are not a list as in 2-3,6 of numbers below %d", text,
		 MAX_CPUS);
	return false;
}

static int parse_options(struct rt *rt, int argc, char **argv)
{
	char why[512];
	int c;

	while ((c = next_option(argc, argv, "+:p:g:", options)) != -1) {
		bool ok = true;

		switch (c) {
		case OPT_CPUS:
			ok = parse_cpus(optarg, &rt->want, why, sizeof(why));
			break;
		case OPT_PIN:
			rt->want.one_each = true;
			break;
		case OPT_FIFO:
			ok = parse_priority(optarg, &rt->want, SCHED_FIFO, why, sizeof(why));
			break;
		case OPT_RR:
			ok = parse_priority(optarg, &rt->want, SCHED_RR, why, sizeof(why));
			break;
		case OPT_OTHER:
			rt->want.policy = SCHED_OTHER;
			rt->want.priority = 0;
			break;
		case OPT_FORCE:
			rt->force = true;
			break;
		case OPT_UNDO:
			rt->undo = true;
			break;
		case '?':
			return EXIT_USAGE;
		default:
			ok = parse_target(c, &rt->sel, &rt->output, why, sizeof(why));
		}
		if (!ok)
			return complain(EXIT_USAGE, "rt: %s", why);
	}
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}

static bool sets(const struct rt *rt)
{
	return rt->want.has_cpus || rt->want.policy >= 0;
}

static int check_options(const struct rt *rt)
{
	if (rt->want.one_each && !rt->want.has_cpus)
		return complain(EXIT_USAGE, "rt: --pin needs --cpus, from which each thread gets one");
	if (rt->undo && sets(rt))
		return complain(EXIT_USAGE, "rt: --undo brings back what was: nothing else can be set with it");
	if (rt->undo && rt->output != OUTPUT_TABLE)
		return complain(EXIT_USAGE, "rt: --undo shows nothing: --json and --csv do not go with it");
	if (sets(rt) && !selects(&rt->sel))
		return complain(EXIT_USAGE, "rt: name the VM whose threads are to be set, with --guest, --pid or --vm");
	return EXIT_OK;
}

static int show(struct rt *rt)
{
	struct rt_view view = {
		.host = &rt->host, .nr = rt->threads.nr, .threads = rt->threads.all,
	};
	size_t i;

	for (i = 0; i < rt->threads.nr; i++) {
		struct thread *p = &rt->threads.all[i];

		thread_look(p, &rt->restore);
		p->sched.cpus = cpus_and(&p->sched.cpus, &rt->host.online);
	}
	show_rt(stdout, rt->output, &view);
	return EXIT_OK;
}

static int change(struct rt *rt)
{
	char why[1024];
	int ret;

	if (rt->undo) {
		ret = rt_undo(rt);
	} else {
		ret = rt_check(rt);
		if (ret)
			return ret;
		ret = rt_set(rt);
	}
	if (!restore_save(&rt->restore, why, sizeof(why)))
		return ret;
	return complain(EXIT_REFUSED, "%s", why);
}

static int act(struct rt *rt)
{
	bool all = rt->undo && !selects(&rt->sel) && !rt->sel.vcpus;
	bool changes = sets(rt) || rt->undo;
	struct trouble cause;
	char why[1024];
	int ret = EXIT_OK;

	if (!host_read(path_root(), &rt->host))
		return complain(EXIT_REFUSED, "cannot read which CPUs are online in /sys");
	/* Who may only read sees all but what kvmlat can undo. */
	if (restore_open(&rt->restore, changes, why, sizeof(why)) && changes)
		return complain(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_REFUSED, "%s", why);
	/* Everything can be undone without the module: threads are not its business. */
	if (!all)
		ret = outcome(threads_find(&rt->threads, &rt->sel, &rt->restore, &cause), &cause);
	if (!ret && sets(rt))
		ret = outcome(claims_check(&rt->sel, &rt->threads.guests, rt->threads.snap,
					   &cause), &cause);
	if (!ret && changes)
		ret = change(rt);
	if (!ret && sets(rt) &&
	    claims_note(&rt->sel, &rt->threads.guests, rt->threads.snap, &cause))
		tell(cause.text);
	if (!ret && !rt->undo)
		ret = show(rt);
	return ret;
}

static int run(int argc, char **argv)
{
	struct rt rt = { .want.policy = -1, .restore.lock = -1 };
	int ret;

	ret = parse_options(&rt, argc, argv);
	if (!ret)
		ret = check_options(&rt);
	if (!ret && !pids_are_ours())
		ret = complain(EXIT_REFUSED, "rt: the module tells threads by the host's ids, which are not of this PID namespace: run kvmlat in the host's");
	if (!ret)
		ret = act(&rt);
	restore_close(&rt.restore);
	threads_free(&rt.threads);
	return ret;
}

COMMAND(rt, run, "show and set where vCPU threads run and at which priority", usage);
