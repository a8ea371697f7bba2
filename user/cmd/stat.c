// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "command.h"
#include "base/clock.h"
#include "base/load.h"
#include "base/workload.h"
#include "show/sample.h"
#include "stat.h"

/* How often to look for VMs whose names must be learnt before their processes end. */
#define LEARN_NS	(NSEC_PER_SEC / 20)

static enum grouping grouping_of(const struct stat *s)
{
	if (s->all)
		return GROUP_ALL;
	return s->per_vcpu || s->sel.has_vcpu ? GROUP_VCPU : GROUP_VM;
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

/* Leaves only what matches: a command may start the VM that the user asked for. */
static int narrow(struct stat *s, struct kvmlat_snapshot *snap)
{
	struct kvmlat_filter f = { 0 };
	struct trouble cause;
	size_t i, n;

	if (select_vms(&s->sel, &s->guests, snap, &f, &cause))
		return complain_of(&cause);
	for (i = n = 0; i < snap->nr_vcpus; i++) {
		struct kvmlat_vcpu *v = &snap->vcpus[i];

		if ((f.pid && v->pid != f.pid) || (f.vm_id && v->vm_id != f.vm_id))
			kvmlat_account_free(&v->account);
		else
			snap->vcpus[n++] = *v;
	}
	snap->nr_vcpus = n;
	return EXIT_OK;
}

static int take(struct stat *s, struct kvmlat_snapshot **snap)
{
	struct kvmlat_error err = { 0 };

	if (kvmlat_get_snapshot(s->k, &s->filter, snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&s->guests, *snap))
		return complain(EXIT_REFUSED, "out of memory");
	return EXIT_OK;
}

static int show(struct stat *s, const struct kvmlat_snapshot *snap, bool cumulative, bool whole)
{
	struct wish wish = {
		.grouping = grouping_of(s), .view = s->view, .key = s->key,
		.cumulative = cumulative,
		.skip_zeros = !s->all_reasons, .skip_empty = s->skip_empty, .whole = whole,
	};
	struct sample *sample = sample_make(snap, &s->guests, &wish);

	if (!sample)
		return complain(EXIT_REFUSED, "out of memory");
	if (sample->nr_blocks || cumulative || !s->skip_empty) {
		show_sample(s->to, s->output, sample, !s->shown);
		s->shown = true;
	}
	sample_free(sample);
	if (fflush(s->to))
		return complain(EXIT_REFUSED, "cannot write the output: %s", strerror(errno));
	return EXIT_OK;
}

/* A vCPU that nobody has is told before the user waits for it. */
static int check_vcpu(const struct stat *s, const struct kvmlat_snapshot *snap)
{
	struct trouble cause;

	if (!s->sel.has_vcpu || snap->nr_vcpus)
		return EXIT_OK;
	return outcome(trouble_vcpu(&cause, &s->sel), &cause);
}

static int show_delta(struct stat *s, const struct kvmlat_snapshot *newer,
		      const struct kvmlat_snapshot *older, bool whole)
{
	struct kvmlat_snapshot *delta = kvmlat_delta(newer, older);
	int ret = EXIT_OK;

	if (!delta)
		return complain(EXIT_REFUSED, "out of memory");
	if (s->command)
		ret = narrow(s, delta);
	if (ret == EXIT_OK && s->command)
		ret = check_vcpu(s, delta);
	if (ret == EXIT_OK)
		ret = show(s, delta, false, whole);
	kvmlat_snapshot_free(delta);
	return ret;
}

static int show_once(struct stat *s)
{
	struct kvmlat_snapshot *snap;
	int ret = take(s, &snap);

	if (ret)
		return ret;
	ret = check_vcpu(s, snap);
	if (!ret)
		ret = show(s, snap, true, false);
	kvmlat_snapshot_free(snap);
	return ret;
}

/* The VM that was asked for ended, and with it what can be shown of it. */
static bool is_over(const struct stat *s, const struct kvmlat_snapshot *snap)
{
	size_t i;

	if (s->command || !selects(&s->sel))
		return false;
	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone)
			return false;
	return true;
}

/*
 * Shows an interval after the other, and then all of them together: but not as JSON or CSV, where
 * who adds up lines would count all twice. @first is what the first begins at, and is freed.
 */
