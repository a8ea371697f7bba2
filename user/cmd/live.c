// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"
#include "command.h"
#include "live.h"

int live_show(const struct live *live, const struct kvmlat_snapshot *newer,
	      const struct kvmlat_snapshot *older, bool whole)
{
	struct kvmlat_snapshot *delta = kvmlat_delta(newer, older);
	int ret;

	if (!delta)
		return complain(EXIT_REFUSED, "out of memory");
	ret = live->show(live->ctx, delta, whole);
	kvmlat_snapshot_free(delta);
	return ret;
}

/* SIGHUP only has the output's file opened anew, and the interval goes on. */
static enum wake pause_until(const struct live *live, uint64_t until, int *ret)
{
	enum wake wake;
	int which = 0;

	if (live->workload)
		return workload_wait(live->workload, until);
	do {
		wake = wait_for(live->wait, until, NULL, 0, &which);
		if (wake != WAKE_SIGNAL || which != SIGHUP)
			return wake;
		*ret = live->reopen(live->ctx);
	} while (!*ret);
	return wake;
}

int live_run(const struct live *live, struct kvmlat_snapshot *first)
{
	uint64_t start = monotonic_ns(), next = start + live->interval;
	uint64_t end = live->duration ? start + live->duration : UINT64_MAX;
	struct kvmlat_snapshot *older = first, *newer;
	bool last;
	int ret;

	do {
		uint64_t until = next < end ? next : end;
		enum wake wake;

		ret = EXIT_OK;
		wake = pause_until(live, until, &ret);
		if (!ret)
			ret = live->take(live->ctx, older, &newer);
		if (ret)
			break;
		last = wake != WAKE_TIME || next >= end || live->over(live->ctx, newer);
		ret = live_show(live, newer, older, false);
		if (!ret && last && older != first && live->total)
			ret = live_show(live, newer, first, true);
		if (older != first)
			kvmlat_snapshot_free(older);
		older = newer;
		/* An interval that the machine slept through is not caught up with. */
		while (next <= monotonic_ns())
			next += live->interval;
	} while (!ret && !last);
	if (older != first)
		kvmlat_snapshot_free(older);
	kvmlat_snapshot_free(first);
	return ret;
}
