// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/paths.h"
#include "command.h"
#include "record.h"
#include "record/notes.h"
#include "record/host_facts.h"
#include "record/recording.h"

/* How often the module is asked for outliers, of which it keeps few, and for changes. */
#define LOOK_NS		(NSEC_PER_SEC / 10)

/* How many intervals come between looking which groups of processes have a limit. */
#define LIMITS_EVERY	16

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* Which groups have a limit is looked up now and then: threads are many, and their groups few. */
static int read_quotas(struct recorder *r, struct reading *to)
{
	if (r->writer.interval % LIMITS_EVERY && r->writer.last.snap)
		return quotas_again(&to->quotas, &r->writer.last.quotas);
	return quotas_read(&to->quotas, to->snap);
}

/* A command may start the VM that is asked for: what matches is looked for at each reading. */
static int read_accounts(struct recorder *r, struct reading *to)
{
	const struct labels *known = r->writer.since_full + 1 < FULL_EVERY ?
				     &r->writer.last.labels : NULL;
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *raw;

	memset(to, 0, sizeof(*to));
	if (kvmlat_refresh(r->k, &r->filter, r->raw, &raw, &err))
		return complain_kvmlat(&err);
	kvmlat_snapshot_free(r->raw);
	r->raw = raw;
	to->moment.real = clock_ns(CLOCK_REALTIME);
	to->moment.monotonic = clock_ns(CLOCK_MONOTONIC);
	if (guests_learn(&r->guests, raw))
		return complain(EXIT_REFUSED, "out of memory");
	/* What is taken away from a copy is not missing in what is refreshed next. */
	to->snap = recording_keep(raw);
	if (to->snap)
		select_narrow(&r->sel, &r->guests, to->snap);
	if (to->snap && !labels_learn(&to->labels, to->snap, known) && !read_quotas(r, to))
		return EXIT_OK;
	reading_free(to);
	return complain(EXIT_REFUSED, "out of memory");
}

static bool is_wanted(const struct recorder *r, const struct kvmlat_outlier *o)
{
	const struct kvmlat_vm *vm = kvmlat_find_vm(r->raw, o->vm_id);

	return selects_vcpu(&r->sel, o->vcpu_id) &&
	       (!selects(&r->sel) || (vm && selects_vm(&r->sel, &r->guests, r->raw, vm)));
}

static void take_outlier(const struct kvmlat_outlier *o, void *ctx)
{
	struct recorder *r = ctx;

	if (is_wanted(r, o))
		pending_outlier(&r->writer.pending, o);
}

static void take_change(const struct kvmlat_knob_event *e, void *ctx)
{
	struct recorder *r = ctx;

	pending_change(&r->writer.pending, e);
}

static int look_for_changes(struct recorder *r)
{
	struct pollfd fd = { .events = POLLIN };
	struct kvmlat_error err = { 0 };
	int ret;

	if (!r->group)
		return EXIT_OK;
	fd.fd = kvmlat_fd(r->group);
	while (poll(&fd, 1, 0) > 0) {
		ret = kvmlat_read_events(r->group, take_change, r, &err);
		if (ret < 0)
			return complain_kvmlat(&err);
		r->writer.pending.dropped_changes += ret;
	}
	return EXIT_OK;
}

/* Of all that was watched for, of which those that are not asked for may have been, too. */
static int look(struct recorder *r)
{
	struct kvmlat_error err = { 0 };
	uint64_t dropped = r->dropped;

	if (kvmlat_get_outliers(r->k, take_outlier, r, &dropped, &err))
		return complain_kvmlat(&err);
	r->writer.pending.dropped_outliers += dropped - r->dropped;
	r->dropped = dropped;
	return look_for_changes(r);
}

/* A disk that is full may be emptied: until then nothing is forgotten but how it came about. */
static int write_interval(struct recorder *r)
{
	struct reading reading;
	struct trouble why;
	int ret = read_accounts(r, &reading);

	if (ret)
		return ret;
	switch (writer_interval(&r->writer, &reading, &r->guests, &why)) {
	case WRITTEN:
		if (r->stuck)
			tell("writing goes on; what happened meanwhile is in one interval");
		r->stuck = false;
		return EXIT_OK;
	case NOT_WRITTEN:
		if (!r->stuck)
			complain_of(&why);
		r->stuck = true;
		return EXIT_OK;
	default:
		return complain_of(&why);
	}
}

static enum wake pause_until(struct recorder *r, uint64_t until)
{
	if (r->command)
		return workload_wait(&r->workload, until);
	return wait_for(&r->wait, until, NULL, 0, NULL);
}

