// SPDX-License-Identifier: GPL-2.0-only
/* Family "cpu": how many want the same CPU, and how much of it they get. */
#include <inttypes.h>
#include <stdio.h>

#include "evidence.h"

#define NSEC_PER_MSEC	1000000

void check_overcommit(const struct facts *f, struct finding *found)
{
	unsigned int cpus;
	struct tally t;

	if (!f->has_host) {
		is_unknown(found, "\"/sys/devices/system/cpu/online\" cannot be read");
		return;
	}
	if (!has_guests(f, found))
		return;
	cpus = cpus_count(&f->host.online);
	if (f->running <= cpus) {
		is_good(found, "%u vCPUs, %u CPUs", f->running, cpus);
		return;
	}
	is_bad(found, "%u vCPUs share %u CPUs", f->running, cpus);
	t = tally_state(f, KVMLAT_STATE_RUNQ);
	if (t.of)
		here_is(found, "vCPUs waited for a CPU in %.1f %% of their time",
			100.0 * t.ns / t.of);
	by_nothing(found, "move a guest to another host, or give guests fewer vCPUs");
}

/* Cores, or 0 if they are not known of all CPUs. */
static unsigned int count_cores(const struct facts *f)
{
	unsigned int cores = 0;
	size_t i;

	for (i = 0; i < f->nr_cpus; i++) {
		if (f->cpus[i].core < 0)
			return 0;
		cores += (uint32_t)f->cpus[i].core == f->cpus[i].cpu;
	}
	return cores;
}

/* The core that is the thread's only place; -1 if it has several. */
static int core_of(const struct facts *f, const struct fact_thread *t)
{
	struct cpus may = cpus_and(&t->allowed, &f->host.online);
	int core = -1;
	size_t i;

	if (!t->known || t->vcpu < 0)
		return -1;
	for (i = 0; i < f->nr_cpus; i++) {
		uint32_t cpu = f->cpus[i].cpu;

		if (!(may.words[cpu / CPU_WORD] >> (cpu % CPU_WORD) & 1))
			continue;
		if (core >= 0 && core != f->cpus[i].core)
			return -1;
		core = f->cpus[i].core;
	}
	return core;
}

/* Two guests whose vCPUs have the same core. */
static bool find_shared(const struct facts *f, size_t *one, size_t *other, int *core)
{
	uint32_t owner[MAX_CPUS] = { 0 };
	size_t i, j;

	for (i = 0; i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			*core = core_of(f, &f->vms[i].threads[j]);
			if (*core < 0)
				continue;
			if (owner[*core] && owner[*core] != i + 1) {
				*one = owner[*core] - 1;
				*other = i;
				return true;
			}
			owner[*core] = i + 1;
		}
	return false;
}

static bool knows_threads(const struct facts *f, struct finding *found)
{
	unsigned int unknown;

	vcpu_cpus(f, &unknown);
	if (unknown)
		is_unknown(found, "of %u vCPU threads nobody knows where they run", unknown);
	return !unknown;
}

void check_smt(const struct facts *f, struct finding *found)
{
	const struct fact *smt = &f->file[FACT_SMT];
	int active = switch_of(smt), core;
	unsigned int cores;
	size_t one, other;

	if (smt->known == ABSENT || !active) {
		is_good(found, "no CPU has a sibling");
		return;
	}
	if (active < 0) {
		is_unread(found, FACT_SMT);
		return;
	}
	if (!has_guests(f, found))
		return;
	cores = f->has_host ? count_cores(f) : 0;
	if (!cores) {
		is_unknown(found, "\"topology/thread_siblings_list\" of a CPU cannot be read");
		return;
	}
	if (f->running > cores) {
		is_bad(found, "%u vCPUs share %u cores, whose CPUs are siblings", f->running,
		       cores);
	} else if (find_shared(f, &one, &other, &core)) {
		is_bad(found, "vCPUs of guests \"%.80s\" and \"%.80s\" have to share the core of CPU %d",
		       f->vms[one].guest, f->vms[other].guest, core);
	} else {
		if (knows_threads(f, found))
			is_good(found, "%u vCPUs, %u cores", f->running, cores);
		return;
	}
	by_command(found, "echo off >/sys/devices/system/cpu/smt/control");
}

void check_quota(const struct facts *f, struct finding *found)
{
	const struct quota *worst = NULL;
	size_t i;

	if (!has_guests(f, found))
		return;
	for (i = 0; i < f->quotas.nr; i++) {
		const struct quota *q = &f->quotas.all[i];

		if (q->throttled && (!worst || q->throttled_ns > worst->throttled_ns))
			worst = q;
	}
	if (worst) {
		is_bad(found, "group \"%.200s\" of VM %u may use %" PRIu64 "ms of each %" PRIu64
		       "ms: %" PRIu64 " of %" PRIu64 " periods used that up", worst->group,
		       worst->vm_id, worst->max / NSEC_PER_MSEC, worst->period / NSEC_PER_MSEC,
		       worst->throttled, worst->periods);
		here_is(found, "its threads were stopped for %" PRIu64 "ms in all",
			worst->throttled_ns / NSEC_PER_MSEC);
		by_nothing(found, "raise or lift \"cpu.max\" of that group (CPUQuota= of systemd, <quota> of libvirt)");
		return;
	}
	for (i = 0; i < f->nr_vms; i++)
		if (!f->vms[i].has_group) {
			is_unknown(found, "the cgroup of VM %u cannot be read", f->vms[i].vm_id);
			return;
		}
	is_good(found, "no quota stopped a vCPU; groups that have one: %zu", f->quotas.nr);
}
