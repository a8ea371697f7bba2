// SPDX-License-Identifier: GPL-2.0-only
/* Whose guest a name is. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user.h"
#include "model/claims.h"
#include "tap.h"

static char dir[32];
static struct trouble why;

static void put(const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/names", dir);
	if (text)
		EXPECT(!file_replace(path, text));
	else
		unlink(path);
}

static char *get(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/names", dir);
	return file_read(path);
}

static void the_first_has_the_name(void)
{
	char *text;

	put(NULL);
	EXPECT(!claim_check("db", 5, &why));
	EXPECT(!claim_note("db", 5, &why));
	EXPECT(!claim_check("db", 5, &why));
	EXPECT(claim_check("db", 0, &why));
	EXPECT_EQ(why.kind, TROUBLE_REFUSED);
	EXPECT_STR(why.text, "guest \"db\" is one of user 0, and what was changed for that name before was of user 5");
	EXPECT(!claim_note("db", 0, &why));
	EXPECT(claim_check("db", 0, &why));
	/* A name is all of a line behind the number, and no part of one. */
	EXPECT(!claim_check("d", 0, &why) && !claim_check("db2", 0, &why));
	EXPECT(!claim_note("5 db", 1, &why) && !claim_note(" db", 2, &why));
	EXPECT(!claim_note("no\n7 line", 3, &why) && !claim_note("nobody's", UINT32_MAX, &why));
	EXPECT(claim_check("5 db", 5, &why) && !claim_check("5 db", 1, &why));
	text = get();
	EXPECT_STR(text, "5 db\n1 5 db\n2  db\n");
	free(text);
}

static void there_is_an_end(void)
{
	char *text = malloc(4097 * 16), *after;
	size_t len = 0;
	int i;

	for (i = 0; i < 4095; i++)
		len += sprintf(text + len, "7 n%d\n", i);
	put(text);
	EXPECT(!claim_note("last", 1, &why) && claim_check("last", 2, &why));
	EXPECT(!claim_note("too late", 1, &why) && !claim_check("too late", 2, &why));
	/* What was there first is there still. */
	EXPECT(claim_check("n0", 1, &why) && claim_check("n4094", 1, &why));
	after = get();
	EXPECT(strlen(after) == len + strlen("1 last\n"));
	free(after);
	free(text);
}

static void what_cannot_be_read_is_no_leave(void)
{
	char path[64];

	put(NULL);
	snprintf(path, sizeof(path), "%s/names", dir);
	EXPECT(!mkdir(path, 0755));
	EXPECT(claim_check("db", 5, &why));
	EXPECT(strstr(why.text, "cannot read"));
	EXPECT(claim_note("db", 5, &why));
	rmdir(path);
	put("garbage\n\n 9\n99999999999 x\n5 db");
	EXPECT(claim_check("db", 6, &why) && !claim_check("garbage", 6, &why));
}

static void users(void)
{
	uint32_t uid = 1;

	EXPECT(user_parse("0", &uid) && uid == 0);
	EXPECT(user_parse("4294967294", &uid) && uid == 4294967294U);
	EXPECT(!user_parse("4294967295", &uid) && !user_parse("5x", &uid) && !user_parse("", &uid));
	EXPECT(!user_parse("-1", &uid) && !user_parse("no such user", &uid));
	EXPECT(user_parse("root", &uid) && uid == 0);
}

static const struct tap_case cases[] = {
	{ "the first guest has the name", the_first_has_the_name },
	{ "there is an end", there_is_an_end },
	{ "what cannot be read is no leave", what_cannot_be_read_is_no_leave },
	{ "users", users },
};

int main(void)
{
	char command[64];
	int ret;

	strcpy(dir, "/tmp/user_claims.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	setenv("KVMLAT_RUN_DIR", dir, 1);
	ret = tap_run(cases, TAP_CASES(cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
