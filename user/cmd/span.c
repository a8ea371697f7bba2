// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "span.h"

bool span_agrees(const char *command, const struct span *s)
{
	if (s->file || (!s->since.given && !s->until.given))
		return true;
	complain(0, "%s: --since and --until choose a part of a recording: they need --read",
		 command);
	return false;
}

const char *replay_thread(const void *labels, uint32_t vm_id, uint32_t vcpu_id)
{
	return labels_thread(labels, vm_id, vcpu_id);
}

/**
 * struct progress - what was read and not shown yet
 * @first: the accounts as they were at the @begin of what is to be shown next; NULL for none
 * @base: as they were at the begin of all, or after the last interval that is missing
 * @last: the last reading, of interval @number, which was at @end
 * @sum: what happened before @base
 * @quotas: what happened in them since @first, and in @all_quotas since the begin
 */
struct progress {
	const struct replay	*replay;
	struct kvmlat_snapshot	*first;
	int64_t			begin;
	struct kvmlat_snapshot	*base;
	struct kvmlat_snapshot	*last;
	uint32_t		number;
	struct moment		end;
	struct kvmlat_snapshot	*sum;
	struct quotas		quotas;
	struct quotas		all_quotas;
};

/* So much later all of @to began, as if what is missing had not been. */
static int add_account(struct kvmlat_vcpu *to, const struct kvmlat_vcpu *more)
{
	struct kvmlat_account *a = &to->account;
	const uint32_t vcpus = a->nr_vcpus;
	const uint64_t start = a->start + (more->account.start - a->end);

	if (kvmlat_merge(a, &more->account))
		return -1;
	a->nr_vcpus = vcpus;
	a->start = start;
	to->gone = more->gone;
	to->state = more->state;
	to->state_since = more->state_since;
	to->open = more->open;
	to->open_cls = more->open_cls;
	to->open_code = more->open_code;
	to->open_since = more->open_since;
	a->halt.window_min = more->account.halt.window_min;
	a->halt.window_max = more->account.halt.window_max;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct kvmlat_vcpu *x = a, *y = b;

	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	return (x->vcpu_id > y->vcpu_id) - (x->vcpu_id < y->vcpu_id);
}

/* @more, which is used up, is added to what is there. */
static int add_all(struct kvmlat_snapshot **sum, struct kvmlat_snapshot *more)
{
	struct kvmlat_snapshot *s = *sum;
	struct kvmlat_vcpu *all;
	size_t i, nr;

	if (!s) {
		*sum = more;
		return 0;
	}
	all = realloc(s->vcpus, (s->nr_vcpus + more->nr_vcpus + 1) * sizeof(*all));
	if (!all)
		return -1;
	s->vcpus = all;
	for (i = 0, nr = s->nr_vcpus; i < more->nr_vcpus; i++) {
		const struct kvmlat_vcpu *v = kvmlat_find_vcpu(s, more->vcpus[i].vm_id,
							       more->vcpus[i].vcpu_id);

		if (!v) {
			all[nr++] = more->vcpus[i];
			memset(&more->vcpus[i].account, 0, sizeof(more->vcpus[i].account));
		} else if (add_account(&all[v - all], &more->vcpus[i])) {
			return -1;
		}
	}
	s->nr_vcpus = nr;
	qsort(all, nr, sizeof(*all), by_id);
	free(s->vms);
	s->vms = more->vms;
	s->nr_vms = more->nr_vms;
	s->now = more->now;
	s->monotonic = more->monotonic;
	s->interrupted |= more->interrupted;
	more->vms = NULL;
	more->nr_vms = 0;
	kvmlat_snapshot_free(more);
	return 0;
}

static int no_memory(void)
{
	return complain(EXIT_REFUSED, "out of memory");
}

static void forget(struct kvmlat_snapshot **s)
{
	kvmlat_snapshot_free(*s);
	*s = NULL;
}

/* What happened since p->first, up to @newer. */
static int show_chunk(struct progress *p, const struct interval *in,
		      const struct kvmlat_snapshot *newer)
{
	const struct replay *rp = p->replay;
	struct kvmlat_snapshot *delta;
	int ret;

	if (!p->first || rp->only_total)
		return EXIT_OK;
	delta = kvmlat_delta(newer, p->first);
	if (!delta)
		return no_memory();
	ret = rp->show(rp->ctx, &(struct shown){ in, p->begin, delta, &p->quotas, false });
	kvmlat_snapshot_free(delta);
	quotas_free(&p->quotas);
	forget(&p->first);
	return ret;
}

