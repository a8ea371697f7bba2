// SPDX-License-Identifier: GPL-2.0-only
/* What a window is said to do is what it does, and the one that is chosen is the best. */
#include <stdlib.h>

#include "tap.h"
#include "tune/replay.h"
#include "tune/window.h"

#define HALTS	2000
#define SEC	1000000000ULL

static uint64_t halts[HALTS];
static struct kvmlat_bucket buckets[512], wake_buckets[2];
static struct kvmlat_reason row, wakes;

/* Of the same seed the same on each machine. */
static uint32_t chance(void)
{
	static uint32_t state = 1;

	state = state * 1103515245 + 12345;
	return state >> 8;
}

/* The histogram of halts[], as the module would have it. */
static struct window_halts measure(void)
{
	unsigned int index;
	size_t i, j;

	row = (struct kvmlat_reason){ .buckets = buckets };
	for (index = 0; index < 512; index++) {
		uint64_t count = 0;

		for (i = 0; i < HALTS; i++)
			count += kvmlat_bucket_of(halts[i]) == index;
		if (!count)
			continue;
		j = row.nr_buckets++;
		buckets[j] = (struct kvmlat_bucket){ index, count };
		row.count += count;
	}
	/* One in ten wakes late. */
	wake_buckets[0] = (struct kvmlat_bucket){ kvmlat_bucket_of(30000), 900 };
	wake_buckets[1] = (struct kvmlat_bucket){ kvmlat_bucket_of(300000), 100 };
	wakes = (struct kvmlat_reason){ .count = 1000, .buckets = wake_buckets, .nr_buckets = 2,
					.longest_min = 300000, .longest_max = 300000 };
	return (struct window_halts){ &row, &wakes, 10 * SEC };
}

static void ping_pong(void)
{
	size_t i;

	for (i = 0; i < HALTS; i++)
		halts[i] = 20000 + chance() % 40000;
}

static void timer_and_bursts(void)
{
	size_t i;

	for (i = 0; i < HALTS; i++)
		halts[i] = i % 5 ? 4000000 : 30000 + chance() % 20000;
}

static void forecast_is_what_happens(void)
{
	static void (* const loads[])(void) = { ping_pong, timer_and_bursts };
	struct window_forecast f;
	struct window_halts m;
	struct replay r;
	size_t i, j;

	for (i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		loads[i]();
		m = measure();
		for (j = 0; j < row.nr_buckets; j++) {
			struct replay_policy fixed = {
				.max = kvmlat_bucket_upper(buckets[j].index), .fixed = 1,
			};

			window_predict(&m, 990, fixed.max, &f);
			replay_all(&fixed, halts, HALTS, &r);
			EXPECT_EQ(f.halts, HALTS);
			EXPECT_EQ(f.slept, r.slept);
			/* A bucket is an eighth wide at most. */
			EXPECT(f.burnt >= r.burnt * 0.93 && f.burnt <= r.burnt * 1.07);
		}
	}
}

static void least_window_that_meets_the_goal(void)
{
	const struct window_goal p99 = { .wake = 20000, .permille = 990 };
	struct window_forecast f, shorter;
	struct window_halts m;

	ping_pong();
	m = measure();
	EXPECT(window_choose(&m, &p99, &f));
	EXPECT(f.window > 55000 && f.window < 66000);
	EXPECT(f.slept * 100 <= f.halts && !f.wake);
	window_predict(&m, 990, f.window * 7 / 8, &shorter);
	EXPECT(shorter.wake > 20000);
	/* What sleeping does already needs no window. */
	EXPECT(window_choose(&m, &(struct window_goal){ .wake = 400000, .permille = 990 }, &f));
	EXPECT_EQ(f.window, 0);
}

static void budget(void)
{
	struct window_goal goal = { .wake = 20000, .permille = 990, .budget = 2 };
	struct window_forecast f;
	struct window_halts m;

	ping_pong();
	m = measure();
	EXPECT(!window_choose(&m, &goal, &f));
	EXPECT(f.burnt <= 0.002 * m.elapsed);
	/* 2000 halts of 40us are 8 per mille of ten seconds. */
	goal.budget = 9;
	EXPECT(window_choose(&m, &goal, &f));
	goal = (struct window_goal){ .permille = 990, .budget = 9 };
	EXPECT(window_choose(&m, &goal, &f));
	EXPECT_EQ(f.slept, 0);
	/* Nothing that may be asked for saves a halt of 4ms. */
	timer_and_bursts();
	m = measure();
	goal.budget = 12;
	EXPECT(window_choose(&m, &goal, &f));
	EXPECT_EQ(f.slept, HALTS * 4 / 5);
	EXPECT(f.window <= WINDOW_MAX_NS);
}

static void nothing_was_measured(void)
{
	const struct window_goal goal = { .wake = 20000, .permille = 990 };
	struct window_halts none = { 0 };
	struct window_forecast f;

	EXPECT(!window_choose(&none, &goal, &f));
	EXPECT_EQ(f.window, 0);
	EXPECT(!window_choose(&none, &(struct window_goal){ .budget = 5 }, &f));
	ping_pong();
	none = measure();
	none.wakes = NULL;
	window_predict(&none, 990, 0, &f);
	EXPECT_EQ(f.wake, UINT64_MAX);
}

/* As the kernel's source has it, step by step. */
static void kvm_grows_and_shrinks(void)
{
	const struct replay_policy kvm = { 200000, 2, 10000, 2 }, old = { 200000, 2, 10000, 0 };
	const struct replay_policy proxmox = { 200000, 0, 10000, 0 }, off = { 0, 2, 10000, 2 };
	static const uint64_t way[] = { 10000, 20000, 40000, 80000, 80000 };
	struct replay r = { 0 };
	size_t i;

	for (i = 0; i < sizeof(way) / sizeof(*way); i++) {
		replay_halt(&kvm, &r, 60000);
		EXPECT_EQ(r.window, way[i]);
	}
	EXPECT_EQ(r.polled, 1);
	EXPECT_EQ(r.slept, 4);
	EXPECT_EQ(r.burnt, 10000 + 20000 + 40000 + 60000);
	replay_halt(&kvm, &r, 5000000);
	EXPECT_EQ(r.window, 40000);
	replay_halt(&kvm, &r, 5000000);
	replay_halt(&kvm, &r, 5000000);
	EXPECT_EQ(r.window, 10000);
	replay_halt(&kvm, &r, 5000000);
	EXPECT_EQ(r.window, 0);
	r = (struct replay){ .window = 80000 };
	replay_halt(&old, &r, 5000000);
	EXPECT_EQ(r.window, 0);
	r = (struct replay){ 0 };
	replay_halt(&proxmox, &r, 60000);
	EXPECT_EQ(r.window, 0);
	replay_halt(&off, &r, 60000);
	EXPECT_EQ(r.burnt, 0);
	/* It grows beyond its maximum, and polls no longer than that. */
	r = (struct replay){ .window = 160000 };
	replay_halt(&kvm, &r, 190000);
	EXPECT_EQ(r.window, 320000);
	replay_halt(&kvm, &r, 250000);
	EXPECT_EQ(r.burnt, 160000 + 200000);
}

int main(void)
{
	static const struct tap_case tests[] = {
		{ "a forecast is what happens", forecast_is_what_happens },
		{ "the least window that meets the goal", least_window_that_meets_the_goal },
		{ "a budget bounds the window", budget },
		{ "without a measurement there is no window", nothing_was_measured },
		{ "KVM grows and shrinks as its source says", kvm_grows_and_shrinks },
	};

	return tap_run(tests, TAP_CASES(tests));
}
