// SPDX-License-Identifier: GPL-2.0-only
/* How idle a host was between two looks. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/idle.h"
#include "tap.h"

static char root[32];

/* What the CPUs did only because they had nothing to do */
static uint64_t spare;

static bool look(const char *stat, struct idle *before, double *share)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/stat", root);
	f = fopen(path, "w");
	if (!f)
		return false;
	fputs(stat, f);
	fclose(f);
	return idle_share(root, before, spare, share);
}

static void share_is_since_the_look_before(void)
{
	struct idle before = { 0 };
	double share = 7;

	EXPECT(!idle_share(root, &before, 0, &share));
	EXPECT(!look("cpu  100 0 0 500 400 0 0 0 0 0\ncpu0 1 2 3 4\n", &before, &share));
	EXPECT(look("cpu  175 0 0 520 405 0 0 0 0 0\n", &before, &share));
	EXPECT(share > 0.249 && share < 0.251);
	EXPECT(look("cpu  175 0 100 520 405 0 0 0 0 0\n", &before, &share));
	EXPECT(share < 0.001);
}

static void who_polls_has_time_to_spare(void)
{
	struct idle before = { 0 };
	double share = 7;
	uint64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);

	EXPECT(!look("cpu  100 0 0 500 400 0 0 0\n", &before, &share));
	spare = 30 * tick;
	EXPECT(look("cpu  180 0 0 510 410 0 0 0\n", &before, &share));
	EXPECT(share > 0.499 && share < 0.501);
	/* Ticks are counted where they fall, polls to the ns. */
	spare = 101 * tick;
	EXPECT(look("cpu  280 0 0 510 410 0 0 0\n", &before, &share));
	EXPECT(share == 1);
	spare = 0;
}

static void what_tells_nothing_is_unknown(void)
{
	struct idle before = { 0 };
	double share = 7;

	EXPECT(!look("cpu  100 0 0 500 400 0 0 0\n", &before, &share));
	/* No tick went by, or time went back. */
	EXPECT(!look("cpu  100 0 0 500 400 0 0 0\n", &before, &share));
	EXPECT(!look("cpu  200 0 0 500 300 0 0 0\n", &before, &share));
	EXPECT(!look("nonsense\n", &before, &share));
	EXPECT(!look("", &before, &share));
	EXPECT(!look("cpu  1 2 3\n", &before, &share));
	EXPECT(share == 7);
}

int main(void)
{
	static const struct tap_case tests[] = {
		{ "a share is since the look before", share_is_since_the_look_before },
		{ "who polls has time to spare", who_polls_has_time_to_spare },
		{ "what tells nothing is unknown", what_tells_nothing_is_unknown },
	};
	char path[64];
	int ret;

	snprintf(root, sizeof(root), "/tmp/kvmlat-idle-XXXXXX");
	if (!mkdtemp(root))
		return 1;
	snprintf(path, sizeof(path), "%s/proc", root);
	mkdir(path, 0755);
	ret = tap_run(tests, TAP_CASES(tests));
	snprintf(path, sizeof(path), "%s/proc/stat", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc", root);
	rmdir(path);
	rmdir(root);
	return ret;
}
