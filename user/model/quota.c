// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/namespaces.h"
#include "base/paths.h"
#include "quota.h"

/* Deeper groups are not looked at. */
#define MAX_DEPTH	16

/* Where groups lie that have the controller of CPU time: of version 2, and of 1. */
static const char * const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/cpu,cpuacct",
				       "/sys/fs/cgroup/cpu" };

static char *read_file(const char *mount, const char *group, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s%s%s/%s", path_root(), mount, group, name);
	return file_read(path);
}

/* The number behind a word that begins a line. */
static bool number_of(const char *text, const char *key, uint64_t *value)
{
	size_t len = strlen(key);
	const char *line;

	for (line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		if (strncmp(line, key, len) || line[len] != ' ')
			continue;
		*value = strtoull(line + len + 1, NULL, 10);
		return true;
	}
	return false;
}

/* Of version 2: "20000 100000" in us, or "max 100000". */
static bool parse_max(const char *text, struct quota *q)
{
	unsigned long long max, period;

	if (!text || sscanf(text, "%llu %llu", &max, &period) != 2)
		return false;
	q->max = max * 1000;
	q->period = period * 1000;
	return true;
}

static bool read_limit(const char *mount, struct quota *q)
{
	char *max = read_file(mount, q->group, "cpu.max"), *quota, *period;
	bool limited = parse_max(max, q);

	if (!max) {
		quota = read_file(mount, q->group, "cpu.cfs_quota_us");
		period = read_file(mount, q->group, "cpu.cfs_period_us");
		limited = quota && period && *quota != '-';
		q->max = limited ? strtoull(quota, NULL, 10) * 1000 : 0;
		q->period = limited ? strtoull(period, NULL, 10) * 1000 : 0;
		free(quota);
		free(period);
	}
	free(max);
	return limited && q->max && q->period;
}

static bool read_use(const char *mount, struct quota *q)
{
	char *stat = read_file(mount, q->group, "cpu.stat");
	bool good;

	good = stat && number_of(stat, "nr_periods", &q->periods) &&
	       number_of(stat, "nr_throttled", &q->throttled);
	if (good && number_of(stat, "throttled_usec", &q->throttled_ns))
		q->throttled_ns *= 1000;
	else
		good = good && number_of(stat, "throttled_time", &q->throttled_ns);
	free(stat);
	return good;
}

const struct quota *quotas_find(const struct quotas *q, uint32_t vm_id, const char *group)
{
	size_t i;

	for (i = 0; i < q->nr; i++)
		if (q->all[i].vm_id == vm_id && !strcmp(q->all[i].group, group))
			return &q->all[i];
	return NULL;
}

static int add(struct quotas *q, const struct quota *new)
{
	void *more = realloc(q->all, (q->nr + 1) * sizeof(*new));

	if (!more)
		return -1;
	q->all = more;
	q->all[q->nr++] = *new;
	return 0;
}

/* As a group outside this namespace is shown; "/..a" is one like others. */
static bool goes_up(const char *group)
{
	const char *p = group;

	while ((p = strstr(p, "/.."))) {
		p += 3;
		if (!*p || *p == '/')
			return true;
	}
	return false;
}

static bool read_quota(struct quota *q)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(*mounts); i++)
		if (read_limit(mounts[i], q) && read_use(mounts[i], q))
			return true;
	return false;
}

/* The group and all above it: a limit of any of them counts. */
static int add_groups(struct quotas *q, uint32_t vm_id, const char *group)
{
	struct quota new = { .vm_id = vm_id };
	int depth;
	char *end;

	if (strlen(group) >= sizeof(new.group) || goes_up(group))
		return 0;
	strcpy(new.group, group);
	for (depth = 0; depth < MAX_DEPTH && strcmp(new.group, "/"); depth++) {
		/* Those above have been looked at, too. */
		if (quotas_find(q, vm_id, new.group))
			return 0;
		if (read_quota(&new) && add(q, &new))
			return -1;
		end = strrchr(new.group, '/');
		if (!end || end == new.group)
			break;
		*end = 0;
	}
	return 0;
}

/* Does a line "4:cpu,cpuacct:/GROUP" have the controller, or "0::/GROUP" all of version 2? */
static bool has_cpu(const char *line, size_t len)
{
	const char *list = memchr(line, ':', len);
	size_t n;

	if (!list || !strncmp(line, "0::", 3))
		return list;
	while (*list != '\n' && (list[0] == ':' || list[0] == ',')) {
		n = strcspn(++list, ",:\n");
		if (n == 3 && !strncmp(list, "cpu", 3))
			return true;
		list += n;
		if (*list == ':')
			return false;
	}
	return false;
}

static int add_thread(struct quotas *q, const struct kvmlat_vcpu *v)
{
	char path[1024], group[1024], *text, *line;
	const char *colon;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/proc/%u/task/%u/cgroup", path_root(), v->pid, v->tid);
	text = file_read(path);
	for (line = text; line && *line && !ret; line += line[strcspn(line, "\n")] == '\n') {
		size_t len = strcspn(line, "\n");

		colon = memchr(line, ':', len);
		colon = colon ? memchr(colon + 1, ':', line + len - colon - 1) : NULL;
		if (colon && has_cpu(line, len)) {
			snprintf(group, sizeof(group), "%.*s", (int)(line + len - colon - 1),
				 colon + 1);
			ret = add_groups(q, v->vm_id, group);
		}
		line += len;
	}
	free(text);
	return ret;
}

int quotas_read(struct quotas *q, const struct kvmlat_snapshot *snap)
{
	size_t i;

	*q = (struct quotas){ 0 };
	for (i = 0; pids_are_ours() && i < snap->nr_vcpus; i++)
		if (!snap->vcpus[i].gone && snap->vcpus[i].tid && add_thread(q, &snap->vcpus[i]))
			return -1;
	return 0;
}

int quotas_again(struct quotas *q, const struct quotas *known)
{
	struct quota again;
	size_t i;

	*q = (struct quotas){ 0 };
	for (i = 0; i < known->nr; i++) {
		again = known->all[i];
		if (read_quota(&again) && add(q, &again))
			return -1;
	}
	return 0;
}

int quotas_sum(struct quotas *sum, const struct quotas *more)
{
	struct quota *to;
	size_t i;

	for (i = 0; i < more->nr; i++) {
		const struct quota *q = &more->all[i];

		to = (struct quota *)quotas_find(sum, q->vm_id, q->group);
		if (!to && add(sum, q))
			return -1;
		if (!to)
			continue;
		to->max = q->max;
		to->period = q->period;
		to->periods += q->periods;
		to->throttled += q->throttled;
		to->throttled_ns += q->throttled_ns;
	}
	return 0;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

int quotas_since(struct quotas *delta, const struct quotas *newer, const struct quotas *older)
{
	size_t i;

	*delta = (struct quotas){ 0 };
	for (i = 0; i < newer->nr; i++) {
		struct quota q = newer->all[i];
		const struct quota *was = quotas_find(older, q.vm_id, q.group);

		if (!was)
			continue;
		q.periods = less(q.periods, was->periods);
		q.throttled = less(q.throttled, was->throttled);
		q.throttled_ns = less(q.throttled_ns, was->throttled_ns);
		if (add(delta, &q))
			return -1;
	}
	return 0;
}

void quotas_free(struct quotas *q)
{
	free(q->all);
	*q = (struct quotas){ 0 };
}
