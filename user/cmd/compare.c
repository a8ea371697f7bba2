// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "show/compare.h"
#include "span.h"

static const char usage[] =
"Usage: kvmlat compare [OPTION]... A B\n"
"\n"
"Tell what is other in the recording B than in A, by how much, and how sure\n"
"that is. A and B are files of \"kvmlat record\", or parts: FILE:10:00-10:05.\n"
"\n"
"      --all           also the figures of which there is no evidence\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu LIST     only these vCPUs, as 0-3,7\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID         only the VM of this id\n"
"      --json          a JSON object\n"
"\n"
"It ends with 0 if there is no evidence of a difference, 1 if something is worse,\n"
"2 if something is better and nothing worse.\n"
"\n"
"Examples:\n"
"  kvmlat compare before.rec after.rec\n"
"  kvmlat compare -g db day.rec:10:00-10:05 day.rec:10:10-10:15\n";

enum {
	OPT_ALL = OPT_OWN,
	OPT_PER_VCPU,
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 }
};

/** struct side - A or B: @file without the part, which @span has */
struct side {
	char		*file;
	struct span	span;
	struct replay	replay;
	struct series	series;
	const struct selection	*sel;
};

static int show(void *ctx, const struct shown *shown)
{
	const struct interval *in = shown->in;
	struct side *s = ctx;

	select_narrow(s->sel, in->guests, shown->delta);
	if (series_add(&s->series, shown->delta, in->guests, in->end.monotonic - shown->begin))
		return complain(EXIT_REFUSED, "out of memory");
	s->replay.interval = s->series.width;
	return EXIT_OK;
}

/* "FILE:FROM-TO", if there is no file of all that name. */
static int find_part(struct side *s, const char *text)
{
	char why[256] = "", *from, *to;

	s->file = strdup(text);
	if (!s->file)
		return complain(EXIT_REFUSED, "out of memory");
	s->span.file = s->file;
	from = strchr(s->file, ':');
	if (!from || !access(text, F_OK))
		return EXIT_OK;
	*from++ = 0;
	/* A date has dashes, too: the one in the middle of two times does not stand in one. */
	for (to = strchr(from, '-'); to; to = strchr(to + 1, '-')) {
		bool good;

		*to = 0;
		good = parse_time("from", from, &s->span.since, why, sizeof(why)) &&
		       parse_time("to", to + 1, &s->span.until, why, sizeof(why));
		*to = '-';
		if (good)
			return EXIT_OK;
	}
	return complain(EXIT_USAGE, "compare: \"%s\" is no part of a recording, as FILE:10:00-10:05",
			text);
}

static int read_side(struct side *s)
{
	s->replay = (struct replay){ .span = &s->span, .ctx = s, .show = show };
	return replay_file(&s->replay);
}

static int status_of(const struct comparison *c)
{
	if (count_verdicts(c, VERDICT_WORSE))
		return EXIT_DIFFERS;
	return count_verdicts(c, VERDICT_BETTER) ? EXIT_HIT : EXIT_OK;
}

static int compare_both(struct side sides[2], char **files, enum output output, bool all)
{
	struct comparison c = { .nr = 0 };
	const struct compare_view view = {
		files[0], files[1], &sides[0].series, &sides[1].series, &c, all,
	};
	int i, ret = EXIT_OK;

	for (i = 0; i < 2 && !ret; i++)
		ret = find_part(&sides[i], files[i]);
	for (i = 0; i < 2 && !ret; i++)
		ret = read_side(&sides[i]);
	for (i = 0; i < 2 && !ret; i++) {
		if (!sides[i].series.nr)
			ret = complain(EXIT_NO_VM, "\"%s\" has no VM that is asked for", files[i]);
		else if (sides[i].series.nr_units < FEWEST_INTERVALS)
			ret = complain(EXIT_NO_VM, "\"%s\" has %zu intervals: of less than %d nothing can be said",
				       files[i], sides[i].series.nr_units, FEWEST_INTERVALS);
	}
	if (!ret && comparison_make(&c, &sides[0].series, &sides[1].series))
		ret = complain(EXIT_REFUSED, "out of memory");
	if (!ret && !c.nr)
		ret = complain(EXIT_NO_VM, "\"%s\" and \"%s\" have no VM in common of which something can be said",
			       files[0], files[1]);
	if (!ret) {
		show_comparison(stdout, output, &view);
		ret = output_flush(stdout);
		ret = ret ? ret : status_of(&c);
	}
	comparison_free(&c);
	return ret;
}

static int run(int argc, char **argv)
{
	enum output output = OUTPUT_TABLE;
	struct selection sel = { 0 };
	struct side *sides;
	bool all = false, by_vcpu = false;
	char why[256];
	int c, ret, i;

	while ((c = next_option(argc, argv, ":p:g:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == OPT_ALL)
			all = true;
		else if (c == OPT_PER_VCPU)
			by_vcpu = true;
		else if (!parse_target(c, &sel, &output, why, sizeof(why)))
			return complain(EXIT_USAGE, "compare: %s", why);
	}
	if (argc - optind != 2)
		return complain(EXIT_USAGE, "compare: it takes two recordings, and there %s",
				argc - optind == 1 ? "is one" : argc == optind ? "is none" : "are more");
	sides = calloc(2, sizeof(*sides));
	if (!sides)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < 2; i++) {
		sides[i].series.by_vcpu = by_vcpu || sel.vcpus;
		sides[i].sel = &sel;
	}
	ret = compare_both(sides, argv + optind, output, all);
	for (i = 0; i < 2; i++) {
		series_free(&sides[i].series);
		free(sides[i].file);
	}
	free(sides);
	return ret;
}

COMMAND(compare, run, "tell two recordings apart", usage);
