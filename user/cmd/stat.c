// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "base/clock.h"
#include "base/load.h"
#include "live.h"
#include "output.h"
#include "show/sample.h"
#include "stat.h"

/* How often to look for VMs whose names must be learnt before their processes end. */
#define LEARN_NS	(NSEC_PER_SEC / 20)

static enum grouping grouping_of(const struct stat *s)
{
	if (s->all)
		return GROUP_ALL;
	return s->asked.per_vcpu || s->asked.sel.vcpus ? GROUP_VCPU : GROUP_VM;
}

static int learn(struct stat *s)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	int ret;

	if (kvmlat_get_vms(s->k, NULL, &snap, &err))
		return complain_kvmlat(&err);
	ret = guests_learn(&s->guests, snap);
	kvmlat_snapshot_free(snap);
	return ret ? complain(EXIT_REFUSED, "out of memory") : EXIT_OK;
}

static const struct guests *guests_of(const struct stat *s)
{
	return s->read ? s->read->guests : &s->guests;
}

/* Leaves only what matches: a command may start the VM that the user asked for. */
static int narrow(struct stat *s, struct kvmlat_snapshot *snap)
{
	struct kvmlat_filter f = { 0 };
	struct trouble cause;

	if (select_vms(&s->asked.sel, guests_of(s), snap, &f, &cause))
		return complain_of(&cause);
	select_narrow(&s->asked.sel, guests_of(s), snap);
	return EXIT_OK;
}

/* Beside the accounts, and kept as those are: of the first reading, the last, and that before. */
static int take_quotas(struct stat *s, const struct kvmlat_snapshot *snap)
{
	if (s->view != VIEW_LATENESS)
		return 0;
	if (s->quotas_before.all != s->quotas_first.all)
		quotas_free(&s->quotas_before);
	s->quotas_before = s->quotas;
	if (!s->quotas_first.all)
		s->quotas_first = s->quotas;
	return quotas_read(&s->quotas, snap);
}

static void free_quotas(struct stat *s)
{
	if (s->quotas_before.all != s->quotas_first.all)
		quotas_free(&s->quotas_before);
	if (s->quotas.all != s->quotas_first.all)
		quotas_free(&s->quotas);
	quotas_free(&s->quotas_first);
}

/* @old is what was taken before, NULL at first: only what changed since is asked for. */
static int take(void *ctx, const struct kvmlat_snapshot *old, struct kvmlat_snapshot **snap)
{
	struct kvmlat_error err = { 0 };
	struct stat *s = ctx;

	if (s->asked.once ? kvmlat_get_snapshot(s->k, &s->filter, snap, &err) :
		      kvmlat_refresh(s->k, &s->filter, old, snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&s->guests, *snap))
		return complain(EXIT_REFUSED, "out of memory");
	if (!s->command)
		select_narrow(&s->asked.sel, &s->guests, *snap);
	return take_quotas(s, *snap) ? complain(EXIT_REFUSED, "out of memory") : EXIT_OK;
}

/* What is refused before anything is shown leaves the file as it was. */
static int begin(struct stat *s)
{
	int ret = s->file && !s->begun ? output_overwrite(s->to) : EXIT_OK;

	s->begun = true;
	return ret;
}

static void close_file(const struct stat *s)
{
	if (!s->file || !s->to)
		return;
	fclose(s->to);
	if (s->file_is_new && !s->begun)
		unlink(s->file);
}

