// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "host/dma.h"
#include "read.h"

#define CPU		"/sys/devices/system/cpu"

/* What the kernel reports where nobody asks for a latency. */
#define NO_LIMIT	0

static enum known word_of(const char *path, const char *folder, char *word, size_t size)
{
	return read_line(path, word, size) ? READ : absent_in(folder);
}

static void read_idle(struct fact_cpu *c)
{
	char path[256];
	int64_t number;
	uint32_t i;

	for (i = 0; i < FACT_IDLE; i++) {
		struct idle_state *s = &c->idle[i];

		snprintf(path, sizeof(path), CPU "/cpu%u/cpuidle/state%u/latency", c->cpu, i);
		if (!read_number(path, &number)) {
			snprintf(path, sizeof(path), CPU "/cpu%u", c->cpu);
			c->has_idle = i ? READ : absent_in(path);
			break;
		}
		s->latency = number < 0 || number > UINT32_MAX ? UINT32_MAX : number;
		snprintf(path, sizeof(path), CPU "/cpu%u/cpuidle/state%u/name", c->cpu, i);
		if (!read_line(path, s->name, sizeof(s->name)))
			snprintf(s->name, sizeof(s->name), "state%u", i);
		snprintf(path, sizeof(path), CPU "/cpu%u/cpuidle/state%u/disable", c->cpu, i);
		s->disabled = read_number(path, &number) && number;
		c->nr_idle++;
		c->has_idle = READ;
	}
}

/* "n/a" there is a limit of 0, and 0 is none. */
static void read_limit(struct fact_cpu *c)
{
	char path[256], line[32];

	c->limit = NO_LIMIT;
	snprintf(path, sizeof(path), CPU "/cpu%u/power/pm_qos_resume_latency_us", c->cpu);
	if (read_line(path, line, sizeof(line)))
		c->limit = strcmp(line, "n/a") ? atoi(line) : -1;
}

static void read_place(struct fact_cpu *c)
{
	char path[256], line[256];
	struct cpus core;
	int node;

	c->core = -1;
	c->node = -1;
	snprintf(path, sizeof(path), CPU "/cpu%u/topology/thread_siblings_list", c->cpu);
	if (read_line(path, line, sizeof(line)) && cpus_parse(line, &core))
		c->core = cpus_next(&core, -1);
	for (node = 0; node < FACT_NODES_MAX && c->node < 0; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist", node);
		if (!read_line(path, line, sizeof(line)))
			continue;
		if (cpus_parse(line, &core) && (core.words[c->cpu / CPU_WORD] >>
						(c->cpu % CPU_WORD) & 1))
			c->node = node;
	}
}

void read_cpus(struct facts *f)
{
	char path[256], folder[128];
	int cpu;

	f->latency = dma_latency_now(path_root());
	f->has_host = host_read(path_root(), &f->host);
	for (cpu = -1; f->has_host && (cpu = cpus_next(&f->host.online, cpu)) >= 0;) {
		struct fact_cpu *more = add_room(f->cpus, f->nr_cpus, sizeof(*more)), *c;

		if (!more) {
			f->has_host = false;
			return;
		}
		f->cpus = more;
		c = &f->cpus[f->nr_cpus++];
		*c = (struct fact_cpu){ .cpu = cpu };
		read_place(c);
		read_idle(c);
		read_limit(c);
		snprintf(folder, sizeof(folder), CPU "/cpu%d", cpu);
		snprintf(path, sizeof(path), "%s/cpufreq/scaling_governor", folder);
		c->has_governor = word_of(path, folder, c->governor, sizeof(c->governor));
		snprintf(path, sizeof(path), "%s/cpufreq/energy_performance_preference", folder);
		c->has_preference = word_of(path, folder, c->preference, sizeof(c->preference));
	}
}
