// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "export/export.h"
#include "output.h"
#include "page/page.h"
#include "show/report.h"
#include "show/sample.h"
#include "span.h"

static const char usage[] =
"Usage: kvmlat report [OPTION]... FILE\n"
"       kvmlat report --list FILE...\n"
"\n"
"Tell what \"kvmlat record\" kept in FILE: of which host and VMs, where their time\n"
"went, what exits cost, what kept guests waiting, what made them late and why,\n"
"and which knobs were changed.\n"
"\n"
"      --list          only what is in each file: when, and which VMs\n"
"      --since TIME    from TIME on: 10:00, 10:00:30, \"2026-01-31 10:00\", or +5m\n"
"                      for 5 minutes after its begin\n"
"      --until TIME    up to TIME\n"
"  -d, --duration SEC  for SEC seconds; 100ms, 2m and 1h are times, too\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu LIST     only these vCPUs, as 0-3,7\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only VMs of this guest name, or like \"web*\"; repeatable\n"
"      --vm ID         only the VM of this id\n"
"      --json          one JSON object a line: the report, then those of stat\n"
"      --csv           comma separated, a line for each interval and VM\n"
"      --html          a page for a browser, which needs nothing else\n"
"      --perfetto      trace events, for Perfetto and Firefox's profiler\n"
"      --hlog          a log of HdrHistogram: of each interval, VM and reason\n"
"      --openmetrics   samples, of which promtool makes blocks of Prometheus\n"
"\n"
"Examples:\n"
"  kvmlat report kvmlat.rec                      all of it\n"
"  kvmlat report --html kvmlat.rec > kvmlat.html   to look at, and to pass on\n"
"  kvmlat report --since 10:00 -d 5m -g db FILE  db from 10:00 to 10:05\n";

enum {
	OPT_LIST = OPT_OWN,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_PER_VCPU,
	OPT_HTML,
	OPT_PERFETTO,
	OPT_HLOG,
	OPT_OPENMETRICS,
};

static const struct option long_options[] = {
	{ "list", no_argument, NULL, OPT_LIST },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "duration", required_argument, NULL, 'd' },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "html", no_argument, NULL, OPT_HTML },
	{ "perfetto", no_argument, NULL, OPT_PERFETTO },
	{ "hlog", no_argument, NULL, OPT_HLOG },
	{ "openmetrics", no_argument, NULL, OPT_OPENMETRICS },
	{ 0 }
};

/* What the user asked report for, and what it needs to do it. */
struct asked {
	struct span		span;
	uint64_t		duration;
	struct selection	sel;
	enum output		output;
	bool			list;
	bool			html;
	bool			per_vcpu;
	bool			shown;
	struct report		report;
	const struct export_format	*format;
	void			*state;
	struct page		*page;
	struct replay		replay;
};

static bool take_format(struct asked *a, const struct export_format *format, char *why, size_t size)
{
	if (a->format && a->format != format) {
		snprintf(why, size, "--%s and --%s are two formats: choose one", a->format->name,
			 format->name);
		return false;
	}
	a->format = format;
	return true;
}

/* What goes without the others. */
static bool formats_agree(const struct asked *a)
{
	const char *format = a->format ? a->format->name : a->html ? "html" : NULL;
	const char *other = a->list ? "list" : a->per_vcpu ? "per-vcpu" :
			    a->output == OUTPUT_JSON ? "json" : a->output == OUTPUT_CSV ? "csv" :
			    a->format && a->html ? "html" : NULL;

	if (!format || !other)
		return true;
	complain(0, "report: --%s is a format of its own: it goes without --%s", format, other);
	return false;
}

static bool parse_option(struct asked *a, int c, char *why, size_t size)
{
	switch (c) {
	case OPT_LIST:
		a->list = true;
		return true;
	case OPT_SINCE:
		return parse_time("since", optarg, &a->span.since, why, size);
	case OPT_UNTIL:
		return parse_time("until", optarg, &a->span.until, why, size);
	case 'd':
		return parse_seconds("duration", optarg, &a->duration, why, size);
	case OPT_HTML:
		a->html = true;
		return true;
	case OPT_PERFETTO:
		return take_format(a, &perfetto_format, why, size);
	case OPT_HLOG:
		return take_format(a, &hlog_format, why, size);
	case OPT_OPENMETRICS:
		return take_format(a, &openmetrics_format, why, size);
	case OPT_PER_VCPU:
		a->per_vcpu = true;
		return true;
	default:
		return parse_target(c, &a->sel, &a->output, why, size);
	}
}

static int parse_options(struct asked *a, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":d:p:g:", long_options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_option(a, c, why, sizeof(why)))
			return complain(EXIT_USAGE, "report: %s", why);
	}
	if (optind == argc)
		return complain(EXIT_USAGE, "report: which file? \"kvmlat record\" writes kvmlat.rec");
	if (optind + 1 < argc && !a->list)
		return complain(EXIT_USAGE, "report: \"%s\" is one file too many: only --list takes several",
				argv[optind + 1]);
	if (!formats_agree(a))
		return EXIT_USAGE;
	if (a->list && a->output == OUTPUT_CSV)
		return complain(EXIT_USAGE, "report: --list has no CSV: --json is for programs");
	return EXIT_OK;
}

