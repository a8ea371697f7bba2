// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "base/clock.h"
#include "base/notify.h"
#include "base/wait.h"
#include "command.h"
#include "output.h"
#include "show/auto.h"
#include "tune/autopilot.h"
#include "tune/value.h"

static const char usage[] =
"Usage: kvmlat auto --wake-p99 TIME [--cpu PERCENT] [OPTION...]\n"
"       kvmlat auto --cpu PERCENT [OPTION...]\n"
"\n"
"Give each vCPU the poll window that its halts call for, as long as this runs.\n"
"Whatever ends it, what it set is undone; after a SIGKILL by the next auto, or by\n"
"\"kvmlat undo --all\". A window that somebody sets meanwhile is let go of.\n"
"\n"
"      --wake-p99 TIME  99 in 100 wake-ups shall take no longer, by the least CPU\n"
"      --cpu PERCENT    polls of a vCPU may take so much of a CPU, 25 without it;\n"
"                       without --wake-p99, spare what that can spare\n"
"  -p, --pid PID        for the VMs of this process\n"
"  -g, --guest NAME     for VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID          for the VM of this id, which list shows\n"
"      --vcpu LIST      for these vCPUs only, as 0-3,7\n"
"  -i, --interval SEC   decide every SEC seconds; without it every second\n"
"  -d, --duration SEC   end after SEC seconds\n"
"  -n, --dry-run        change nothing, and tell what would be set\n"
"      --explain        tell each decision, not only those that change something\n"
"      --json           one JSON object a line\n"
"\n"
"Examples:\n"
"  kvmlat auto --wake-p99 20us --dry-run   what would be set\n"
"  kvmlat auto -g db --wake-p99 20us --cpu 10%\n"
"  kvmlat auto --cpu 5% --explain          what polls can spare for that\n";

#define USUAL_BUDGET	0.25
#define INTERVAL_MIN	(100 * NSEC_PER_MSEC)
#define INTERVAL_MAX	(60 * NSEC_PER_SEC)

enum {
	OPT_WAKE = OPT_OWN,
	OPT_CPU,
	OPT_EXPLAIN,
};

static const struct option options[] = {
	{ "wake-p99", required_argument, NULL, OPT_WAKE },
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 }
};

struct automatic {
	struct selection	sel;
	enum output		output;
	bool			explain;
	uint64_t		duration;
	struct wait		wait;
	struct autopilot	pilot;
};

static bool parse_wake(const char *text, uint64_t *ns, char *why, size_t size)
{
	const struct kvmlat_knob_value times = {
		.unit = KVMLAT_UNIT_NS, .min = 1000, .max = NSEC_PER_SEC,
	};
	struct value value;

	if (value_parse(&times, text, &value, why, size) && !value.inherit) {
		*ns = value.number;
		return true;
	}
	snprintf(why, size, "wake-p99 \"%.64s\" is not a time of 1us to 1s, as 20us", text);
	return false;
}

static bool parse_cpu(const char *text, double *share, char *why, size_t size)
{
	size_t digits = strspn(text, "0123456789."), len = strlen(text);
	double percent;
	char *end;

	if (digits && (digits == len || (digits + 1 == len && text[digits] == '%'))) {
		percent = strtod(text, &end);
		if (end == text + digits && percent > 0 && percent <= 100) {
			*share = percent / 100;
			return true;
		}
	}
	snprintf(why, size, "cpu \"%.64s\" is not a share of a CPU above 0 up to 100, as 10%%",
		 text);
	return false;
}

static bool take(struct automatic *o, int c, char *why, size_t size)
{
	struct autopilot *a = &o->pilot;

	switch (c) {
	case OPT_WAKE:
		return parse_wake(optarg, &a->goal.wake, why, size);
	case OPT_CPU:
		return parse_cpu(optarg, &a->goal.budget, why, size);
	case 'i':
		if (!parse_seconds("interval", optarg, &a->interval, why, size))
			return false;
		if (a->interval >= INTERVAL_MIN && a->interval <= INTERVAL_MAX)
			return true;
		snprintf(why, size, "interval \"%.64s\" is not of 100ms to 60s", optarg);
		return false;
	case 'd':
		return parse_seconds("duration", optarg, &o->duration, why, size);
	case 'n':
		a->dry_run = true;
		return true;
	case OPT_EXPLAIN:
		o->explain = true;
		return true;
	default:
		return parse_target(c, &o->sel, &o->output, why, size);
	}
}

