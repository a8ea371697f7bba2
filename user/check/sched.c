// SPDX-License-Identifier: GPL-2.0-only
/* Family "scheduling": when the kernel lets a vCPU run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "sched/placement.h"

/* What threads that serve interrupts have, where the kernel has such. */
#define IRQ_PRIORITY	50

/* Of a kernel that was built so, or of its command line. */
static bool read_mode(const struct facts *f, char *mode, size_t size)
{
	static const char key[] = "preempt=";
	const struct fact *line = &f->file[FACT_CMDLINE], *version = &f->file[FACT_VERSION];
	const char *p;

	if (switch_of(&f->file[FACT_REALTIME]) == 1) {
		snprintf(mode, size, "rt");
		return true;
	}
	if (f->file[FACT_PREEMPT].known == READ)
		return chosen_of(f->file[FACT_PREEMPT].text, mode, size);
	if (version->known != READ)
		return false;
	if (strstr(version->text, "PREEMPT_RT")) {
		snprintf(mode, size, "rt");
		return true;
	}
	if (strstr(version->text, "PREEMPT_DYNAMIC")) {
		p = line->known == READ ? strstr(line->text, key) : NULL;
		if (!p || (p != line->text && p[-1] != ' '))
			return false;
		p += strlen(key);
		snprintf(mode, size, "%.*s", (int)strcspn(p, "\n "), p);
		return *mode;
	}
	snprintf(mode, size, "full");
	return has_word(version->text, "PREEMPT");
}

void check_preemption(const struct facts *f, struct finding *found)
{
	char mode[FACT_NAME];
	struct tally t;

	if (!read_mode(f, mode, sizeof(mode))) {
		is_unknown(found, "\"%s\" cannot be read, and \"%s\" does not tell",
			   fact_path(FACT_PREEMPT), fact_path(FACT_VERSION));
		return;
	}
	if (!strcmp(mode, "rt") || !strcmp(mode, "full")) {
		is_good(found, "preemption: %s", mode);
		return;
	}
	is_bad(found, "preemption: %s", mode);
	t = tally_from(f, KVMLAT_REASON_CLASS_RUNQ, 100000);
	if (t.of)
		here_is(found, "%llu of %llu waits for a CPU took 100us or longer",
			(unsigned long long)t.count, (unsigned long long)t.of);
	if (f->file[FACT_PREEMPT].known == READ && has_word(f->file[FACT_PREEMPT].text, "full"))
		by_command(found, "echo full >%s", fact_path(FACT_PREEMPT));
	else
		by_line(found, BOOT_FILE, "preempt=full");
}

static bool knows_threads(const struct facts *f, struct finding *found)
{
	unsigned int unknown;

	if (!has_guests(f, found))
		return false;
	vcpu_cpus(f, &unknown);
	if (unknown)
		is_unknown(found, "of %u vCPU threads nobody knows the priority", unknown);
	return !unknown;
}

void check_rt_priority(const struct facts *f, struct finding *found)
{
	const struct fact_vm *vm = NULL;
	unsigned int high = 0;
	size_t i, j;

	if (!knows_threads(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];

			if (t->vcpu < 0 || !is_realtime(t) || t->priority < IRQ_PRIORITY)
				continue;
			high++;
			vm = vm ? vm : &f->vms[i];
		}
	if (!high) {
		is_good(found, "vCPUs with a real-time priority of %d or above: 0 of %u",
			IRQ_PRIORITY, count_realtime(f));
		return;
	}
	is_bad(found, "%u vCPUs have real-time priorities of %d or above", high, IRQ_PRIORITY);
	by_command(found, "kvmlat rt --vm %u --fifo 1", vm->vm_id);
}