static int show_view(const struct asked *a, const struct shown *shown, enum view view)
{
	const struct interval *in = shown->in;
	const struct wish wish = {
		.grouping = a->per_vcpu || a->sel.vcpus ? GROUP_VCPU : GROUP_VM, .view = view,
		.skip_zeros = true, .whole = true, .now = in->end, .thread = replay_thread,
		.thread_ctx = in->labels, .quotas = shown->quotas,
	};
	struct sample *sample = sample_make(shown->delta, in->guests, &wish);

	if (!sample)
		return complain(EXIT_REFUSED, "out of memory");
	if (a->output == OUTPUT_TABLE)
		putchar('\n');
	show_sample(stdout, a->output, sample, true);
	sample_free(sample);
	return EXIT_OK;
}

static int show_whole(struct asked *a, const struct shown *shown)
{
	static const enum view views[] = { VIEW_STATES, VIEW_EXITS, VIEW_HALT, VIEW_LATENESS };
	int ret = EXIT_OK;
	size_t i;

	tolls_sort(&a->report.tolls);
	show_report_head(stdout, a->output, &a->report);
	if (a->list)
		return output_flush(stdout);
	for (i = 0; !ret && i < sizeof(views) / sizeof(*views); i++)
		ret = show_view(a, shown, views[i]);
	if (!ret)
		show_report_events(stdout, a->output, &a->report);
	return ret ? ret : output_flush(stdout);
}

static int show_page(struct asked *a, const struct shown *shown)
{
	const struct interval *in = shown->in;

	if (shown->whole) {
		if (page_write(stdout, a->page, shown->delta, in))
			return complain(EXIT_REFUSED, "out of memory");
		return output_flush(stdout);
	}
	if (timeline_add(&a->page->timeline, shown->delta, in->guests, shown->begin,
			 in->end.monotonic))
		return complain(EXIT_REFUSED, "out of memory");
	a->replay.interval = a->page->timeline.width;
	return EXIT_OK;
}

static int export(struct asked *a, const struct shown *shown)
{
	const struct exported x = { shown->in, shown->delta, &a->sel };

	if (!shown->whole && a->format->interval(stdout, a->state, &x))
		return complain(EXIT_REFUSED, "out of memory");
	return output_flush(stdout);
}

static int show(void *ctx, const struct shown *shown)
{
	const struct interval *in = shown->in;
	struct kvmlat_snapshot *delta = shown->delta;
	const bool whole = shown->whole;
	struct kvmlat_filter f = { 0 };
	struct asked *a = ctx;
	struct trouble why;

	if (whole && select_vms(&a->sel, in->guests, delta, &f, &why))
		return complain_of(&why);
	select_narrow(&a->sel, in->guests, delta);
	if (whole && a->sel.vcpus && !delta->nr_vcpus)
		return outcome(trouble_vcpu(&why, &a->sel), &why);
	if (a->html)
		return show_page(a, shown);
	if (a->format)
		return export(a, shown);
	if (whole)
		return a->output == OUTPUT_CSV ? EXIT_OK : show_whole(a, shown);
	show_report_csv(stdout, in, delta, !a->shown);
	a->shown = true;
	return output_flush(stdout);
}

static int add(void *ctx, const struct interval *in)
{
	struct asked *a = ctx;
	int ret = report_add(&a->report, in, &a->sel);
	size_t i;

	for (i = 0; a->html && !ret && i < in->nr_outliers; i++)
		if (report_wants(in, &a->sel, &in->outliers[i]))
			ret = worst_add(&a->page->worst, in, &in->outliers[i]);
	return ret ? complain(EXIT_REFUSED, "out of memory") : EXIT_OK;
}

static int replay(struct asked *a, struct recording *r)
{
	int ret;

	if (a->format && a->format->begin(stdout, a->state, recording_begin(r)))
		return complain(EXIT_REFUSED, "out of memory");
	ret = replay_run(&a->replay, r, &a->report.losses);
	if (a->format) {
		a->format->end(stdout, a->state);
		ret = ret ? ret : output_flush(stdout);
	}
	page_free(a->page);
	return ret;
}

static int report_file(struct asked *a, const char *file)
{
	struct recording *r;
	struct trouble why;
	int ret;

	a->span.file = file;
	r = recording_open(file, &why);
	if (!r)
		return complain_of(&why);
	a->report = (struct report){ .file = file, .notes = recording_notes(r) };
	a->replay = (struct replay){
		.span = &a->span, .duration = a->duration, .total = true,
		.only_total = a->output != OUTPUT_CSV && !a->html && !a->format,
		.ctx = a, .show = show, .each = add,
	};
	a->page = calloc(1, sizeof(*a->page));
	a->state = calloc(1, a->format ? a->format->state : 1);
	if (a->page && a->state) {
		a->page->report = &a->report;
		ret = replay(a, r);
	} else {
		ret = complain(EXIT_REFUSED, "out of memory");
	}
	free(a->page);
	free(a->state);
	report_free(&a->report);
	recording_close(r);
	return ret;
}

static int run(int argc, char **argv)
{
	struct asked a = { .list = false };
	int ret, one;

	ret = parse_options(&a, argc, argv);
	if (ret)
		return ret;
	for (; optind < argc; optind++) {
		one = report_file(&a, argv[optind]);
		ret = ret ? ret : one;
	}
	return ret;
}

COMMAND(report, run, "tell what happened in a recording", usage);
