// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up to Linux 6.11 sched_rt_runtime_us leaves others the rest of sched_rt_period_us. From 6.12 on
 * it says nothing about that: each CPU has a fair server, whose runtime is in debugfs. A spinning
 * SCHED_FIFO thread left 5 % to others on 6.12 and 7.x although sched_rt_runtime_us was -1, and
 * nothing with a runtime of 0.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "guard.h"

#define FAIR_SERVER	"/sys/kernel/debug/sched/fair_server"

/* What the kernel has where the file cannot be read. */
#define PERIOD_US	1000000

static bool read_number(const char *root, const char *path, long long *number)
{
	char name[512], *text, *end;
	bool good;

	snprintf(name, sizeof(name), "%s%s", root, path);
	text = file_read(name);
	if (!text)
		return false;
	*number = strtoll(text, &end, 10);
	good = end != text;
	free(text);
	return good;
}

static bool has_fair_servers(const char *root)
{
	unsigned int major = 0, minor = 0;
	char name[512], *text;

	snprintf(name, sizeof(name), "%s/proc/sys/kernel/osrelease", root);
	text = file_read(name);
	if (text && sscanf(text, "%u.%u", &major, &minor) != 2)
		major = 0;
	free(text);
	return major > 6 || (major == 6 && minor >= 12);
}

static void read_throttling(const char *root, const struct cpus *online, struct guard *g)
{
	long long runtime, period;

	if (!read_number(root, "/proc/sys/kernel/sched_rt_period_us", &period))
		period = PERIOD_US;
	g->known = read_number(root, "/proc/sys/kernel/sched_rt_runtime_us", &runtime);
	if (g->known && (runtime < 0 || runtime >= period))
		g->lacking = *online;
}

static void read_fair_servers(const char *root, const struct cpus *online, struct guard *g)
{
	char path[128];
	long long runtime;
	int cpu;

	g->known = true;
	for (cpu = cpus_next(online, -1); cpu >= 0; cpu = cpus_next(online, cpu)) {
		snprintf(path, sizeof(path), FAIR_SERVER "/cpu%d/runtime", cpu);
		if (!read_number(root, path, &runtime))
			g->known = false;
		else if (!runtime)
			cpus_add(&g->lacking, cpu);
	}
}

void guard_read(const char *root, const struct cpus *online, struct guard *g)
{
	*g = (struct guard) { .fair_server = has_fair_servers(root) };
	if (g->fair_server)
		read_fair_servers(root, online, g);
	else
		read_throttling(root, online, g);
}
