// SPDX-License-Identifier: GPL-2.0-only
/* Names of guests for commands that come after the guests have ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "model/past.h"
#include "tap.h"

#define WRITERS	6
#define EACH	20

static char dir[32], path[64];

static void note(uint32_t vm_id, uint32_t pid, uint32_t uid, const char *name)
{
	struct past p = { .vm_id = vm_id, .pid = pid, .uid = uid };

	snprintf(p.name, sizeof(p.name), "%s", name);
	past_note(&p, 1);
}

static void is(const char *want)
{
	char *text = past_read();

	EXPECT_STR(text ? text : "(none)", want);
	free(text);
}

static const char *name_of(const char *text, uint32_t vm_id, uint32_t pid)
{
	const struct kvmlat_vm vm = { .vm_id = vm_id, .pid = pid };
	static struct past p;

	return past_find(text, &vm, &p) ? p.name : "(none)";
}

static void only_commands_keep_names(void)
{
	note(1, 10, 0, "web");
	EXPECT(access(path, F_OK));
	EXPECT(!past_read());
	past_begin();
	is("(none)");
	past_note(NULL, 0);
	EXPECT(access(path, F_OK));
}

static void a_name_is_of_a_vm_and_its_process(void)
{
	const struct past two[] = { { 3, 30, 7, "a b" }, { 4, 40, 8, "no\nname" } };
	char *text;

	note(1, 10, 5, "web");
	past_note(two, 2);
	/* What is known is not told again. */
	note(1, 10, 5, "web");
	is("1 10 5 web\n3 30 7 a b\n");
	/* Another user, or another name: the latest counts. */
	note(1, 10, 6, "web");
	note(1, 10, 6, "db");
	is("1 10 5 web\n3 30 7 a b\n1 10 6 web\n1 10 6 db\n");
	text = past_read();
	EXPECT_STR(name_of(text, 1, 10), "db");
	EXPECT_STR(name_of(text, 3, 30), "a b");
	EXPECT_STR(name_of(text, 1, 30), "(none)");
	EXPECT_STR(name_of(text, 3, 10), "(none)");
	free(text);
	EXPECT_STR(name_of(NULL, 1, 10), "(none)");
	EXPECT_STR(name_of("garbage\n\n1 10\n1 10 5\n 1 10 5 x", 1, 10), "x");
}

static void the_oldest_go(void)
{
	char *text = malloc(1024 * 16), *after;
	size_t len = 0;
	int i;

	for (i = 0; i < 1023; i++)
		len += sprintf(text + len, "%d 1 0 n%d\n", i, i);
	EXPECT(!file_replace(path, text));
	note(5000, 1, 0, "last");
	after = past_read();
	EXPECT_STR(name_of(after, 0, 1), "n0");
	free(after);
	note(5001, 1, 0, "very last");
	after = past_read();
	EXPECT_STR(name_of(after, 0, 1), "(none)");
	EXPECT_STR(name_of(after, 1, 1), "n1");
	EXPECT_STR(name_of(after, 5001, 1), "very last");
	free(after);
	free(text);
	unlink(path);
}

static void writers_take_turns(void)
{
	char name[32], *text;
	int i, n, status;

	for (i = 0; i < WRITERS; i++) {
		if (fork())
			continue;
		for (n = 0; n < EACH; n++) {
			snprintf(name, sizeof(name), "n%d-%d", i, n);
			note(i * EACH + n, 1, 0, name);
		}
		_exit(0);
	}
	for (i = 0; i < WRITERS; i++)
		EXPECT(wait(&status) > 0 && !status);
	text = past_read();
	for (i = 0; i < WRITERS * EACH; i++) {
		snprintf(name, sizeof(name), "n%d-%d", i / EACH, i % EACH);
		EXPECT_STR(name_of(text, i, 1), name);
	}
	free(text);
}

static const struct tap_case cases[] = {
	{ "only commands keep names", only_commands_keep_names },
	{ "a name is of a VM and its process", a_name_is_of_a_vm_and_its_process },
	{ "the oldest go", the_oldest_go },
	{ "writers take turns", writers_take_turns },
};

int main(void)
{
	char command[64];
	int ret;

	strcpy(dir, "/tmp/user_past.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/guests", dir);
	setenv("KVMLAT_RUN_DIR", dir, 1);
	/* Whatever namespace the test is in. */
	setenv("KVMLAT_ROOT", dir, 1);
	ret = tap_run(cases, TAP_CASES(cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
