// SPDX-License-Identifier: GPL-2.0-only
/* The clock across a refined frequency and suspends, after which the TSC may begin anew. */
#include <asm/msr.h>

#include "events.h"
#include "tsc.h"

static u64 test_tsc;
static u32 tsc_khz;

#define kvmlat_tsc()		test_tsc
#define rdtsc_ordered()		test_tsc
#define check_tsc_unstable()	0
#define __read_mostly
#define USEC_PER_SEC		1000000

#include "../../../kmod/clock.c"

u64 ktime_get_mono_fast_ns(void)
{
	return 0;
}

static void fresh(u32 khz)
{
	kvmlat_clock_is_tsc = false;
	kvmlat_clock_offset = 0;
	settled = false;
	tsc_khz = khz;
	kvmlat_clock_init();
}

static void factor_of_the_first_vcpu(void)
{
	fresh(2000000);
	test_tsc = 4000000000;
	EXPECT_EQ(kvmlat_clock(), 2000000000);
	tsc_khz = 2500000;
	kvmlat_clock_settle();
	EXPECT(kvmlat_clock() >= 1599999999 && kvmlat_clock() <= 1600000000);
	/* And never again, as accounts exist from now on. */
	tsc_khz = 2000000;
	kvmlat_clock_settle();
	EXPECT(kvmlat_clock() < 1600000001);
}

static void suspends(void)
{
	struct kvmlat_ledger *l;
	u64 before;

	fresh(1000000);
	kvmlat_clock_settle();
	test_tsc = 5000000;
	l = ledger_new(kvmlat_clock(), KVMLAT_STATE_GUEST);
	do_exit(l, kvmlat_clock(), 1);
	test_tsc += 1000;
	do_user(l, kvmlat_clock(), 2);
	test_tsc += 1000;
	do_out(l, kvmlat_clock(), KVMLAT_STATE_OFF, false);
	test_tsc += 1000;

	/* One in which the TSC goes on. */
	kvmlat_clock_suspend();
	test_tsc += 1000000;
	EXPECT(!kvmlat_clock_resume());
	EXPECT(kvmlat_clock_is_plain());

	/* Two in which it begins anew. */
	for (int i = 0; i < 2; i++) {
		kvmlat_clock_suspend();
		before = kvmlat_clock();
		test_tsc = 100;
		EXPECT(kvmlat_clock_resume());
		EXPECT(!kvmlat_clock_is_plain());
		EXPECT_EQ(kvmlat_clock(), before);
		EXPECT_EQ(kvmlat_clock_ordered(), before);
		test_tsc += 500;
	}
	do_in(l, kvmlat_clock(), 0);
	test_tsc += 10;
	do_entry(l, kvmlat_clock());
	look(l, kvmlat_clock());
	EXPECT_EQ(snap.times[KVMLAT_STATE_OFF], 1000 + 1000000 + 500 + 500);
	EXPECT_EQ(snap.times[KVMLAT_STATE_USER], 1010);
	EXPECT_EQ(snap.times[KVMLAT_STATE_EXIT], 1000);
	ledger_free(l);
}

static const struct tap_case cases[] = {
	{ "the factor is what it is when the first vCPU comes", factor_of_the_first_vcpu },
	{ "the clock never goes back in a suspend", suspends },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
