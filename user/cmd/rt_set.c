// SPDX-License-Identifier: GPL-2.0-only
/* "kvmlat rt" with --cpus, --fifo, --rr or --other */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "rt.h"

/*
 * What the threads become, and those that were set before and that nobody asked for now: their
 * priorities are real-time ones as well. NULL if memory is short.
 */
static struct sched *all_scheds(const struct rt *rt, size_t *nr)
{
	struct sched *all = calloc(rt->threads.nr + rt->restore.nr + 1, sizeof(*all));
	size_t i, j;

	if (!all)
		return NULL;
	*nr = rt->threads.nr;
	for (i = 0; i < rt->threads.nr; i++)
		all[i] = placement_of(&rt->want, &rt->threads.all[i].sched, i);
	for (i = 0; i < rt->restore.nr; i++) {
		const struct record *r = &rt->restore.records[i];

		for (j = 0; j < rt->threads.nr; j++)
			if (rt->threads.all[j].task.tid == r->task.tid)
				break;
		if (j == rt->threads.nr)
			all[(*nr)++] = r->new;
	}
	return all;
}

static int warn(const struct rt *rt)
{
	size_t nr, i;
	struct sched *all;
	char why[1024];

	all = all_scheds(rt, &nr);
	if (!all)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < rt->threads.nr; i++)
		if (all[i].priority)
			break;
	if (i == rt->threads.nr) {
		free(all);
		return EXIT_OK;
	}
	if (placement_unsure(&rt->host, why, sizeof(why)))
		complain(0, "warning: %s", why);
	if (placement_crowded(all, nr, &rt->host, why, sizeof(why)))
		complain(0, "warning: %s", why);
	free(all);
	return EXIT_OK;
}

int rt_check(const struct rt *rt)
{
	char why[1024];
	size_t i;

	if (!placement_possible(&rt->want, &rt->host, rt->threads.nr, why, sizeof(why)))
		return complain(EXIT_REFUSED, "%s", why);
	for (i = 0; i < rt->threads.nr; i++) {
		const struct thread *p = &rt->threads.all[i];
		struct sched s;

		if (!p->known)
			return complain(EXIT_REFUSED,
					"vCPU %u of VM %u has no thread yet, or it ended: nothing was changed",
					p->vcpu_id, p->vm_id);
		s = placement_of(&rt->want, &p->sched, i);
		if (!rt->force && !placement_safe(&s, &rt->host, why, sizeof(why)))
			return complain(EXIT_REFUSED, "%s; --force does it nevertheless", why);
	}
	return warn(rt);
}

static int fail_set(const struct thread *p, int error)
{
	if (error == ESRCH)
		return complain(EXIT_NO_VM, "thread %u of vCPU %u ended", p->task.tid, p->vcpu_id);
	if (error == EBUSY)
		return complain(EXIT_REFUSED, "thread %u of vCPU %u has a deadline: it is left alone",
				p->task.tid, p->vcpu_id);
	if (error == EINVAL)
		return complain(EXIT_REFUSED, "thread %u of vCPU %u: its cpuset has none of the CPUs",
				p->task.tid, p->vcpu_id);
	return complain(error == EPERM ? EXIT_NO_PERMISSION : EXIT_REFUSED,
			"thread %u of vCPU %u cannot be set: %s", p->task.tid, p->vcpu_id,
			strerror(error));
}

/* What was changed before the thread that could not be, newest first. */
static void roll_back(struct rt *rt, size_t nr)
{
	while (nr--)
		task_set(&rt->threads.all[nr].task, &rt->threads.all[nr].sched);
}

/* What could not be undone later is not done: records are written before the first is set. */
static int announce(struct rt *rt)
{
	char why[1024];
	size_t i;

	for (i = 0; i < rt->threads.nr; i++) {
		const struct thread *p = &rt->threads.all[i];
		struct sched want = placement_of(&rt->want, &p->sched, i);

		if (restore_announce(&rt->restore, &p->task, &p->sched, &want))
			return complain(EXIT_REFUSED, "out of memory");
	}
	if (restore_save(&rt->restore, why, sizeof(why)))
		return complain(EXIT_REFUSED, "%s", why);
	return EXIT_OK;
}

static int set_thread(const struct rt *rt, const struct thread *p, size_t i)
{
	struct sched want = placement_of(&rt->want, &p->sched, i), now;
	char asked[256], got[256];
	struct cpus here;

	if (task_set(&p->task, &want) || task_get(&p->task, &now))
		return -1;
	here = cpus_and(&now.cpus, &rt->host.online);
	want.cpus = cpus_and(&want.cpus, &rt->host.online);
	if (!cpus_equal(&here, &want.cpus)) {
		cpus_format(&want.cpus, asked, sizeof(asked));
		cpus_format(&here, got, sizeof(got));
		complain(0, "thread %u of vCPU %u: its cpuset leaves CPUs %s of %s", p->task.tid,
			 p->vcpu_id, got, asked);
	}
	return 0;
}

int rt_set(struct rt *rt)
{
	struct sched now;
	int ret, error;
	size_t i;

	ret = announce(rt);
	if (ret)
		return ret;
	for (i = 0; i < rt->threads.nr; i++) {
		if (!set_thread(rt, &rt->threads.all[i], i))
			continue;
		error = errno;
		roll_back(rt, i);
		ret = fail_set(&rt->threads.all[i], error);
		break;
	}
	for (i = 0; i < rt->threads.nr; i++)
		if (!task_get(&rt->threads.all[i].task, &now))
			restore_done(&rt->restore, &rt->threads.all[i].task, &now);
	return ret;
}