static int show(struct stat *s, const struct kvmlat_snapshot *snap, bool cumulative, bool whole)
{
	struct quotas since = { 0 };
	struct wish wish = {
		.grouping = grouping_of(s), .view = s->view, .key = s->key,
		.cumulative = cumulative,
		.skip_zeros = !s->all_reasons, .skip_empty = s->skip_empty, .whole = whole,
	};
	struct sample *sample;
	int ret = begin(s);

	if (ret)
		return ret;
	wish.quotas = s->read ? s->read_quotas : cumulative ? &s->quotas : &since;
	if (!s->read && !cumulative &&
	    quotas_since(&since, &s->quotas, whole ? &s->quotas_first : &s->quotas_before)) {
		quotas_free(&since);
		return complain(EXIT_REFUSED, "out of memory");
	}
	if (s->read) {
		wish.now = s->read->end;
		wish.thread = replay_thread;
		wish.thread_ctx = s->read->labels;
	}
	sample = sample_make(snap, guests_of(s), &wish);
	if (!sample) {
		quotas_free(&since);
		return complain(EXIT_REFUSED, "out of memory");
	}
	if (sample->nr_blocks || cumulative || !s->skip_empty) {
		show_sample(s->to, s->asked.output, sample, !s->shown);
		s->shown = true;
	}
	sample_free(sample);
	quotas_free(&since);
	return output_flush(s->to);
}

/* A vCPU that nobody has is told before the user waits for it. */
static int check_vcpu(const struct stat *s, const struct kvmlat_snapshot *snap)
{
	struct trouble cause;

	if (!s->asked.sel.vcpus || snap->nr_vcpus)
		return EXIT_OK;
	return outcome(trouble_vcpu(&cause, &s->asked.sel), &cause);
}

static int show_delta(void *ctx, struct kvmlat_snapshot *delta, bool whole)
{
	struct stat *s = ctx;
	int ret = EXIT_OK;

	if (s->command)
		ret = narrow(s, delta);
	if (ret == EXIT_OK && s->command)
		ret = check_vcpu(s, delta);
	return ret ? ret : show(s, delta, false, whole);
}

static int show_once(struct stat *s)
{
	struct kvmlat_snapshot *snap;
	int ret = take(s, NULL, &snap);

	if (ret)
		return ret;
	ret = check_vcpu(s, snap);
	if (!ret)
		ret = show(s, snap, true, false);
	kvmlat_snapshot_free(snap);
	return ret;
}

/* The VM that was asked for ended, and with it what can be shown of it. */
static bool is_over(void *ctx, const struct kvmlat_snapshot *snap)
{
	const struct stat *s = ctx;
	size_t i;

	if (s->command || !selects(&s->asked.sel))
		return false;
	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone)
			return false;
	return true;
}

static int reopen(void *ctx)
{
	struct stat *s = ctx;

	/* A file of its own has a header of its own. */
	s->shown = false;
	return output_reopen(&s->to, s->file);
}

static struct live live_of(struct stat *s, struct workload *w)
{
	return (struct live){
		.wait = &s->wait, .workload = w, .ctx = s,
		.interval = s->asked.interval ? s->asked.interval : NSEC_PER_SEC,
		.duration = s->asked.duration, .total = s->asked.output == OUTPUT_TABLE,
		.take = take, .show = show_delta, .reopen = reopen, .over = is_over,
	};
}

/* One table for all the time of the command, as perf stat without -I. */
static int show_whole(struct stat *s, struct kvmlat_snapshot *older, struct workload *w)
{
	const struct live live = live_of(s, w);
	struct kvmlat_snapshot *newer;
	int ret = EXIT_OK;

	while (workload_wait(w, monotonic_ns() + LEARN_NS) == WAKE_TIME && !ret)
		ret = learn(s);
	if (!ret)
		ret = take(s, older, &newer);
	if (!ret) {
		ret = live_show(&live, newer, older, false);
		kvmlat_snapshot_free(newer);
	}
	kvmlat_snapshot_free(older);
	return ret;
}

