// SPDX-License-Identifier: GPL-2.0-only
/* The command line. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "vmm.h"

#define MAX_VCPUS	4096
#define MAX_VMS		1024

enum {
	OPT_DO = 256, OPT_VCPUS, OPT_VMS, OPT_THREADS, OPT_FORK, OPT_MIGRATE, OPT_REPEAT,
	OPT_FOREVER, OPT_GATE, OPT_HOLD, OPT_NAME, OPT_HLT_US, OPT_CHILD, OPT_HELP,
};

static const struct option longopts[] = {
	{ "do", required_argument, NULL, OPT_DO },
	{ "vcpus", required_argument, NULL, OPT_VCPUS },
	{ "vms", required_argument, NULL, OPT_VMS },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "fork", no_argument, NULL, OPT_FORK },
	{ "migrate", required_argument, NULL, OPT_MIGRATE },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "forever", no_argument, NULL, OPT_FOREVER },
	{ "start-gate", required_argument, NULL, OPT_GATE },
	{ "hold", no_argument, NULL, OPT_HOLD },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "hlt-us", required_argument, NULL, OPT_HLT_US },
	{ "child", required_argument, NULL, OPT_CHILD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
"usage: kvmlat-vmm --do KIND=N [--do KIND=N]... [OPTION]...\n"
"Run guests whose exits are known to the last one; print what they did as JSON,\n"
"one line per VM.\n"
"\n"
"  --do KIND=N          each vCPU does KIND N times (64-bit); several: in the order given\n"
"  --vcpus M            vCPUs of each VM (1)\n"
"  --vms K              VMs, in this process (1)\n"
"  --fork               one process for each VM\n"
"  --threads T          threads of each VM; each runs its vCPUs one after another (M)\n"
"  --migrate US         move every thread to another CPU each US microseconds\n"
"  --repeat R           do it all R times (1)\n"
"  --forever            do it all until SIGTERM, SIGINT or SIGHUP\n"
"  --hlt-us US          how long the timer of a hlt runs (40)\n"
"  --start-gate FIFO    set up all, then wait for a line from FIFO; FIFO can be opened for\n"
"                       writing from when all is set up\n"
"  --hold               when done, keep the VMs until standard input ends or a signal\n"
"  --name, -name NAME   name in the command line and the report; with --fork NAME-0, ...\n"
"  --help\n"
"\n"
"Kinds:\n";

static const char status_text[] =
"\n"
"Exit status: 0 done and all counts agree, 1 the guest went wrong or counts disagree,\n"
"2 bad usage, 3 no KVM, 4 KVM or the system refused a request.\n";

static void usage(void)
{
	fputs(usage_text, stdout);
	for (int i = 0; i < GUEST_NR_KINDS; i++)
		printf("  %-10s %s\n", kinds[i].name, kinds[i].help);
	fputs(status_text, stdout);
}

static uint64_t number(const char *what, const char *s, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || end == s || *end || *s == '-' || n < min || n > max)
		die(EXIT_USAGE, "'%s' is not a number for %s: %" PRIu64 " to %" PRIu64
		    " is allowed", s, what, min, max);
	return n;
}

static void add_op(const char *s)
{
	const char *eq = strchr(s, '=');
	const char *why;
	int kind;

	if (!eq)
		die(EXIT_USAGE, "'%s' is not of the form KIND=N", s);
	kind = kind_by_name(s, eq - s);
	if (kind < 0)
		die(EXIT_USAGE, "'%.*s' is not a kind; --help lists them", (int)(eq - s), s);
	why = kind_refused(kind, host_vendor());
	if (why)
		die(EXIT_USAGE, "'%s' is not possible here: %s", s, why);
	if (opt.nr_ops == GUEST_MAX_OPS)
		die(EXIT_USAGE, "'%s' is one --do too many: %d are allowed", s, GUEST_MAX_OPS);
	opt.ops[opt.nr_ops].kind = kind;
	opt.ops[opt.nr_ops].count = number("--do", eq + 1, 0, UINT64_MAX);
	opt.nr_ops++;
}

static void check(void)
{
	cpu_set_t allowed;

	if (!opt.nr_ops)
		die(EXIT_USAGE, "nothing to do: give at least one --do KIND=N");
	if (!opt.threads)
		opt.threads = opt.vcpus;
	if (opt.threads > opt.vcpus)
		die(EXIT_USAGE, "'%u' threads are more than the %u vCPUs", opt.threads, opt.vcpus);
	if (opt.migrate_us && !sched_getaffinity(0, sizeof(allowed), &allowed) &&
	    CPU_COUNT(&allowed) < 2)
		die(EXIT_USAGE, "--migrate '%u' needs two CPUs, one is allowed", opt.migrate_us);
}

static void parse_child(const char *s)
{
	char *end;

	opt.index = strtol(s, &end, 10);
	if (*end != ':')
		die(EXIT_USAGE, "'%s' is not INDEX:FD", s);
	opt.parent_fd = number("--child", end + 1, 0, INT32_MAX);
	opt.fork = false;
	opt.vms = 1;
}

void options_parse(int argc, char **argv)
{
	int c;

	opt = (struct options){ .vcpus = 1, .vms = 1, .repeat = 1, .hlt_us = 40, .parent_fd = -1 };
	while ((c = getopt_long_only(argc, argv, "", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_DO:
			add_op(optarg);
			break;
		case OPT_VCPUS:
			opt.vcpus = number("--vcpus", optarg, 1, MAX_VCPUS);
			break;
		case OPT_VMS:
			opt.vms = number("--vms", optarg, 1, MAX_VMS);
			break;
		case OPT_THREADS:
			opt.threads = number("--threads", optarg, 1, MAX_VCPUS);
			break;
		case OPT_FORK:
			opt.fork = true;
			break;
		case OPT_MIGRATE:
			opt.migrate_us = number("--migrate", optarg, 1, 1000000);
			break;
		case OPT_REPEAT:
			opt.repeat = number("--repeat", optarg, 1, UINT64_MAX);
			break;
		case OPT_FOREVER:
			opt.forever = true;
			break;
		case OPT_GATE:
			opt.gate = optarg;
			break;
		case OPT_HOLD:
			opt.hold = true;
			break;
		case OPT_NAME:
			opt.name = optarg;
			break;
		case OPT_HLT_US:
			opt.hlt_us = number("--hlt-us", optarg, 1, 4000000);
			break;
		case OPT_CHILD:
			parse_child(optarg);
			break;
		case OPT_HELP:
			usage();
			exit(0);
		default:
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		die(EXIT_USAGE, "'%s' is not an option; --help lists them", argv[optind]);
	check();
}
