// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "arguments.h"
#include "base/clock.h"
#include "command.h"
#include "view_options.h"

#define MAX_ROWS	48
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum {
	OPT_PER_VCPU = OPT_OWN,
	OPT_SINCE,
	OPT_UNTIL,
};

static const struct option shared[] = {
	{ "once", no_argument, NULL, '1' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "read", required_argument, NULL, 'r' },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
};

static bool is_of_recordings(int c)
{
	return c == 'r' || c == OPT_SINCE || c == OPT_UNTIL;
}

/* Shared rows and then the command's, with the end of its table. */
static void join(struct option *rows, const struct option *own, bool reads)
{
	size_t i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(shared); i++)
		if (reads || !is_of_recordings(shared[i].val))
			rows[nr++] = shared[i];
	do {
		rows[nr++] = *own;
	} while (nr < MAX_ROWS && (own++)->name);
}

static bool is_shared(int c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shared); i++)
		if (shared[i].val == c)
			return true;
	return false;
}

static bool take(int c, struct view_options *o, char *why, size_t size)
{
	switch (c) {
	case '1':
		o->once = true;
		return true;
	case 'i':
		return parse_seconds("interval", optarg, &o->interval, why, size);
	case 'd':
		return parse_seconds("duration", optarg, &o->duration, why, size);
	case OPT_PER_VCPU:
		o->per_vcpu = true;
		return true;
	case 'r':
		o->span.file = optarg;
		return true;
	case OPT_SINCE:
		return parse_time("since", optarg, &o->span.since, why, size);
	case OPT_UNTIL:
		return parse_time("until", optarg, &o->span.until, why, size);
	default:
		return parse_target(c, &o->sel, &o->output, why, size);
	}
}

int next_view_option(int argc, char **argv, const char *letters, const struct option *own,
		     struct view_options *o)
{
	struct option rows[MAX_ROWS];
	char all[64], why[256];
	int c;

	join(rows, own, o->reads);
	snprintf(all, sizeof(all), "+:1i:d:p:g:%s%s", o->reads ? "r:" : "", letters);
	while ((c = next_option(argc, argv, all, rows)) != -1 && is_shared(c)) {
		if (take(c, o, why, sizeof(why)))
			continue;
		complain(0, "%s: %s", argv[0], why);
		return '?';
	}
	return c;
}

bool view_options_agree(const char *command, const struct view_options *o)
{
	if (o->once && (o->interval || o->duration)) {
		complain(0, "%s: --once shows what was until now: --interval and --duration do not go with it",
			 command);
		return false;
	}
	return span_agrees(command, &o->span);
}

uint64_t view_deadline(const struct view_options *o)
{
	return o->duration ? monotonic_ns() + o->duration : UINT64_MAX;
}
