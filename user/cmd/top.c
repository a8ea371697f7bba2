// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "arguments.h"
#include "command.h"
#include "base/load.h"
#include "base/namespaces.h"
#include "top/top.h"
#include "view_options.h"

static const char usage[] =
"Usage: kvmlat top [OPTION]...\n"
"\n"
"Show live where the time of VMs and vCPUs goes; open a VM, a vCPU, a reason with\n"
"Enter. The key h lists all keys. Into a pipe, or with -b or -1, plain text.\n"
"\n"
"  -b, --batch         plain text, one table each interval\n"
"  -n, --num_iterations COUNT\n"
"                      end after COUNT refreshes\n"
VIEW_USAGE
"  -f, --filter REGEX  only rows whose name matches\n"
"  -k, --key KEY       sort by exits (default), name, guest, exit, user, poll,\n"
"                      wait, runq, off, wake-p99, runq-p99, wake-max, runq-max,\n"
"                      pid or vcpus\n"
"  -z, --skip-zero-records\n"
"                      leave out what had no exits\n"
"      --no-color      no colours, as with NO_COLOR in the environment\n"
"      --ascii         no other characters, as in a locale without UTF-8\n"
"\n"
"Examples:\n"
"  kvmlat top -g \"web*\"              the guests of these names, live\n"
"  kvmlat top -b -n 5 -k runq >file  five tables, who waits longest first\n";

enum {
	OPT_NO_COLOR = OPT_VIEW_OWN,
	OPT_ASCII,
};

static const struct option long_options[] = {
	{ "batch", no_argument, NULL, 'b' },
	{ "num_iterations", required_argument, NULL, 'n' },
	{ "filter", required_argument, NULL, 'f' },
	{ "key", required_argument, NULL, 'k' },
	{ "skip-zero-records", no_argument, NULL, 'z' },
	{ "no-color", no_argument, NULL, OPT_NO_COLOR },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ 0 }
};

struct options {
	struct view_options	asked;
	bool			batch;
	const char		*filter;
};

static int parse_options(struct options *o, struct top *t, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_view_option(argc, argv, "bn:f:k:z", long_options, &o->asked)) != -1) {
		bool ok = true;

		switch (c) {
		case 'b':
			o->batch = true;
			break;
		case 'n':
			ok = parse_u32("count", optarg, 1, &t->count, why, sizeof(why));
			break;
		case 'f':
			o->filter = optarg;
			break;
		case 'k':
			ok = pane_sort_by(&t->pane, optarg);
			if (!ok)
				snprintf(why, sizeof(why),
					 "sort key \"%.64s\" is none of exits, name, guest, exit, user, poll, wait, runq, off, wake-p99, runq-p99, wake-max, runq-max, pid and vcpus",
					 optarg);
			break;
		case 'z':
			t->pane.skip_zeros = true;
			break;
		case OPT_NO_COLOR:
			t->colour = false;
			break;
		case OPT_ASCII:
			t->utf8 = false;
			break;
		default:
			return EXIT_USAGE;
		}
		if (!ok)
			return complain(EXIT_USAGE, "top: %s", why);
	}
	if (!no_arguments(argc, argv) || !view_options_agree("top", &o->asked))
		return EXIT_USAGE;
	if (o->asked.once && t->count > 1)
		return complain(EXIT_USAGE, "top: --once shows one table: --num_iterations does not go with it");
	t->once = o->asked.once;
	t->output = o->asked.output;
	t->sel = o->asked.sel;
	t->duration = o->asked.duration;
	t->interval = o->asked.interval ? o->asked.interval : NSEC_PER_SEC;
	if (o->asked.per_vcpu || t->sel.vcpus)
		pane_go(&t->pane, LEVEL_VCPUS);
	/* Last, since it is for the level that the others have chosen. */
	if (o->filter && strlen(o->filter) >= FILTER_SIZE)
		return complain(EXIT_USAGE, "top: filter \"%s\" is longer than %d bytes",
				o->filter, FILTER_SIZE - 1);
	if (o->filter && !pane_filter(&t->pane, o->filter, why, sizeof(why)))
		return complain(EXIT_USAGE, "top: filter %s", why);
	return EXIT_OK;
}

static bool is_plain(const struct options *o)
{
	return o->batch || o->asked.once || o->asked.output != OUTPUT_TABLE ||
	       !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
}

static int choose(struct top *t, const struct view_options *asked)
{
	struct trouble cause;

	if (t->once)
		return outcome(ask_vms(t->k, &t->sel, &t->guests, &t->filter, &cause), &cause);
	if (!selects(&t->sel))
		return EXIT_OK;
	return outcome(await_vms(t->k, &t->sel, &t->guests, &t->filter, &t->wait,
				 view_deadline(asked), tell, &cause), &cause);
}

/* A VM has its name once, and those that ended have one only if it was learnt. */
static void name_vm(const struct kvmlat_vm *vm, char *name, size_t size)
{
	const struct kvmlat_snapshot snap = { .nr_vms = 1, .vms = (struct kvmlat_vm *)vm };
	struct guests guests = { 0 };

	if (!guests_learn(&guests, &snap))
		snprintf(name, size, "%s", guests_name(&guests, vm->vm_id));
	guests_free(&guests);
}

static void name_vcpu(const struct kvmlat_vcpu *v, char *name, size_t size)
{
	if (!pids_are_ours() || !v->tid || kvmlat_thread_name(v->pid, v->tid, name, size))
		name[0] = 0;
}

static int begin_wait(struct wait *w)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };
	sigset_t resized;

	if (wait_begin(w, ends))
		return -1;
	/*
	 * A change of the terminal's size, whose handler is curses', must not slip by between
	 * looking and waiting, either: it comes only while wait_for waits.
	 */
	sigemptyset(&resized);
	sigaddset(&resized, SIGWINCH);
	return sigprocmask(SIG_BLOCK, &resized, NULL);
}

static int run(int argc, char **argv)
{
	struct top t = {
		.wait.signals = -1,
		.track = { .name_vm = name_vm, .name_vcpu = name_vcpu },
	};
	struct options o = { 0 };
	struct kvmlat_error err = { 0 };
	const char *no_color = getenv("NO_COLOR");
	int ret;

	setlocale(LC_CTYPE, "");
	t.utf8 = text_utf8();
	t.colour = !no_color || !*no_color;
	pane_init(&t.pane);
	ret = parse_options(&o, &t, argc, argv);
	if (!ret && load_and_open(&t.k, &err))
		ret = complain_kvmlat(&err);
	if (!ret && begin_wait(&t.wait))
		ret = complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	if (!ret)
		ret = choose(&t, &o.asked);
	if (!ret) {
		if (is_plain(&o))
			ret = top_plain(&t, &err);
		else
			ret = top_live(&t, &err);
		if (ret)
			ret = complain_kvmlat(&err);
	}
	pane_free(&t.pane);
	track_free(&t.track);
	throttling_free(&t.throttling);
	guests_free(&t.guests);
	wait_end(&t.wait);
	tell_unknown(t.k);
	kvmlat_close(t.k);
	return ret;
}

COMMAND(top, run, "show live where the time of VMs and vCPUs goes", usage);
