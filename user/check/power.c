// SPDX-License-Identifier: GPL-2.0-only
/* Family "power": what a CPU has to wake up from, and how fast it runs then. */
#include <stdio.h>
#include <string.h>

#include "evidence.h"

/* A state that takes longer to come out of is heard of in wake-ups: C1 takes 1 to 10 us. */
#define SLOW_WAKE_US	20

/** struct deepest - the slowest state that CPUs may sleep in, and how many CPUs may */
struct deepest {
	const struct idle_state	*state;
	uint32_t		cpu;
	unsigned int		cpus;
	unsigned int		unknown;
};

/* The CPUs that vCPUs may run on; all, if no guest is known. */
static bool is_theirs(const struct facts *f, uint32_t cpu)
{
	unsigned int unknown;
	struct cpus theirs = vcpu_cpus(f, &unknown);

	return unknown || !cpus_count(&theirs) ||
	       theirs.words[cpu / CPU_WORD] >> (cpu % CPU_WORD) & 1;
}

/* Without @any the states that @limit, in us, allows; with less than 0 there is no limit. */
static const struct idle_state *deepest_of(const struct fact_cpu *c, int64_t limit)
{
	const struct idle_state *deepest = NULL;
	uint32_t i;

	for (i = 0; i < c->nr_idle; i++) {
		const struct idle_state *s = &c->idle[i];

		if (!s->disabled && (limit < 0 || s->latency <= limit) &&
		    (!deepest || s->latency > deepest->latency))
			deepest = s;
	}
	return deepest;
}

static int64_t limit_of(const struct facts *f, const struct fact_cpu *c)
{
	int64_t limit = f->latency;

	if (c->limit < 0)
		return 0;
	return c->limit && (limit < 0 || c->limit < limit) ? c->limit : limit;
}

static void find_deepest(const struct facts *f, struct deepest *d)
{
	size_t i;

	for (i = 0; i < f->nr_cpus; i++) {
		const struct fact_cpu *c = &f->cpus[i];
		const struct idle_state *s = deepest_of(c, limit_of(f, c));

		if (!is_theirs(f, c->cpu))
			continue;
		d->unknown += c->has_idle == UNREAD;
		if (!s || s->latency <= SLOW_WAKE_US)
			continue;
		d->cpus++;
		if (!d->state || s->latency > d->state->latency) {
			d->state = s;
			d->cpu = c->cpu;
		}
	}
}

void check_idle(const struct facts *f, struct finding *found)
{
	struct deepest d = { 0 };
	int64_t window;
	struct tally t;

	if (!f->has_host) {
		is_unknown(found, "\"/sys/devices/system/cpu/online\" cannot be read");
		return;
	}
	find_deepest(f, &d);
	if (!d.state && d.unknown) {
		is_unknown(found, "\"cpuidle\" of %u CPUs cannot be read", d.unknown);
		return;
	}
	if (!d.state) {
		is_good(found, "no state that takes more than %dus to come out of", SLOW_WAKE_US);
		return;
	}
	/* Somebody may ask for less than these states take. */
	if (f->latency < 0) {
		is_unknown(found, "\"/dev/cpu_dma_latency\" cannot be read, and CPU %u has %s, which takes %uus",
			   d.cpu, d.state->name, d.state->latency);
		return;
	}
	is_bad(found, "%u CPUs may sleep in states like %s of CPU %u, which takes %uus to come out of",
	       d.cpus, d.state->name, d.cpu, d.state->latency);
	if (number_of(&f->file[FACT_HALT_POLL], &window))
		here_is(found, "halts longer than %lldus are not polled", (long long)window / 1000);
	t = tally_from(f, KVMLAT_REASON_CLASS_WAKE, d.state->latency * 1000ULL);
	if (t.of)
		here_is(found, "%llu of %llu wake-ups took %uus or longer",
			(unsigned long long)t.count, (unsigned long long)t.of, d.state->latency);
	by_command(found, "cpupower idle-set -D %d", SLOW_WAKE_US);
}

void check_governor(const struct facts *f, struct finding *found)
{
	const struct fact_cpu *first = NULL;
	unsigned int slow = 0, unknown = 0;
	size_t i;

	for (i = 0; i < f->nr_cpus; i++) {
		const struct fact_cpu *c = &f->cpus[i];

		if (!is_theirs(f, c->cpu))
			continue;
		unknown += c->has_governor != READ;
		/* Drivers that choose by the preference call their governor "powersave". */
		if (c->has_governor != READ || !strcmp(c->governor, "performance") ||
		    (c->has_preference == READ && !strcmp(c->preference, "performance")))
			continue;
		slow++;
		first = first ? first : c;
	}
	if (slow) {
		is_bad(found, "%u CPUs have another governor than \"performance\": CPU %u \"%s\"",
		       slow, first->cpu, first->governor);
		by_command(found, "cpupower frequency-set -g performance");
	} else if (unknown || !f->nr_cpus) {
		is_unknown(found, "of %u CPUs this kernel does not tell who chooses the frequency",
			   unknown);
	} else {
		is_good(found, "all CPUs run for performance");
	}
}

void check_preference(const struct facts *f, struct finding *found)
{
	const struct fact_cpu *first = NULL;
	unsigned int saving = 0, unknown = 0, fast = 0;
	size_t i;

	for (i = 0; i < f->nr_cpus; i++) {
		const struct fact_cpu *c = &f->cpus[i];

		if (!is_theirs(f, c->cpu))
			continue;
		unknown += c->has_preference == UNREAD || c->has_governor == UNREAD;
		if (c->has_preference != READ)
			continue;
		fast++;
		if (!strcmp(c->preference, "performance") || !strcmp(c->preference, "0"))
			continue;
		saving++;
		first = first ? first : c;
	}
	if (saving) {
		is_bad(found, "%u CPUs prefer to save energy: CPU %u \"%s\"", saving, first->cpu,
		       first->preference);
		by_command(found, "cpupower set --epp performance");
	} else if (unknown || !f->nr_cpus) {
		is_unknown(found, "\"energy_performance_preference\" of %u CPUs cannot be read",
			   unknown);
	} else {
		is_good(found, fast ? "preference: performance" : "no CPU has a preference");
	}
}
