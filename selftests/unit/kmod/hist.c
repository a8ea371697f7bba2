// SPDX-License-Identifier: GPL-2.0-only
/* Every bucket holds what linux/kvmlat.h says. */
#include <linux/compiler.h>
#include <linux/kvmlat.h>

#include "ledger/hist.h"
#include "tap.h"

/* The formula of the prose, which readers use. */
static u64 lower(u32 i)
{
	return (u64)(8 + (i - 1) % 8) << (3 + (i - 1) / 8);
}

static void bounds(void)
{
	for (u32 i = 1; i <= 272; i++) {
		EXPECT_EQ(kvmlat_hist_bucket(lower(i)), i);
		EXPECT_EQ(kvmlat_hist_bucket(lower(i) - 1), i - 1);
	}
	EXPECT_EQ(lower(1), 64);
	EXPECT_EQ(lower(272), 15ULL << 36);
}

static void ends(void)
{
	EXPECT_EQ(KVMLAT_HIST_LEN, KVMLAT_HIST_BUCKETS);
	EXPECT_EQ(kvmlat_hist_bucket(1), 0);
	EXPECT_EQ(kvmlat_hist_bucket(63), 0);
	EXPECT_EQ(kvmlat_hist_bucket((1ULL << 40) - 1), 272);
	EXPECT_EQ(kvmlat_hist_bucket(1ULL << 40), 273);
	/* All of the octaves above, and none of the last that counts. */
	for (u32 shift = 37; shift <= 60; shift++)
		for (u64 i = 8; i < 16; i++)
			EXPECT_EQ(kvmlat_hist_bucket(i << shift), 273);
	EXPECT_EQ(kvmlat_hist_bucket(15ULL << 36), 272);
	EXPECT_EQ(kvmlat_hist_bucket(~0ULL), 273);
}

static void never_falls(void)
{
	u32 last = 0;

	for (u64 ns = 1; ns < 1 << 20; ns++) {
		u32 bucket = kvmlat_hist_bucket(ns);

		EXPECT(bucket == last || bucket == last + 1);
		last = bucket;
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "bucket bounds are those of the contract", bounds },
		{ "first and last bucket", ends },
		{ "buckets rise with time", never_falls },
	};

	return tap_run(cases, TAP_CASES(cases));
}