/* An interval before @in is missing: what came before it ends there. */
static int end_part(struct progress *p, const struct interval *in)
{
	struct interval at = *in;
	struct kvmlat_snapshot *delta;
	int ret;

	at.end = p->end;
	ret = show_chunk(p, &at, p->last);
	if (ret || !p->base)
		return ret;
	delta = kvmlat_delta(p->last, p->base);
	if (!delta || add_all(&p->sum, delta))
		return no_memory();
	forget(&p->base);
	return EXIT_OK;
}

static int keep(struct kvmlat_snapshot **to, const struct kvmlat_snapshot *snap)
{
	kvmlat_snapshot_free(*to);
	*to = recording_keep(snap);
	return *to ? EXIT_OK : no_memory();
}

static int add_quotas(struct progress *p, const struct interval *in)
{
	struct quotas delta;
	int ret = quotas_since(&delta, in->quotas, in->older_quotas);

	if (!ret)
		ret = quotas_sum(&p->quotas, &delta);
	if (!ret)
		ret = quotas_sum(&p->all_quotas, &delta);
	quotas_free(&delta);
	return ret ? no_memory() : EXIT_OK;
}

static int take(struct progress *p, const struct interval *in)
{
	const struct replay *rp = p->replay;
	int64_t length = in->end.monotonic - in->begin.monotonic;
	int ret = EXIT_OK;

	if (p->last && in->number != p->number + 1)
		ret = end_part(p, in);
	if (!ret && rp->total && !p->base)
		ret = keep(&p->base, in->older);
	if (!ret && !p->first && !rp->only_total) {
		p->begin = in->begin.monotonic;
		ret = keep(&p->first, in->older);
	}
	if (!ret)
		ret = keep(&p->last, in->newer);
	if (!ret)
		ret = add_quotas(p, in);
	p->number = in->number;
	p->end = in->end;
	if (!ret && rp->each)
		ret = rp->each(rp->ctx, in);
	/* Intervals are not of a length to the nanosecond. */
	if (!ret && in->end.monotonic - p->begin + length / 2 >= (int64_t)rp->interval)
		ret = show_chunk(p, in, in->newer);
	return ret;
}

/* The rest, and all of it. */
static int finish(struct progress *p, struct interval *in)
{
	const struct replay *rp = p->replay;
	struct kvmlat_snapshot *delta;
	int ret;

	if (!p->last)
		return complain(EXIT_NO_VM, "\"%s\" has no interval of that time", rp->span->file);
	in->end = p->end;
	ret = show_chunk(p, in, p->last);
	if (ret || !rp->total)
		return ret;
	delta = kvmlat_delta(p->last, rp->since_start ? NULL : p->base);
	if (rp->since_start)
		forget(&p->sum);
	if (!delta || add_all(&p->sum, delta))
		return no_memory();
	return rp->show(rp->ctx, &(struct shown){
		in, 0, p->sum, rp->since_start ? in->quotas : &p->all_quotas, true });
}

/* Up to where: by the clock of the recording. */
static int64_t until(const struct replay *rp, const struct recording *r, int64_t since)
{
	int64_t end = INT64_MAX;

	if (rp->span->until.given)
		end = told_time_ns(&rp->span->until, recording_begin(r));
	if (rp->duration && since + (int64_t)rp->duration < end)
		end = since + rp->duration;
	return end;
}

int replay_run(const struct replay *rp, struct recording *r, struct losses *losses)
{
	struct progress p = { .replay = rp };
	struct interval in = { .number = 0 }, next;
	struct trouble why;
	int64_t since = recording_begin(r), end;
	char text[256];
	int ret = EXIT_OK, got;

	if (rp->span->since.given)
		since = told_time_ns(&rp->span->since, since);
	end = until(rp, r, since);
	while (!ret && (got = recording_next(r, &next, &why)) > 0) {
		int64_t middle = next.begin.real + (next.end.real - next.begin.real) / 2;

		if (middle < since)
			continue;
		if (middle >= end)
			break;
		in = next;
		ret = take(&p, &in);
	}
	if (!ret && got < 0)
		ret = complain_of(&why);
	*losses = *recording_losses(r);
	/* What comes later is not asked for. */
	losses->ended |= got > 0;
	if (!ret)
		ret = finish(&p, &in);
	if (losses_tell(losses, text, sizeof(text)))
		tell(text);
	kvmlat_snapshot_free(p.first);
	kvmlat_snapshot_free(p.base);
	kvmlat_snapshot_free(p.last);
	kvmlat_snapshot_free(p.sum);
	quotas_free(&p.quotas);
	quotas_free(&p.all_quotas);
	return ret;
}

int replay_file(const struct replay *rp)
{
	struct losses losses;
	struct recording *r;
	struct trouble why;
	int ret;

	r = recording_open(rp->span->file, &why);
	if (!r)
		return complain_of(&why);
	ret = replay_run(rp, r, &losses);
	recording_close(r);
	return ret;
}
