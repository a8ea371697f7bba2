// SPDX-License-Identifier: GPL-2.0-only
/* Details of exits: exact while they fit, bounded when they do not. */
#include <stdlib.h>

#include <linux/types.h>

#include "ledger/detail.h"
#include "tap.h"

static struct kvmlat_detail d;

static bool find(u64 key, struct kvmlat_detail_entry *e)
{
	for (u32 i = 0; i < KVMLAT_DETAIL_KEYS; i++)
		if (kvmlat_detail_read(&d, i, e) && e->key == key)
			return true;
	return false;
}

static void few_keys(void)
{
	struct kvmlat_detail_entry e;
	u64 port = KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_PIO_OUT, 0x3f8);

	kvmlat_detail_clear(&d);
	EXPECT(!find(port, &e));
	for (u32 i = 1; i <= 10; i++)
		kvmlat_detail_add(&d, port, i * 100);
	kvmlat_detail_add(&d, KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_PIO_IN, 0x3f8), 7);
	EXPECT(find(port, &e));
	EXPECT_EQ(e.count, 10);
	EXPECT_EQ(e.total, 5500);
	EXPECT_EQ(e.longest, 1000);
	EXPECT_EQ(e.error, 0);
	EXPECT_EQ(d.evicted, 0);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(port), KVMLAT_DETAIL_KIND_PIO_OUT);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(port), 0x3f8);
	EXPECT(find(KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_PIO_IN, 0x3f8), &e));
	EXPECT_EQ(e.count, 1);
}

static void many_keys(void)
{
	static u64 truth[2000];
	struct kvmlat_detail_entry e;
	u64 seen = 0;

	srand(1);
	kvmlat_detail_clear(&d);
	for (u32 i = 0; i < 200000; i++) {
		/* Every other one is of ten frequent keys. */
		u32 n = i & 1 ? rand() % 10 : rand() % 2000;

		truth[n]++;
		kvmlat_detail_add(&d, KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_MSR_READ, n), 1);
	}
	EXPECT(d.evicted > 0);
	for (u32 i = 0; i < KVMLAT_DETAIL_KEYS; i++) {
		EXPECT(kvmlat_detail_read(&d, i, &e));
		EXPECT(e.count >= truth[KVMLAT_DETAIL_VALUE(e.key)]);
		EXPECT(e.count - e.error <= truth[KVMLAT_DETAIL_VALUE(e.key)]);
		EXPECT_EQ(e.total, e.count - e.error);
		seen += e.count;
	}
	/* Nothing is lost: who takes a place takes its count, too. */
	EXPECT_EQ(seen, 200000);
	for (u32 n = 0; n < 10; n++) {
		EXPECT(find(KVMLAT_DETAIL_KEY(KVMLAT_DETAIL_KIND_MSR_READ, n), &e));
		EXPECT(e.error < truth[n] / 2);
	}
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "few keys are exact", few_keys },
		{ "many keys are bounded, the frequent ones stay", many_keys },
	};

	return tap_run(cases, TAP_CASES(cases));
}
