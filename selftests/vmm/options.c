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

struct options opt;

#define MAX_VCPUS	4096
#define MAX_VMS		1024

enum {
	OPT_DO = 256, OPT_VCPUS, OPT_VMS, OPT_THREADS, OPT_FORK, OPT_MIGRATE, OPT_REPEAT,
	OPT_FOREVER, OPT_GATE, OPT_HOLD, OPT_NAME, OPT_HLT_US, OPT_CPU, OPT_RELAY, OPT_KICK,
	OPT_IDLE, OPT_ASLEEP, OPT_LATE, OPT_XEN, OPT_CHILD, OPT_HELP,
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
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "relay", no_argument, NULL, OPT_RELAY },
	{ "kick", required_argument, NULL, OPT_KICK },
	{ "idle", required_argument, NULL, OPT_IDLE },
	{ "asleep", required_argument, NULL, OPT_ASLEEP },
	{ "late", required_argument, NULL, OPT_LATE },
	{ "xen", no_argument, NULL, OPT_XEN },
	{ "child", required_argument, NULL, OPT_CHILD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
"usage: kvmlat-vmm --do KIND=N[:ARG] [--do KIND=N[:ARG]]... [OPTION]...\n"
"Run guests whose exits are known to the last one; print what they did as JSON,\n"
"one line per VM.\n"
"\n"
"  --do KIND=N[:ARG]    each vCPU does KIND N times (64-bit); several: in the order given\n"
"  --vcpus M            vCPUs of each VM (1)\n"
"  --vms K              VMs, in this process (1)\n"
"  --fork               one process for each VM\n"
"  --threads T          threads of each VM; each runs its vCPUs one after another (M)\n"
"  --cpu LIST           pin the threads, the n-th to the n-th CPU of LIST (2,3), round and round\n"
"  --relay              a new thread for each round of a thread\n"
"  --kick US            interrupt every thread with a signal each US microseconds\n"
"  --idle N             N vCPUs more that are created and never run\n"
"  --asleep N           N vCPUs more that wait in KVM_RUN for a start that never comes\n"
"  --late N             N of the M vCPUs run for the first time once the gate is open\n"
"  --xen                KVM plays Xen: hypercalls are Xen's, and this program answers them\n"
"  --migrate US         move every thread to another CPU each US microseconds\n"
"  --repeat R           do it all R times (1)\n"
"  --forever            do it all until SIGTERM, SIGINT or SIGHUP\n"
"  --hlt-us US          how long the timer of a hlt without US runs (40)\n"
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
	for (int i = 0; i < GUEST_NR_KINDS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s%s%s", kinds[i].name, kinds[i].arg ? "=N:" : "",
			 kinds[i].arg ? kinds[i].arg : "");
		printf("  %-18s %s\n", name, kinds[i].help);
	}
	fputs(status_text, stdout);
}

static uint64_t number_up_to(const char *what, const char *s, char ends, uint64_t min,
			     uint64_t max)
{
	int len = strcspn(s, (char[]){ ends, 0 });
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || end == s || end != s + len || *s == '-' || n < min || n > max)
		die(EXIT_USAGE, "'%.*s' is not a number for %s: %" PRIu64 " to %" PRIu64
		    " is allowed", len, s, what, min, max);
	return n;
}

static uint64_t number(const char *what, const char *s, uint64_t min, uint64_t max)
{
	return number_up_to(what, s, '\0', min, max);
}

static uint32_t argument(int index, const char *s)
{
	const struct kind *kind = &kinds[index];
	const char *colon = strchr(s, ':');
	const char *why;
	uint32_t arg;

	if (!colon)
		return kind->arg_default;
	if (!kind->arg)
		die(EXIT_USAGE, "'%s': %s has no argument", s, kind->name);
	arg = number(kind->arg, colon + 1, kind->arg_min, kind->arg_max);
	why = kind_arg_refused(index, arg);
	if (why)
		die(EXIT_USAGE, "'%s' is not possible: %s", s, why);
	return arg;
}

static void add_op(const char *s)
{
	struct guest_op *op = &opt.ops[opt.nr_ops];
	const char *eq = strchr(s, '=');
	const char *why;
	int kind;

	if (!eq)
		die(EXIT_USAGE, "'%s' is not of the form KIND=N or KIND=N:ARG", s);
	kind = kind_by_name(s, eq - s);
	if (kind < 0)
		die(EXIT_USAGE, "'%.*s' is not a kind; --help lists them", (int)(eq - s), s);
	why = kind_refused(kind, host_vendor());
	if (why)
		die(EXIT_USAGE, "'%s' is not possible here: %s", s, why);
	if (opt.nr_ops == GUEST_MAX_OPS)
		die(EXIT_USAGE, "'%s' is one --do too many: %d are allowed", s, GUEST_MAX_OPS);
	op->kind = kind;
	op->count = number_up_to("--do", eq + 1, ':', 0, UINT64_MAX);
	op->arg = argument(kind, s);
	opt.nr_ops++;
}

static void parse_cpus(const char *s)
{
	opt.nr_cpus = 0;
	for (const char *at = s; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (opt.nr_cpus == sizeof(opt.cpus) / sizeof(*opt.cpus))
			die(EXIT_USAGE, "'%s' has too many CPUs: %zu are allowed", s,
			    sizeof(opt.cpus) / sizeof(*opt.cpus));
		opt.cpus[opt.nr_cpus++] = number_up_to("--cpu", at, ',', 0, CPU_SETSIZE - 1);
	}
}

static void check(void)
{
	cpu_set_t allowed;

	if (!opt.nr_ops)
		die(EXIT_USAGE, "nothing to do: give at least one --do KIND=N");
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		if (opt.ops[i].kind == GUEST_HLT && !opt.ops[i].arg)
			opt.ops[i].arg = opt.hlt_us;
	if (wants(GUEST_TIMER) && wants(GUEST_HLT))
		die(EXIT_USAGE, "a vCPU has one timer: not both of hlt and timer");
	if (opt.migrate_us && (opt.nr_cpus || opt.relay))
		die(EXIT_USAGE, "--migrate '%u' moves threads, %s does not allow that",
		    opt.migrate_us, opt.relay ? "--relay" : "--cpu");
	if (!opt.threads)
		opt.threads = opt.vcpus;
	if (opt.threads > opt.vcpus)
		die(EXIT_USAGE, "'%u' threads are more than the %u vCPUs", opt.threads, opt.vcpus);
	if (opt.late > opt.vcpus)
		die(EXIT_USAGE, "'%u' late vCPUs are more than the %u vCPUs", opt.late, opt.vcpus);
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
		case OPT_CPU:
			parse_cpus(optarg);
			break;
		case OPT_RELAY:
			opt.relay = true;
			break;
		case OPT_KICK:
			opt.kick_us = number("--kick", optarg, 1, 1000000);
			break;
		case OPT_IDLE:
			opt.idle = number("--idle", optarg, 0, MAX_VCPUS);
			break;
		case OPT_ASLEEP:
			opt.asleep = number("--asleep", optarg, 0, MAX_VCPUS);
			break;
		case OPT_LATE:
			opt.late = number("--late", optarg, 0, MAX_VCPUS);
			break;
		case OPT_XEN:
			opt.xen = true;
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