/* The VM that was asked for ended, and with it what can be recorded of it. */
static bool is_over(const struct recorder *r)
{
	size_t i;

	if (r->command || !selects(&r->sel))
		return false;
	for (i = 0; i < r->raw->nr_vms; i++)
		if (!r->raw->vms[i].gone && selects_vm(&r->sel, &r->guests, r->raw,
						       &r->raw->vms[i]))
			return false;
	return true;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int follow(struct recorder *r)
{
	uint64_t start = monotonic_ns(), next = start + r->interval, looks;
	uint64_t end = r->duration ? start + r->duration : UINT64_MAX;
	enum wake wake;
	int ret;

	do {
		do {
			looks = monotonic_ns() + LOOK_NS;
			wake = pause_until(r, earliest(looks, earliest(next, end)));
			if (wake == WAKE_FAILED)
				return complain(EXIT_REFUSED, "cannot wait: %s", strerror(errno));
			ret = look(r);
		} while (!ret && wake == WAKE_TIME && monotonic_ns() < earliest(next, end));
		if (!ret)
			ret = write_interval(r);
		/* An interval that the machine slept through is not caught up with. */
		while (next <= monotonic_ns())
			next += r->interval;
	} while (!ret && wake == WAKE_TIME && monotonic_ns() < end && !is_over(r));
	return ret || !r->stuck ? ret : EXIT_REFUSED;
}

static int take_facts(struct recorder *r, const struct kvmlat_snapshot *snap)
{
	struct bytes *to = &r->writer.facts;
	struct kvmlat_error err = { 0 };
	struct kvmlat_knobs knobs;
	struct kvmlat_info info;
	char text[32];

	if (kvmlat_get_info(r->k, &info, &err))
		return complain_kvmlat(&err);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)r->interval);
	put_note(to, "interval ns", text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)r->threshold);
	put_note(to, "threshold ns", text);
	put_host_facts(to, path_root(), &info, snap);
	kvmlat_info_free(&info);
	if (kvmlat_get_knobs(r->k, NULL, &knobs, &err))
		return complain_kvmlat(&err);
	put_note_knobs(to, &knobs);
	kvmlat_knobs_free(&knobs);
	return EXIT_OK;
}

static int watch(struct recorder *r)
{
	struct kvmlat_watch watch = {
		.kinds = r->kinds, .vm_id = r->filter.vm_id, .pid = r->filter.pid,
	};
	struct kvmlat_error err = { 0 };
	unsigned int i;

	for (i = 0; i < KVMLAT_NR_OUTLIER_KINDS; i++)
		watch.threshold[i] = r->threshold;
	return kvmlat_watch(r->k, &watch, &err) ? complain_kvmlat(&err) : EXIT_OK;
}

/* Who may read accounts may not always see who changes knobs. */
static int join(struct recorder *r)
{
	struct kvmlat_error err = { 0 };

	if (load_and_open(&r->group, &err))
		return complain_kvmlat(&err);
	if (!kvmlat_join_events(r->group, &err))
		return EXIT_OK;
	kvmlat_close(r->group);
	r->group = NULL;
	if (err.status != KVMLAT_E_PERMISSION)
		return complain_kvmlat(&err);
	tell("changes of knobs are not recorded: that needs CAP_SYS_ADMIN");
	return EXIT_OK;
}

static int begin(struct recorder *r)
{
	struct reading first;
	struct trouble why;
	int ret = read_accounts(r, &first);

	if (!ret)
		ret = take_facts(r, first.snap);
	if (!ret)
		ret = outcome(writer_begin(&r->writer, &first, &r->guests, &why), &why);
	reading_free(&first);
	return ret;
}

static int choose(struct recorder *r)
{
	struct trouble why;

	if (r->command)
		return EXIT_OK;
	return outcome(await_vms(r->k, &r->sel, &r->guests, &r->filter, &r->wait,
				 r->duration ? monotonic_ns() + r->duration : UINT64_MAX, tell,
				 &why), &why);
}

static int record_command(struct recorder *r)
{
	int ret, error;

	if (workload_start(&r->workload, &r->wait, r->command))
		return complain(EXIT_REFUSED, "cannot start \"%s\": %s", r->command[0],
				strerror(errno));
	ret = begin(r);
	if (ret)
		return ret;
	guests_expect(&r->guests, r->workload.pid, r->command);
	error = workload_release(&r->workload);
	if (error) {
		workload_exit_code(&r->workload);
		return complain(error == ENOENT ? 127 : 126, "cannot run \"%s\": %s",
				r->command[0], strerror(error));
	}
	ret = follow(r);
	/* What could not be recorded was told; the command's own verdict goes before it. */
	error = workload_exit_code(&r->workload);
	return error ? error : ret;
}

static int record(struct recorder *r)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	int ret;

	if (wait_begin(&r->wait, ends))
		return complain(EXIT_REFUSED, "cannot wait for signals: %s", strerror(errno));
	ret = choose(r);
	if (!ret)
		ret = join(r);
	if (!ret)
		ret = watch(r);
	if (ret)
		return ret;
	if (r->command)
		return record_command(r);
	ret = begin(r);
	return ret ? ret : follow(r);
}

static int run(int argc, char **argv)
{
	struct recorder r = {
		.filter = { .histograms = true, .details = true }, .wait.signals = -1,
		.writer.file.fd = -1,
	};
	struct kvmlat_error err = { 0 };
	int ret;

	ret = record_options(&r, argc, argv);
	if (ret)
		return ret;
	if (load_and_open(&r.k, &err))
		return complain_kvmlat(&err);
	ret = record(&r);
	writer_end(&r.writer, r.writer.interval);
	wait_end(&r.wait);
	guests_free(&r.guests);
	kvmlat_snapshot_free(r.raw);
	tell_unknown(r.k);
	kvmlat_close(r.group);
	kvmlat_close(r.k);
	return ret;
}

COMMAND(record, run, "keep accounts, outliers and changes of knobs in a file", record_usage);
