// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"
#include "restore.h"

#define SPACE		"\n "
#define HEADER		"kvmlat-rt 2\n"
/* Of one that knew nothing of what was about to be set. */
#define HEADER_1	"kvmlat-rt 1\n"

struct record *restore_find(const struct restore *p, const struct task *task)
{
	size_t i;

	for (i = 0; i < p->nr; i++) {
		const struct task *t = &p->records[i].task;

		if (t->tid == task->tid && t->start == task->start)
			return &p->records[i];
	}
	return NULL;
}

void restore_remove(struct restore *p, struct record *r)
{
	struct record *end = p->records + --p->nr;

	memmove(r, r + 1, (end - r) * sizeof(*r));
}

static struct record *add(struct restore *p, const struct task *task)
{
	void *records = realloc(p->records, (p->nr + 1) * sizeof(*p->records));
	struct record *r;

	if (!records)
		return NULL;
	p->records = records;
	r = &p->records[p->nr++];
	r->task = *task;
	return r;
}

int restore_announce(struct restore *p, const struct task *task, const struct sched *now,
		     const struct sched *next)
{
	struct record *r = restore_find(p, task);

	if (!r) {
		r = add(p, task);
		if (!r)
			return -1;
		r->old = *now;
		r->new = *now;
	}
	r->next = *next;
	return 0;
}

void restore_done(struct restore *p, const struct task *task, const struct sched *now)
{
	struct record *r = restore_find(p, task);

	if (!r)
		return;
	r->new = *now;
	r->next = *now;
	if (sched_equal(&r->old, now))
		restore_remove(p, r);
}

/* Of CPUs that are offline nobody can tell whether they were taken away. */
static bool same_cpus(const struct sched *a, const struct sched *b, const struct cpus *online)
{
	struct cpus x = cpus_and(&a->cpus, online), y = cpus_and(&b->cpus, online);

	return cpus_equal(&x, &y);
}

bool record_policy_is_ours(const struct record *r, const struct sched *now)
{
	return sched_same_policy(now, &r->new) || sched_same_policy(now, &r->next) ||
	       sched_same_policy(now, &r->old);
}

bool record_cpus_are_ours(const struct record *r, const struct sched *now,
			  const struct cpus *online)
{
	return same_cpus(now, &r->new, online) || same_cpus(now, &r->next, online) ||
	       same_cpus(now, &r->old, online);
}

static bool read_sched(char **at, struct sched *s)
{
	char *cpus;
	int used;

	memset(s, 0, sizeof(*s));
	if (sscanf(*at, " %" SCNu32 " %" SCNu32 " %" SCNd32 " %" SCNu64 " %n", &s->policy,
		   &s->priority, &s->nice, &s->flags, &used) != 4)
		return false;
	*at += used;
	cpus = strsep(at, SPACE);
	return cpus && *at && *cpus && cpus_parse(cpus, &s->cpus);
}

static bool read_record(char *line, struct record *r, bool next)
{
	int used;

	if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu64 "%n", &r->task.pid, &r->task.tid,
		   &r->task.start, &used) != 3)
		return false;
	line += used;
	if (!read_sched(&line, &r->old) || !read_sched(&line, &r->new))
		return false;
	r->next = r->new;
	return !next || read_sched(&line, &r->next);
}

static int load(struct restore *p, FILE *f, char *why, size_t size)
{
	struct record r, *to;
	size_t room = 0;
	char *line = NULL;
	int ret = -1;
	bool next;

	if (getline(&line, &room, f) < 0)
		goto bad;
	next = !strcmp(line, HEADER);
	if (!next && strcmp(line, HEADER_1))
		goto bad;
	while (getline(&line, &room, f) > 0) {
		if (!read_record(line, &r, next))
			goto bad;
		if (!task_same(&r.task))
			continue;
		to = add(p, &r.task);
		if (!to) {
			snprintf(why, size, "out of memory");
			goto out;
		}
		*to = r;
	}
	ret = 0;
	goto out;
bad:
	snprintf(why, size, "\"%s/rt\" is not what kvmlat wrote; remove it to forget what was set",
		 path_run_dir());
out:
	free(line);
	return ret;
}

int restore_open(struct restore *p, bool change, char *why, size_t size)
{
	char name[512];
	int ret;
	FILE *f;

	memset(p, 0, sizeof(*p));
	p->lock = -1;
	if (change) {
		p->lock = lock_take("rt.lock", true, why, size);
		if (p->lock < 0)
			return -1;
	}
	snprintf(name, sizeof(name), "%s/rt", path_run_dir());
	f = file_open(name);
	if (!f && errno == ENOENT)
		return 0;
	if (!f) {
		snprintf(why, size, "cannot use \"%s\": %s", name, strerror(errno));
		return -1;
	}
	ret = load(p, f, why, size);
	fclose(f);
	return ret;
}

static void write_sched(FILE *f, const struct sched *s)
{
	static char cpus[CPUS_TEXT];

	cpus_format(&s->cpus, cpus, sizeof(cpus));
	fprintf(f, " %" PRIu32 " %" PRIu32 " %" PRId32 " %" PRIu64 " %s", s->policy, s->priority,
		s->nice, s->flags, cpus);
}

static char *write_records(const struct restore *p)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *to;

	to = open_memstream(&text, &len);
	if (!to)
		return NULL;
	fputs(HEADER, to);
	for (i = 0; i < p->nr; i++) {
		const struct record *r = &p->records[i];

		fprintf(to, "%" PRIu32 " %" PRIu32 " %" PRIu64, r->task.pid, r->task.tid,
			r->task.start);
		write_sched(to, &r->old);
		write_sched(to, &r->new);
		write_sched(to, &r->next);
		fputc('\n', to);
	}
	if (!fclose(to))
		return text;
	free(text);
	return NULL;
}

int restore_save(const struct restore *p, char *why, size_t size)
{
	char *text = write_records(p);
	char name[512];
	int ret;

	if (!text) {
		snprintf(why, size, "out of memory");
		return -1;
	}
	snprintf(name, sizeof(name), "%s/rt", path_run_dir());
	ret = file_replace(name, text);
	if (ret)
		snprintf(why, size, "cannot write \"%s\": %s", name, strerror(errno));
	free(text);
	return ret;
}

void restore_close(struct restore *p)
{
	free(p->records);
	if (p->lock >= 0)
		close(p->lock);
	memset(p, 0, sizeof(*p));
	p->lock = -1;
}
