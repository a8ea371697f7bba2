// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "placement.h"

struct sched placement_of(const struct placement *want, const struct sched *now,
			  unsigned int index)
{
	struct sched s = *now;
	int cpu = -1;

	if (want->policy >= 0) {
		s.policy = want->policy;
		s.priority = want->priority;
		s.nice = want->priority ? 0 : now->nice;
	}
	if (!want->has_cpus)
		return s;
	s.cpus = want->cpus;
	if (want->one_each) {
		for (; index + 1; index--)
			cpu = cpus_next(&want->cpus, cpu);
		memset(&s.cpus, 0, sizeof(s.cpus));
		cpus_add(&s.cpus, cpu);
	}
	return s;
}

bool placement_possible(const struct placement *want, const struct host *h, unsigned int nr,
			char *why, size_t size)
{
	struct cpus absent = cpus_minus(&want->cpus, &h->online);
	char list[256], online[256];

	if (!want->has_cpus)
		return true;
	if (cpus_count(&absent)) {
		cpus_format(&absent, list, sizeof(list));
		cpus_format(&h->online, online, sizeof(online));
		snprintf(why, size, "CPUs \"%s\" are not online, only \"%s\" are", list, online);
		return false;
	}
	if (want->one_each && cpus_count(&want->cpus) < nr) {
		cpus_format(&want->cpus, list, sizeof(list));
		snprintf(why, size, "CPUs \"%s\" are too few for %u threads with one each", list,
			 nr);
		return false;
	}
	return true;
}

bool placement_safe(const struct sched *s, const struct host *h, char *why, size_t size)
{
	struct cpus used = cpus_and(&s->cpus, &h->online);
	struct cpus shared = cpus_minus(&used, &h->isolated);
	char list[256], isolated[256], full[256];
	struct cpus lacking;

	if (!s->priority)
		return true;
	cpus_format(&h->isolated, isolated, sizeof(isolated));
	cpus_format(&h->nohz_full, full, sizeof(full));
	if (cpus_equal(&used, &h->online)) {
		snprintf(why, size,
			 "a vCPU with a real-time priority may not have all CPUs: the host needs one to itself (isolated: %s, nohz_full: %s)",
			 isolated, full);
		return false;
	}
	if (cpus_count(&shared)) {
		cpus_format(&shared, list, sizeof(list));
		snprintf(why, size,
			 "CPUs \"%s\" are not isolated (isolated: %s, nohz_full: %s): a busy vCPU with a real-time priority starves what the host runs there",
			 list, isolated, full);
		return false;
	}
	lacking = cpus_and(&used, &h->guard.lacking);
	if (!cpus_count(&lacking))
		return true;
	cpus_format(&lacking, list, sizeof(list));
	if (h->guard.fair_server)
		snprintf(why, size,
			 "CPUs \"%s\" have no fair server (its runtime in /sys/kernel/debug/sched/fair_server is 0): a vCPU that never halts starves the kernel's own threads there",
			 list);
	else
		snprintf(why, size,
			 "real-time throttling is off (sched_rt_runtime_us is -1, or all of sched_rt_period_us): a vCPU that never halts starves the kernel's own threads on its CPU");
	return false;
}

bool placement_unsure(const struct host *h, char *why, size_t size)
{
	if (h->guard.known)
		return false;
	snprintf(why, size,
		 "whether real-time threads leave the kernel's own any time is unknown: \"%s\" cannot be read",
		 h->guard.fair_server ? "/sys/kernel/debug/sched/fair_server" :
		 "/proc/sys/kernel/sched_rt_runtime_us");
	return true;
}

/* Threads that have no other CPU than @cpus. */
static unsigned int confined(const struct sched *all, size_t nr, const struct host *h,
			     const struct cpus *cpus)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		struct cpus used = cpus_and(&all[i].cpus, &h->online);

		used = cpus_minus(&used, cpus);
		n += all[i].priority && !cpus_count(&used);
	}
	return n;
}

bool placement_crowded(const struct sched *all, size_t nr, const struct host *h, char *why,
		       size_t size)
{
	char list[256];
	size_t i;

	for (i = 0; i < nr; i++) {
		struct cpus used = cpus_and(&all[i].cpus, &h->online);
		unsigned int n, room = cpus_count(&used);

		/* Most are as the one before: what holds of that holds of them. */
		if (!all[i].priority || (i && cpus_equal(&all[i].cpus, &all[i - 1].cpus)))
			continue;
		n = confined(all, nr, h, &used);
		if (!room || n <= room)
			continue;
		cpus_format(&used, list, sizeof(list));
		snprintf(why, size,
			 "%u vCPUs with real-time priorities have only CPUs \"%s\": one that does not halt keeps the others waiting, with --rr for 100 ms a turn and with --fifo for ever",
			 n, list);
		return true;
	}
	return false;
}
