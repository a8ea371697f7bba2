/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_VIEW_OPTIONS_H
#define _KVMLAT_VIEW_OPTIONS_H

#include <getopt.h>

#include "base/options.h"
#include "model/selection.h"
#include "span.h"

/*
 * What stat, hist, top and detail are asked for in the same words. @reads, which the command sets
 * before, is that it can show a recording.
 */
struct view_options {
	bool			reads;
	bool			once;
	uint64_t		interval;
	uint64_t		duration;
	bool			per_vcpu;
	struct selection	sel;
	enum output		output;
	struct span		span;
};

/* Their lines of --help; what is shown, and how long without -i, tells the command before. */
#define VIEW_USAGE_WHEN								\
"  -1, --once          once, since the start of the accounts\n"			\
"  -i, --interval SEC  show every SEC seconds; 100ms, 2m and 1h are times, too\n" \
"  -d, --duration SEC  end after SEC seconds\n"

#define VIEW_USAGE_WHOSE							\
"  -p, --pid PID       only the VMs of this process\n"				\
"  -g, --guest NAME    only VMs of this guest name, or like \"web*\"; repeatable\n" \
"      --vm ID         only the VM of this id, which list shows\n"		\
"      --json          one JSON object a line\n"				\
"      --csv           comma separated, with one header\n"

#define VIEW_USAGE								\
VIEW_USAGE_WHEN									\
"      --per-vcpu      each vCPU on its own\n"					\
"      --vcpu LIST     only these vCPUs, as 0-3,7, each on its own\n"		\
VIEW_USAGE_WHOSE

/* Of those that can show a recording, before the lines above. */
#define READ_USAGE								\
"  -r, --read FILE     show what \"kvmlat record\" kept in FILE\n"			\
"      --since TIME    of that, from TIME on: 10:00, 10:00:30,\n"			\
"                      \"2026-01-31 10:00\", or +5m after its begin\n"		\
"      --until TIME    and up to TIME\n"

/* For a command's own table, beside OPT_OWN. */
#define OPT_VIEW_OWN	(OPT_OWN + 16)

/*
 * The next option that is the command's own; those of all views go to @o. '?' after a complaint.
 * @letters, @own: of the command's own
 */
int next_view_option(int argc, char **argv, const char *letters, const struct option *own,
		     struct view_options *o);

/* --once shows what was until now. False after a complaint. */
bool view_options_agree(const char *command, const struct view_options *o);

/* When --duration is over that begins now, by CLOCK_MONOTONIC. */
uint64_t view_deadline(const struct view_options *o);

#endif /* _KVMLAT_VIEW_OPTIONS_H */
