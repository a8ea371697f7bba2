// SPDX-License-Identifier: GPL-2.0-only
/* Family "cpu": which CPUs vCPUs have, and who else is there. */
#include <stdio.h>
#include <string.h>

#include "evidence.h"

#define EXIT_INTERRUPT_SVM	0x60
#define EXIT_INTERRUPT_VMX	1

static bool has_host(const struct facts *f, struct finding *found)
{
	if (!f->has_host)
		is_unknown(found, "\"/sys/devices/system/cpu/online\" cannot be read");
	return f->has_host;
}

/*
 * CPUs that are meant for vCPUs: those of threads that have one CPU only, or isolated ones. False,
 * having said so, if nobody knows where vCPUs run.
 */
static bool own_cpus(const struct facts *f, struct finding *found, struct cpus *own)
{
	unsigned int unknown = 0;
	struct cpus usual;
	size_t i, j;

	if (!has_host(f, found) || !has_guests(f, found))
		return false;
	usual = cpus_minus(&f->host.online, &f->host.isolated);
	memset(own, 0, sizeof(*own));
	for (i = 0; i < f->nr_vms; i++) {
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];
			struct cpus may = cpus_and(&t->allowed, &f->host.online);
			struct cpus shared = cpus_minus(&may, &f->host.isolated);

			if (t->vcpu < 0)
				continue;
			unknown += !t->known;
			/* Where all may run that nobody placed, none has a CPU to itself. */
			if (!cpus_equal(&may, &usual) &&
			    (cpus_count(&may) == 1 || !cpus_count(&shared)))
				*own = cpus_or(own, &may);
		}
	}
	if (unknown)
		is_unknown(found, "of %u vCPU threads nobody knows where they run", unknown);
	return !unknown;
}

static struct cpus isolated_of(const struct facts *f)
{
	unsigned int unknown;
	struct cpus cpus = vcpu_cpus(f, &unknown);

	return cpus_and(&cpus, &f->host.isolated);
}

void check_isolation(const struct facts *f, struct finding *found)
{
	unsigned int wrong = 0, realtime = count_realtime(f);
	const struct fact_vm *vm = NULL;
	char list[128];
	struct cpus own;
	size_t i, j;

	if (!own_cpus(f, found, &own))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];
			struct cpus may = cpus_and(&t->allowed, &f->host.online);
			struct cpus in = cpus_and(&may, &f->host.isolated);
			struct cpus out = cpus_minus(&may, &f->host.isolated);

			if (t->vcpu < 0 || !cpus_count(&out) ||
			    (!cpus_count(&in) && !is_realtime(t)))
				continue;
			wrong++;
			vm = vm ? vm : &f->vms[i];
		}
	}
	cpus_text(&f->host.isolated, list, sizeof(list));
	if (!wrong) {
		is_good(found, "isolated CPUs: %s; vCPUs with real-time priorities: %u", list,
			realtime);
		return;
	}
	if (!cpus_count(&f->host.isolated)) {
		is_bad(found, "%u vCPUs have real-time priorities, and no CPU is isolated", wrong);
		by_line(found, BOOT_FILE, "isolcpus=managed_irq,domain,LIST");
		return;
	}
	is_bad(found, "%u vCPUs may run on isolated CPUs (%s) and on others, or have real-time priorities there",
	       wrong, list);
	by_command(found, "kvmlat rt --vm %u --cpus %s", vm->vm_id, list);
}

void check_vmm_threads(const struct facts *f, struct finding *found)
{
	const struct fact_thread *first = NULL;
	unsigned int wrong = 0, unknown = 0;
	struct cpus own, rest;
	char list[128];
	size_t i, j;

	if (!own_cpus(f, found, &own))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];
			struct cpus both = cpus_and(&t->allowed, &own);

			unknown += t->vcpu < 0 && !t->known;
			if (t->vcpu >= 0 || !t->known || !cpus_count(&both))
				continue;
			wrong++;
			first = first ? first : t;
		}
	}
	rest = cpus_minus(&f->host.online, &own);
	if (wrong) {
		is_bad(found, "%u other threads of VMMs may run on CPUs of vCPUs (%s), as thread %u \"%s\"",
		       wrong, cpus_text(&own, list, sizeof(list)), first->tid, first->name);
		if (cpus_count(&rest))
			by_command(found, "taskset -pc %s %u", cpus_text(&rest, list, sizeof(list)),
				   first->tid);
		else
			by_nothing(found, "leave the VMM a CPU that no vCPU has");
	} else if (unknown) {
		is_unknown(found, "of %u threads of VMMs nobody knows where they run", unknown);
	} else {
		is_good(found, "CPUs that vCPUs have to themselves: %s",
			cpus_text(&own, list, sizeof(list)));
	}
}

