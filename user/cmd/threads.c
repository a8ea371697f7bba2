// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "base/clock.h"
#include "base/load.h"
#include "base/namespaces.h"
#include "command.h"
#include "output.h"
#include "show/threads.h"
#include "view_options.h"

static const char usage[] =
"Usage: kvmlat threads [OPTION]...\n"
"\n"
"Show what the other threads of VMMs cost, those that run no vCPU: emulation,\n"
"I/O, vhost. Their time on CPUs and waiting for one, since they began or live,\n"
"and where they may run.\n"
"\n"
VIEW_USAGE_WHEN
VIEW_USAGE_WHOSE
"\n"
"Examples:\n"
"  kvmlat threads -d 5 -g web  what burns CPUs beside the vCPUs of web\n"
"  kvmlat threads              the same of all, since the threads began\n";

struct threads_command {
	struct view_options	asked;
	struct kvmlat		*k;
	struct guests		guests;
	struct kvmlat_filter	filter;
	struct wait		wait;
	bool			shown;
};

static int parse_options(struct view_options *o, int argc, char **argv)
{
	static const struct option none[] = { { 0 } };

	if (next_view_option(argc, argv, "", none, o) != -1 || !no_arguments(argc, argv) ||
	    !view_options_agree("threads", o))
		return EXIT_USAGE;
	if (o->per_vcpu || o->sel.vcpus)
		return complain(EXIT_USAGE, "threads: these run no vCPU: --per-vcpu and --vcpu do not go with it");
	return EXIT_OK;
}

static int take(struct threads_command *c, struct others *o)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	int ret;

	if (kvmlat_get_snapshot(c->k, &c->filter, &snap, &err))
		return complain_kvmlat(&err);
	ret = guests_learn(&c->guests, snap) || others_read(o, snap, &c->guests, &c->asked.sel);
	kvmlat_snapshot_free(snap);
	return ret ? complain(EXIT_REFUSED, "out of memory") : EXIT_OK;
}

static int show(struct threads_command *c, const struct others *o, bool cumulative)
{
	struct threads_view view = { .cumulative = cumulative, .others = o };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	view.time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	show_threads(stdout, c->asked.output, &view, !c->shown);
	c->shown = true;
	return output_flush(stdout);
}

static int show_once(struct threads_command *c)
{
	struct others o = { 0 };
	int ret = take(c, &o);

	if (!ret)
		ret = show(c, &o, true);
	others_free(&o);
	return ret;
}

/* What happened since @older, which the new reading then is. */
static int show_interval(struct threads_command *c, struct others *older)
{
	struct others newer = { 0 };
	int ret = take(c, &newer);

	if (!ret) {
		others_since(&newer, older);
		ret = show(c, &newer, false);
	}
	others_free(older);
	*older = newer;
	return ret;
}

static int show_live(struct threads_command *c)
{
	uint64_t step = c->asked.interval ? c->asked.interval : c->asked.duration;
	uint64_t end = view_deadline(&c->asked), next = monotonic_ns() + step;
	struct others older = { 0 };
	enum wake wake;
	int ret = take(c, &older);

	while (!ret) {
		wake = wait_for(&c->wait, next < end ? next : end, NULL, 0, NULL);
		ret = show_interval(c, &older);
		if (wake != WAKE_TIME || monotonic_ns() >= end)
			break;
		while (next <= monotonic_ns())
			next += step;
	}
	others_free(&older);
	return ret;
}

static int measure(struct threads_command *c)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	bool live = c->asked.interval || c->asked.duration;
	const struct selection *sel = &c->asked.sel;
	struct trouble cause;
	int ret;

	if (live && wait_begin(&c->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	if (live)
		ret = await_vms(c->k, sel, &c->guests, &c->filter, &c->wait,
				view_deadline(&c->asked), tell, &cause);
	else
		ret = ask_vms(c->k, sel, &c->guests, &c->filter, &cause);
	if (ret)
		return complain_of(&cause);
	return live ? show_live(c) : show_once(c);
}

static int run(int argc, char **argv)
{
	struct threads_command c = { .wait.signals = -1 };
	struct kvmlat_error err = { 0 };
	int ret;

	ret = parse_options(&c.asked, argc, argv);
	if (ret)
		return ret;
	if (!pids_are_ours())
		return complain(EXIT_REFUSED, "threads: the module tells processes by the host's ids, which are not of this PID namespace: run kvmlat in the host's");
	if (load_and_open(&c.k, &err))
		return complain_kvmlat(&err);
	ret = measure(&c);
	wait_end(&c.wait);
	guests_free(&c.guests);
	tell_unknown(c.k);
	kvmlat_close(c.k);
	return ret;
}

COMMAND(threads, run, "show what the VMMs' other threads cost", usage);