void check_rt_shared(const struct facts *f, struct finding *found)
{
	char why[512], list[128] = "LIST";
	struct sched *all;
	size_t i, j, nr = 0;
	uint32_t vm = 0;

	if (!knows_threads(f, found))
		return;
	if (cpus_count(&f->host.isolated))
		cpus_text(&f->host.isolated, list, sizeof(list));
	all = calloc(count_realtime(f) + 1, sizeof(*all));
	for (i = 0; all && i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];

			if (t->vcpu < 0 || !is_realtime(t))
				continue;
			/* A deadline has no priority, and is above all. */
			all[nr].priority = t->priority ? t->priority : 1;
			vm = vm ? vm : f->vms[i].vm_id;
			all[nr++].cpus = t->allowed;
		}
	if (!all || !f->has_host)
		is_unknown(found, "which CPUs are online cannot be read");
	else if (placement_crowded(all, nr, &f->host, why, sizeof(why)))
		is_bad(found, "%.*s", (int)strcspn(why, ":"), why);
	else
		is_good(found, "vCPUs with real-time priorities: %zu, each with a CPU", nr);
	if (found->verdict == BAD)
		by_command(found, "kvmlat rt --vm %u --cpus %s --pin", vm, list);
	free(all);
}

/* The CPUs of vCPUs with real-time priorities. */
static struct cpus realtime_cpus(const struct facts *f)
{
	struct cpus all = { 0 };
	size_t i, j;

	for (i = 0; i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].nr_threads; j++)
			if (f->vms[i].threads[j].vcpu >= 0 && is_realtime(&f->vms[i].threads[j]))
				all = cpus_or(&all, &f->vms[i].threads[j].allowed);
	return cpus_and(&all, &f->host.online);
}

void check_rt_limit(const struct facts *f, struct finding *found)
{
	const struct guard *g = &f->host.guard;
	struct cpus cpus, wrong;
	char list[128];

	if (!knows_threads(f, found))
		return;
	if (!count_realtime(f)) {
		is_good(found, "no vCPU has a real-time priority");
		return;
	}
	if (!f->has_host || !g->known) {
		is_unknown(found, "\"%s\" cannot be read", g->fair_server ?
			   "/sys/kernel/debug/sched/fair_server" :
			   "/proc/sys/kernel/sched_rt_runtime_us");
		return;
	}
	cpus = realtime_cpus(f);
	wrong = cpus_and(&cpus, &g->lacking);
	wrong = cpus_minus(&wrong, &f->host.isolated);
	if (cpus_count(&wrong)) {
		is_bad(found, "nothing keeps vCPUs with real-time priorities from taking all of CPUs %s, which are not isolated",
		       cpus_text(&wrong, list, sizeof(list)));
		if (g->fair_server)
			by_command(found, "echo 50000000 >/sys/kernel/debug/sched/fair_server/cpu%d/runtime",
				   cpus_next(&wrong, -1));
		else
			by_command(found, "echo 950000 >/proc/sys/kernel/sched_rt_runtime_us");
		return;
	}
	wrong = cpus_minus(&cpus, &g->lacking);
	/* The fair server only runs for a task that starves, which no isolated CPU should have. */
	if (cpus_count(&wrong) && !g->fair_server) {
		is_bad(found, "real-time throttling stops vCPUs on CPUs %s that are busy for too long",
		       cpus_text(&wrong, list, sizeof(list)));
		by_command(found, "echo -1 >/proc/sys/kernel/sched_rt_runtime_us");
		return;
	}
	is_good(found, "CPUs of vCPUs with real-time priorities: %s; %s",
		cpus_text(&cpus, list, sizeof(list)),
		g->fair_server ? "the fair server leaves others their part" : "no throttling");
}

void check_sched_ext(const struct facts *f, struct finding *found)
{
	const struct fact *state = &f->file[FACT_SCHED_EXT], *ops = &f->file[FACT_SCHED_EXT_OPS];
	int len;

	if (state->known == ABSENT) {
		is_good(found, "this kernel has no sched_ext");
		return;
	}
	if (state->known == UNREAD) {
		is_unread(found, FACT_SCHED_EXT);
		return;
	}
	len = line_length(state->text, 32);
	if (!strncmp(state->text, "disabled", len) && len) {
		is_good(found, "sched_ext: disabled");
		return;
	}
	if (strncmp(state->text, "enabl", 5)) {
		is_unknown(found, "sched_ext: \"%.*s\"", len, state->text);
		return;
	}
	is_bad(found, "sched_ext: %.*s%s%.*s", len, state->text,
	       ops->known == READ ? ", " : "",
	       ops->known == READ ? line_length(ops->text, 80) : 0,
	       ops->known == READ ? ops->text : "");
	by_command(found, "systemctl stop scx");
}