static int show_intervals(struct stat *s, struct kvmlat_snapshot *first, struct workload *w)
{
	uint64_t interval = s->interval ? s->interval : NSEC_PER_SEC;
	uint64_t start = monotonic_ns(), next = start + interval;
	uint64_t end = s->duration ? start + s->duration : UINT64_MAX;
	struct kvmlat_snapshot *older = first, *newer;
	bool last;
	int ret;

	do {
		uint64_t until = next < end ? next : end;
		enum wake wake = w ? workload_wait(w, until) :
				     wait_for(&s->wait, until, NULL, 0, NULL);

		ret = take(s, &newer);
		if (ret)
			break;
		last = wake != WAKE_TIME || next >= end || is_over(s, newer);
		ret = show_delta(s, newer, older, false);
		if (!ret && last && older != first && s->output == OUTPUT_TABLE)
			ret = show_delta(s, newer, first, true);
		if (older != first)
			kvmlat_snapshot_free(older);
		older = newer;
		/* An interval that the machine slept through is not caught up with. */
		while (next <= monotonic_ns())
			next += interval;
	} while (!ret && !last);
	if (older != first)
		kvmlat_snapshot_free(older);
	kvmlat_snapshot_free(first);
	return ret;
}

/* One table for all the time of the command, as perf stat without -I. */
static int show_whole(struct stat *s, struct kvmlat_snapshot *older, struct workload *w)
{
	struct kvmlat_snapshot *newer;
	int ret = EXIT_OK;

	while (workload_wait(w, monotonic_ns() + LEARN_NS) == WAKE_TIME && !ret)
		ret = learn(s);
	if (!ret)
		ret = take(s, &newer);
	if (!ret) {
		ret = show_delta(s, newer, older, false);
		kvmlat_snapshot_free(newer);
	}
	kvmlat_snapshot_free(older);
	return ret;
}

static int measure_command(struct stat *s)
{
	struct kvmlat_snapshot *older;
	struct workload w = { 0 };
	int ret, error;

	if (workload_start(&w, &s->wait, s->command))
		return complain(EXIT_REFUSED, "cannot start \"%s\": %s", s->command[0],
				strerror(errno));
	ret = take(s, &older);
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
	ret = s->interval ? show_intervals(s, older, &w) : show_whole(s, older, &w);
	/* What could not be shown was told; the command's own verdict goes before it. */
	error = workload_exit_code(&w);
	return error ? error : ret;
}

static int choose(struct stat *s)
{
	struct trouble cause;

	if (!s->command)
		return outcome(ask_vms(s->k, &s->sel, &s->guests, &s->filter, &cause), &cause);
	/* The VM may be one that the command starts: narrow() looks for it in what was measured. */
	s->filter.has_vcpu_id = s->sel.has_vcpu;
	s->filter.vcpu_id = s->sel.vcpu_id;
	return learn(s);
}

static int measure(struct stat *s)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	struct kvmlat_snapshot *older;
	int ret = choose(s);

	if (ret)
		return ret;
	if (wait_begin(&s->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	if (s->command)
		return measure_command(s);
	if (s->once)
		return show_once(s);
	ret = take(s, &older);
	if (ret)
		return ret;
	ret = check_vcpu(s, older);
	if (!ret)
		return show_intervals(s, older, NULL);
	kvmlat_snapshot_free(older);
	return ret;
}

static int run(int argc, char **argv)
{
	struct stat s = { .filter.histograms = true, .wait.signals = -1 };
	struct kvmlat_error err = { 0 };
	int ret;

	ret = stat_options(&s, argc, argv);
	if (ret)
		return ret;
	if (load_and_open(&s.k, &err))
		return complain_kvmlat(&err);

	/* The command's own output stays as it is without us. */
	s.to = s.command ? stderr : stdout;
	if (s.file)
		s.to = fopen(s.file, "we");
	if (s.to)
		ret = measure(&s);
	else
		ret = complain(EXIT_REFUSED, "cannot write \"%s\": %s", s.file,
			       strerror(errno));
	if (s.file && s.to)
		fclose(s.to);
	wait_end(&s.wait);
	guests_free(&s.guests);
	tell_unknown(s.k);
	kvmlat_close(s.k);
	return ret;
}

COMMAND(stat, run, "show where time goes and what exits cost, live or of a command", stat_usage);
