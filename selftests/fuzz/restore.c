// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kvmlat rt has written of threads, to bring them back. An "@" is the fuzzer's own thread,
 * since those that are not there are forgotten. What is read is written as it was.
 */
#include <stdio.h>
#include <unistd.h>

#include "fuzz.h"
#include "sched/restore.h"

static char dir[32];

static void clean(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/rt", dir);
	unlink(path);
	rmdir(dir);
}

static void put(const uint8_t *data, size_t size)
{
	struct task me;
	char path[64];
	FILE *to;
	size_t i;

	MUST(task_find(getpid(), gettid(), &me));
	snprintf(path, sizeof(path), "%s/rt", dir);
	to = fopen(path, "w");
	MUST(to);
	for (i = 0; i < size; i++) {
		if (data[i] == '@')
			fprintf(to, "%u %u %llu", me.pid, me.tid, (unsigned long long)me.start);
		else
			fputc(data[i], to);
	}
	fclose(to);
}

static bool same(const struct restore *a, const struct restore *b)
{
	size_t i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!sched_equal(&a->records[i].old, &b->records[i].old) ||
		    !sched_equal(&a->records[i].new, &b->records[i].new) ||
		    !sched_equal(&a->records[i].next, &b->records[i].next))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct restore first, second;
	static bool begun;
	char why[512] = "";

	if (!begun) {
		strcpy(dir, "/dev/shm/fuzz-restore.XXXXXX");
		MUST(mkdtemp(dir) && !setenv("KVMLAT_RUN_DIR", dir, 1) && !atexit(clean));
		begun = true;
	}
	put(data, size);
	if (restore_open(&first, false, why, sizeof(why))) {
		MUST(*why);
		restore_close(&first);
		return 0;
	}
	MUST(!restore_save(&first, why, sizeof(why)));
	MUST(!restore_open(&second, false, why, sizeof(why)) && same(&first, &second));
	restore_close(&first);
	restore_close(&second);
	return 0;
}
