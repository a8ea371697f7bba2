// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/ask.h"
#include "tap.h"

/* Process 13 is stuck, the child has no CPU left for number 20, and number 7 has no name. */
static void answer(uint32_t pid, struct guest_name *name)
{
	uint64_t begin = monotonic_ns();

	while (pid == 13)
		pause();
	while (pid == 20 && monotonic_ns() - begin < 3 * NSEC_PER_SEC / 2)
		;
	name->uid = pid;
	if (pid != 7)
		snprintf(name->text, sizeof(name->text), "guest %u", pid);
}

static void all_have_names(void)
{
	static const uint32_t pids[] = { 1, 7, 3 };
	struct guest_name names[3];

	EXPECT(!ask_names(pids, 3, answer, names));
	EXPECT_STR(names[0].text, "guest 1");
	EXPECT_STR(names[1].text, "");
	EXPECT_EQ(names[1].uid, 7);
	EXPECT_STR(names[2].text, "guest 3");
	EXPECT(!ask_names(pids, 0, answer, names));
}

static void the_stuck_are_left_out(void)
{
	static const uint32_t pids[] = { 1, 13, 3, 13 };
	uint64_t before = monotonic_ns();
	struct guest_name names[4];

	EXPECT(!ask_names(pids, 4, answer, names));
	EXPECT_STR(names[0].text, "guest 1");
	EXPECT_STR(names[1].text, "");
	EXPECT_STR(names[2].text, "guest 3");
	EXPECT_STR(names[3].text, "");
	EXPECT_EQ(names[3].uid, NO_UID);
	EXPECT(monotonic_ns() - before < 10 * NSEC_PER_SEC);
	/* And nobody stays behind. */
	EXPECT_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

static void the_starved_are_waited_for(void)
{
	static const uint32_t pids[] = { 1, 20, 3 };
	struct guest_name names[3];

	EXPECT(!ask_names(pids, 3, answer, names));
	EXPECT_STR(names[0].text, "guest 1");
	EXPECT_STR(names[1].text, "guest 20");
	EXPECT_STR(names[2].text, "guest 3");
}

static const struct tap_case cases[] = {
	{ "all have names", all_have_names },
	{ "the starved are waited for", the_starved_are_waited_for },
	{ "the stuck are left out", the_stuck_are_left_out },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
