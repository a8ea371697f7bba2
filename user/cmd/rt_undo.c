// SPDX-License-Identifier: GPL-2.0-only
/* "kvmlat rt --undo" */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "rt.h"

static int fail_undo(const struct record *r, int error)
{
	return complain(error == EPERM ? EXIT_NO_PERMISSION : EXIT_REFUSED,
			"thread %u cannot be set back: %s", r->task.tid, strerror(error));
}

/* What is somebody else's is left to him, but for --force, and the record with it. */
static int complain_left(const struct rt *rt, const struct record *r, const struct sched *now)
{
	bool cpus = record_cpus_are_ours(r, now, &rt->host.online);
	char was[64], is[64];

	sched_format(&r->new, was, sizeof(was));
	sched_format(now, is, sizeof(is));
	if (record_policy_is_ours(r, now))
		return complain(EXIT_REFUSED,
				"thread %u is set back but for its CPUs: somebody else changed those since",
				r->task.tid);
	return complain(EXIT_REFUSED,
			"thread %u is left as it is: somebody else changed it since (%s was set, it is %s%s)",
			r->task.tid, was, is, cpus ? "" : ", on other CPUs");
}

/* Returns whether its record has served its purpose. */
static bool undo_one(struct rt *rt, struct record *r, int *ret)
{
	struct sched now, back = r->old;
	bool left;

	if (task_get(&r->task, &now)) {
		if (errno != ESRCH)
			*ret = complain(EXIT_REFUSED, "thread %u cannot be read: %s", r->task.tid,
					strerror(errno));
		return errno == ESRCH;
	}
	left = !rt->force && !record_policy_is_ours(r, &now);
	if (left) {
		*ret = complain_left(rt, r, &now);
		return false;
	}
	left = !rt->force && !record_cpus_are_ours(r, &now, &rt->host.online);
	if (left)
		back.cpus = now.cpus;
	if (task_set(&r->task, &back) && errno != ESRCH) {
		*ret = fail_undo(r, errno);
		return false;
	}
	if (left)
		*ret = complain_left(rt, r, &now);
	return !left;
}

static bool asked_for(const struct rt *rt, const struct record *r)
{
	size_t i;

	if (!selects(&rt->sel) && !rt->sel.vcpus)
		return true;
	for (i = 0; i < rt->threads.nr; i++)
		if (rt->threads.all[i].task.tid == r->task.tid)
			return true;
	return false;
}

int rt_undo(struct rt *rt)
{
	size_t i = rt->restore.nr;
	int ret = EXIT_OK;

	while (i--) {
		struct record *r = &rt->restore.records[i];

		if (asked_for(rt, r) && undo_one(rt, r, &ret))
			restore_remove(&rt->restore, r);
	}
	return ret;
}