static int parse_options(struct automatic *o, int argc, char **argv)
{
	struct autopilot *a = &o->pilot;
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":np:g:i:d:", options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!take(o, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "auto: %s", why);
	}
	if (!no_arguments(argc, argv))
		return EXIT_USAGE;
	if (!a->goal.wake && !a->goal.budget)
		return complain(EXIT_USAGE, "auto: name a goal, as --wake-p99 20us or --cpu 10%%");
	if (o->sel.vcpus && !selects(&o->sel))
		return complain(EXIT_USAGE, "auto: --vcpu needs a VM: name it with --guest, --pid or --vm");
	if (!a->goal.budget)
		a->goal.budget = USUAL_BUDGET;
	if (!a->interval)
		a->interval = NSEC_PER_SEC;
	return EXIT_OK;
}

static void decided(void *ctx, const struct autopilot *a, const struct steered *s, bool had,
		    uint64_t window)
{
	const char *name = guests_name(&a->t.guests, s->vm_id);
	const struct automatic *o = ctx;
	struct auto_view view = {
		.vm_id = s->vm_id, .guest = name ? name : "", .vcpu_id = s->vcpu_id,
		.dry_run = a->dry_run, .has_window = had, .window = window,
		.decision = &s->decision,
	};
	struct timespec now;

	if (s->decision.act == PILOT_KEEP && !o->explain)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	view.time = now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
	show_auto(stdout, o->output, &view);
}

static int steer(struct automatic *o)
{
	uint64_t end = o->duration ? monotonic_ns() + o->duration : UINT64_MAX;
	uint64_t next = monotonic_ns();
	struct trouble cause;
	enum wake wake;
	int ret;

	for (;;) {
		next += o->pilot.interval;
		wake = wait_for(&o->wait, next < end ? next : end, NULL, 0, NULL);
		if (wake == WAKE_FAILED)
			return complain(EXIT_REFUSED, "cannot wait: %s", strerror(errno));
		if (wake == WAKE_SIGNAL || next >= end)
			return EXIT_OK;
		if (autopilot_step(&o->pilot, &cause))
			return complain_of(&cause);
		ret = output_flush(stdout);
		if (ret)
			return ret;
		/* An interval that the machine slept through is not caught up with. */
		while (next + o->pilot.interval <= monotonic_ns())
			next += o->pilot.interval;
	}
}

static int begin_and_steer(struct automatic *o)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };
	struct trouble cause;
	int ret;

	/* Whoever reads may go: that is no reason to leave the host as it is. */
	signal(SIGPIPE, SIG_IGN);
	if (wait_begin(&o->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	if (autopilot_begin(&o->pilot, &cause))
		return complain_of(&cause);
	notify_manager("READY=1");
	ret = steer(o);
	if (!o->pilot.dry_run && autopilot_undo(&o->pilot, &cause)) {
		complain_of(&cause);
		ret = ret ? ret : EXIT_REFUSED;
	}
	return ret;
}

static int run(int argc, char **argv)
{
	struct automatic o = { .wait.signals = -1 };
	int ret;

	o.pilot.sel = &o.sel;
	o.pilot.tell = tell;
	o.pilot.decided = decided;
	o.pilot.ctx = &o;
	ret = parse_options(&o, argc, argv);
	if (ret)
		return ret;
	ret = begin_and_steer(&o);
	tell_unknown(o.pilot.t.k);
	autopilot_end(&o.pilot);
	wait_end(&o.wait);
	return ret;
}

COMMAND_AS(automatic, "auto", NULL, run, "give vCPUs the poll windows that their halts call for",
	   usage);
