// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "base/load.h"
#include "base/wait.h"
#include "show/event.h"
#include "tune/knobs.h"

static const char usage[] =
"Usage: kvmlat knob-events [--json | --csv]\n"
"\n"
"Tell of each change of a knob, as it happens: who, what, from what to what.\n"
"Ends with a signal, or when the module is unloaded.\n"
"\n"
"  --json  one JSON object a line\n"
"  --csv   comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat knob-events               who changes which knob, live\n"
"  kvmlat knob-events --json >>log  the same for a program\n";

struct events {
	enum output		output;
	struct tuner		t;
	struct kvmlat		*group;
	bool			shown;
	struct wait		wait;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A guest that started since the last look gets its name; one that ended keeps it. */
static const char *guest_of(struct events *e, const struct kvmlat_knob_value *k)
{
	struct kvmlat_snapshot *vms;

	if (k->scope != KVMLAT_SCOPE_HOST && !guests_name(&e->t.guests, k->vm_id) &&
	    !kvmlat_get_vms(e->t.k, NULL, &vms, NULL)) {
		guests_learn(&e->t.guests, vms);
		kvmlat_snapshot_free(vms);
	}
	return tuner_guest(&e->t, k);
}

static void show(const struct kvmlat_knob_event *event, void *ctx)
{
	struct kvmlat_knob_event copy = *event;
	struct events *e = ctx;
	struct event_view view = { .time = now_ms(), .event = &copy };

	tuner_complete(&e->t, &copy.knob);
	view.guest = guest_of(e, &copy.knob);
	show_event(stdout, e->output, &view, !e->shown);
	e->shown = true;
}

static int follow(struct events *e)
{
	int fd = kvmlat_fd(e->group), ret;
	struct kvmlat_error err = { 0 };

	for (;;) {
		switch (wait_for(&e->wait, UINT64_MAX, &fd, 1, NULL)) {
		case WAKE_SIGNAL:
			return EXIT_OK;
		case WAKE_FAILED:
			return complain(EXIT_REFUSED, "cannot wait: %s", strerror(errno));
		default:
			ret = kvmlat_read_events(e->group, show, e, &err);
		}
		if (ret < 0)
			return complain_kvmlat(&err);
		if (ret)
			complain(0, "events were lost: they came faster than they could be shown");
		ret = output_flush(stdout);
		if (ret)
			return ret;
	}
}

static int run(int argc, char **argv)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	struct events e = { 0 };
	struct kvmlat_error err = { 0 };
	struct trouble cause;
	int ret;

	ret = output_options(argc, argv, &e.output);
	if (ret)
		return ret;

	if (wait_begin(&e.wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	ret = outcome(tuner_open(&e.t, &cause), &cause);
	if (!ret && (load_and_open(&e.group, &err) || kvmlat_join_events(e.group, &err)))
		ret = complain_kvmlat(&err);
	if (!ret)
		ret = follow(&e);
	kvmlat_close(e.group);
	tell_unknown(e.t.k);
	tuner_close(&e.t);
	wait_end(&e.wait);
	return ret;
}

COMMAND_AS(knob_events, "knob-events", "events", run,
	   "tell of each change of a knob as it happens", usage);