static int measure_command(struct stat *s)
{
	struct kvmlat_snapshot *older;
	struct workload w = { 0 };
	struct live live;
	int ret, error;

	if (workload_start(&w, &s->wait, s->command))
		return complain(EXIT_REFUSED, "cannot start \"%s\": %s", s->command[0],
				strerror(errno));
	ret = take(s, NULL, &older);
	if (ret)
		return ret;
	guests_expect(&s->guests, w.pid, s->command);
	error = workload_release(&w);
	if (error) {
		kvmlat_snapshot_free(older);
		workload_exit_code(&w);
		return complain(error == ENOENT ? 127 : 126, "cannot run \"%s\": %s",
				s->command[0], strerror(error));
	}
	live = live_of(s, &w);
	ret = s->asked.interval ? live_run(&live, older) : show_whole(s, older, &w);
	/* What could not be shown was told; the command's own verdict goes before it. */
	error = workload_exit_code(&w);
	return error ? error : ret;
}

/* VMs come and go: whom nobody asked for is left out, and at the end there has to be one. */
static int show_read(void *ctx, const struct shown *shown)
{
	struct kvmlat_snapshot *delta = shown->delta;
	const bool whole = shown->whole;
	struct stat *s = ctx;
	int ret = EXIT_OK;

	s->read = shown->in;
	s->read_quotas = shown->quotas;
	if (whole)
		ret = narrow(s, delta);
	else
		select_narrow(&s->asked.sel, guests_of(s), delta);
	if (!ret && whole)
		ret = check_vcpu(s, delta);
	s->parts += !whole;
	if (ret || (whole && !s->asked.once && (s->parts == 1 || s->asked.output != OUTPUT_TABLE)))
		return ret;
	return show(s, delta, s->asked.once, whole && !s->asked.once);
}

static int show_recording(struct stat *s)
{
	const struct replay replay = {
		.span = &s->asked.span, .interval = s->asked.interval,
		.duration = s->asked.duration, .total = true, .only_total = s->asked.once,
		.since_start = s->asked.once, .ctx = s, .show = show_read,
	};

	return replay_file(&replay);
}

static int choose(struct stat *s)
{
	const struct selection *sel = &s->asked.sel;
	struct trouble cause;

	/* The VM may be one that the command starts: narrow() looks for it in what was measured. */
	if (s->command)
		return learn(s);
	if (s->asked.once)
		return outcome(ask_vms(s->k, sel, &s->guests, &s->filter, &cause), &cause);
	return outcome(await_vms(s->k, sel, &s->guests, &s->filter, &s->wait,
				 view_deadline(&s->asked), tell, &cause), &cause);
}

static int measure(struct stat *s)
{
	const int ends[] = { SIGINT, SIGTERM, s->file && !s->command ? SIGHUP : 0, 0 };
	struct kvmlat_snapshot *older;
	struct live live;
	int ret;

	if (wait_begin(&s->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	ret = choose(s);
	if (ret)
		return ret;
	if (s->command)
		return measure_command(s);
	if (s->asked.once)
		return show_once(s);
	ret = take(s, NULL, &older);
	if (ret)
		return ret;
	ret = check_vcpu(s, older);
	live = live_of(s, NULL);
	if (!ret)
		return live_run(&live, older);
	kvmlat_snapshot_free(older);
	return ret;
}

int stat_run(int argc, char **argv)
{
	struct stat s = { .filter.histograms = true, .asked.reads = true,
			  .wait.signals = -1 };
	struct kvmlat_error err = { 0 };
	int ret;

	ret = stat_options(&s, argc, argv);
	if (ret)
		return ret;
	if (!s.asked.span.file && load_and_open(&s.k, &err))
		return complain_kvmlat(&err);

	/* The command's own output stays as it is without us. */
	s.to = s.command ? stderr : stdout;
	if (s.file)
		ret = output_try(&s.to, s.file, &s.file_is_new);
	if (!ret)
		ret = s.asked.span.file ? show_recording(&s) : measure(&s);
	close_file(&s);
	wait_end(&s.wait);
	free_quotas(&s);
	guests_free(&s.guests);
	tell_unknown(s.k);
	kvmlat_close(s.k);
	return ret;
}

COMMAND(stat, stat_run, "show where time goes and what exits cost, live or of a command",
	stat_usage);