void check_tick(const struct facts *f, struct finding *found)
{
	struct cpus own, ticking;
	char list[128];

	if (!own_cpus(f, found, &own))
		return;
	ticking = isolated_of(f);
	ticking = cpus_minus(&ticking, &f->host.nohz_full);
	if (!cpus_count(&ticking)) {
		is_good(found, "nohz_full: %s; no vCPU has an isolated CPU beside these",
			cpus_text(&f->host.nohz_full, list, sizeof(list)));
		return;
	}
	cpus_text(&ticking, list, sizeof(list));
	is_bad(found, "isolated CPUs of vCPUs with a tick: %s", list);
	by_line(found, BOOT_FILE, "nohz_full=%s", list);
}

/* False if it is there and no list. */
static bool rcu_cpus(const char *line, struct cpus *cpus)
{
	static const char key[] = "rcu_nocbs=";
	const char *p = strstr(line, key);
	char list[256];

	memset(cpus, 0, sizeof(*cpus));
	if (!p || (p != line && p[-1] != ' '))
		return true;
	p += strlen(key);
	snprintf(list, sizeof(list), "%.*s", (int)strcspn(p, "\n "), p);
	if (!strcmp(list, "all")) {
		memset(cpus, 0xff, sizeof(*cpus));
		return true;
	}
	return cpus_parse(list, cpus);
}

void check_rcu(const struct facts *f, struct finding *found)
{
	const struct fact *line = &f->file[FACT_CMDLINE];
	struct cpus own, without;
	char list[128];

	if (!own_cpus(f, found, &own))
		return;
	if (line->known != READ) {
		is_unread(found, FACT_CMDLINE);
		return;
	}
	if (!rcu_cpus(line->text, &own)) {
		is_unknown(found, "\"rcu_nocbs=\" in \"%s\" is no list of CPUs",
			   fact_path(FACT_CMDLINE));
		return;
	}
	/* nohz_full= has these callbacks elsewhere, too. */
	own = cpus_or(&own, &f->host.nohz_full);
	without = isolated_of(f);
	without = cpus_minus(&without, &own);
	if (!cpus_count(&without)) {
		is_good(found, "no isolated CPU of a vCPU runs RCU's callbacks");
		return;
	}
	cpus_text(&without, list, sizeof(list));
	is_bad(found, "isolated CPUs of vCPUs that run RCU's callbacks: %s", list);
	by_line(found, BOOT_FILE, "rcu_nocbs=%s", list);
}

void check_irqs(const struct facts *f, struct finding *found)
{
	const struct fact_irq *first = NULL;
	unsigned int wrong = 0, unknown = 0;
	struct cpus own, rest;
	struct tally t;
	char list[128];
	size_t i;

	if (!own_cpus(f, found, &own))
		return;
	if (!f->has_irqs) {
		is_unknown(found, "\"/proc/irq\" cannot be read");
		return;
	}
	for (i = 0; i < f->nr_irqs; i++) {
		const struct fact_irq *irq = &f->irqs[i];
		struct cpus both = cpus_and(&irq->cpus, &own);

		unknown += !irq->known;
		if (!irq->known || !cpus_count(&both))
			continue;
		wrong++;
		first = first ? first : irq;
	}
	if (unknown && !wrong) {
		is_unknown(found, "of %u interrupts nobody knows where they come", unknown);
		return;
	}
	if (!wrong) {
		is_good(found, "of %zu interrupts none comes to a CPU that vCPUs have to themselves (%s)",
			f->nr_irqs, cpus_text(&own, list, sizeof(list)));
		return;
	}
	is_bad(found, "%u of %zu interrupts come to CPUs of vCPUs (%s), as %u \"%s\"", wrong,
	       f->nr_irqs, cpus_text(&own, list, sizeof(list)), first->irq, first->name);
	t = tally_exits(f, f->vendor == KVMLAT_VENDOR_INTEL ? EXIT_INTERRUPT_VMX :
							       EXIT_INTERRUPT_SVM);
	if (t.count)
		here_is(found, "%llu of %llu exits were for interrupts of the host",
			(unsigned long long)t.count, (unsigned long long)t.of);
	rest = cpus_minus(&f->host.online, &own);
	if (cpus_count(&rest))
		by_command(found, "echo %s >/proc/irq/%u/smp_affinity_list",
			   cpus_text(&rest, list, sizeof(list)), first->irq);
	else
		by_nothing(found, "leave the host a CPU that no vCPU has");
}
