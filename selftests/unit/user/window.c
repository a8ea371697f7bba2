// SPDX-License-Identifier: GPL-2.0-only
/* What a window is said to do is what it does, and the one that is chosen is the best. */
#include "replay.h"
#include "tap.h"
#include "tune/window.h"

#define HALTS	2000

static uint64_t halts[HALTS];
static struct window_load load;

/* As the module would measure it without polls, over ten seconds; one in ten wakes late. */
static void measure(void)
{
	const struct replay_policy off = { .fixed = true };
	struct replay_account account;
	struct replay r = { 0 };
	size_t i;

	for (i = 0; i < HALTS; i++)
		replay_halt(&off, &r, halts[i], i % 10 ? 30 * US : 300 * US);
	r.elapsed = 10 * SEC;
	replay_account(&r, &account);
	load = (struct window_load){ 0 };
	window_learn(&load, &account.account, 0);
	memset(load.halts, 0, sizeof(load.halts));
	for (i = 0; i < HALTS; i++)
		load.halts[kvmlat_bucket_of(halts[i])]++;
}

static void ping_pong(void)
{
	size_t i;

	for (i = 0; i < HALTS; i++)
		halts[i] = 20000 + chance(40000);
	measure();
}

static void timer_and_bursts(void)
{
	size_t i;

	for (i = 0; i < HALTS; i++)
		halts[i] = i % 5 ? 4000000 : 30000 + chance(20000);
	measure();
}

static void forecast_is_what_happens(void)
{
	static void (* const loads[])(void) = { ping_pong, timer_and_bursts };
	struct window_forecast f;
	size_t i, j, n;

	for (i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		loads[i]();
		for (j = 0; j < KVMLAT_HIST_BUCKETS - 1; j++) {
			struct replay_policy fixed = {
				.max = kvmlat_bucket_upper(j), .fixed = true,
			};
			struct replay r = { 0 };

			window_predict(&load, fixed.max, &f);
			for (n = 0; n < HALTS; n++)
				replay_halt(&fixed, &r, halts[n], 30 * US);
			EXPECT_EQ(f.halts, HALTS);
			EXPECT_EQ(f.slept, r.slept);
			/* A bucket is an eighth wide at most. */
			EXPECT(f.burnt * 10 * SEC >= r.burnt * 0.93);
			EXPECT(f.burnt * 10 * SEC <= r.burnt * 1.07);
		}
	}
}

static void least_window_that_meets_the_goal(void)
{
	const struct window_goal p99 = { .wake = 20 * US, .budget = 1 };
	struct window_forecast f, shorter;

	ping_pong();
	EXPECT(window_choose(&load, &p99, 1, &f));
	EXPECT(f.window > 55000 && f.window < 66000);
	EXPECT(f.slept * 100 <= f.halts && !f.wake);
	window_predict(&load, f.window * 7 / 8, &shorter);
	EXPECT(shorter.wake > 20000);
	/* A third of what may be late is less. */
	EXPECT(window_choose(&load, &p99, 0.1, &shorter));
	EXPECT(shorter.slept * 1000 <= f.halts && shorter.window >= f.window);
	/* Nine in ten that sleep are soon enough for this one, and more of them sleep. */
	EXPECT(window_choose(&load, &(struct window_goal){ .wake = 40 * US, .budget = 1 }, 1,
			     &shorter));
	EXPECT(shorter.window && shorter.window < f.window && shorter.burnt < f.burnt);
	EXPECT(shorter.wake <= 40 * US);
	/* What sleeping does already needs no window. */
	EXPECT(window_choose(&load, &(struct window_goal){ .wake = 400 * US, .budget = 1 }, 1, &f));
	EXPECT_EQ(f.window, 0);
}

static void budget(void)
{
	struct window_goal goal = { .wake = 20 * US, .budget = 0.002 };
	struct window_forecast f;

	ping_pong();
	EXPECT(!window_choose(&load, &goal, 1, &f));
	EXPECT(f.burnt <= 0.002);
	/* 2000 halts of 40us are 8 per mille of ten seconds. */
	goal.budget = 0.009;
	EXPECT(window_choose(&load, &goal, 1, &f));
	/* Without a goal it spares what it can, and nothing beyond. */
	goal = (struct window_goal){ .budget = 0.5 };
	EXPECT(!window_choose(&load, &goal, 1, &f));
	EXPECT(f.slept <= HALTS / 20 && f.window < 66000);
	/* Nothing that may be asked for spares a halt of 4ms. */
	timer_and_bursts();
	EXPECT(!window_choose(&load, &(struct window_goal){ .wake = 20 * US, .budget = 1 }, 1, &f));
	EXPECT(f.slept >= HALTS * 4 / 5 && f.slept <= HALTS * 21 / 25 && f.window < 66000);
}

static void what_is_hardly_worth_it(void)
{
	const struct window_goal goal = { .wake = 20 * US, .budget = 1 };
	struct window_forecast f;
	size_t i;

	for (i = 0; i < HALTS; i++)
		halts[i] = i % 12 ? 4 * MS : 40 * US;
	measure();
	EXPECT(!window_choose(&load, &goal, 1, &f));
	EXPECT_EQ(f.window, 0);
	EXPECT_EQ(f.slept, HALTS);
}

static void nothing_was_measured(void)
{
	const struct window_goal goal = { .wake = 20 * US, .budget = 1 };
	struct window_forecast f;

	load = (struct window_load){ 0 };
	EXPECT(!window_choose(&load, &goal, 1, &f));
	EXPECT_EQ(f.window, 0);
	EXPECT(!window_choose(&load, &(struct window_goal){ .budget = 0.5 }, 1, &f));
	/* Nobody slept, so nobody knows how late that is: all that is allowed is to poll. */
	ping_pong();
	memset(load.late, 0, sizeof(load.late));
	window_predict(&load, 0, &f);
	EXPECT_EQ(f.wake, UINT64_MAX);
	EXPECT(window_choose(&load, &goal, 1, &f));
	EXPECT(f.window > 55000);
}

/* A poll that had success is a wake-up, too, and soon: those that slept are the latest. */
static void who_slept_was_late(void)
{
	const struct replay_policy fixed = { .max = 50 * US, .fixed = true };
	struct replay_account account;
	struct window_forecast f;
	struct replay r = { 0 };
	size_t i;

	for (i = 0; i < 1000; i++)
		replay_halt(&fixed, &r, i % 4 ? 40 * US : 100 * US, 70 * US);
	replay_account(&r, &account);
	load = (struct window_load){ 0 };
	window_learn(&load, &account.account, 0);
	window_predict(&load, 0, &f);
	EXPECT(f.wake > 60 * US && f.wake < 80 * US);
	window_predict(&load, 50 * US, &f);
	EXPECT_EQ(f.slept, 250);
	EXPECT(f.wake > 60 * US);
	/* What they waited for came after 100us, not after the 170us that they took. */
	window_predict(&load, 90 * US, &f);
	EXPECT_EQ(f.slept, 250);
	window_predict(&load, 115 * US, &f);
	EXPECT_EQ(f.slept, 0);
	/* But a window that they outlasted, they did. */
	load = (struct window_load){ 0 };
	window_learn(&load, &account.account, 130 * US);
	window_predict(&load, 120 * US, &f);
	EXPECT_EQ(f.slept, 250);
}

static void loads_are_told_apart(void)
{
	struct window_load other;

	ping_pong();
	other = load;
	EXPECT(!window_distance(&load, &other));
	ping_pong();
	EXPECT(window_distance(&load, &other) < 0.1);
	timer_and_bursts();
	EXPECT(window_distance(&load, &other) > 0.7);
	other = (struct window_load){ 0 };
	EXPECT(!window_distance(&load, &other));
	window_fade(&load, 0.5);
	EXPECT_EQ(window_count(&load), HALTS / 2);
	EXPECT_EQ(load.elapsed, 5 * SEC);
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
		replay_halt(&kvm, &r, 60000, 0);
		EXPECT_EQ(r.window, way[i]);
	}
	EXPECT_EQ(r.polled, 1);
	EXPECT_EQ(r.slept, 4);
	EXPECT_EQ(r.burnt, 10000 + 20000 + 40000 + 60000);
	replay_halt(&kvm, &r, 5000000, 0);
	EXPECT_EQ(r.window, 40000);
	replay_halt(&kvm, &r, 5000000, 0);
	replay_halt(&kvm, &r, 5000000, 0);
	EXPECT_EQ(r.window, 10000);
	replay_halt(&kvm, &r, 5000000, 0);
	EXPECT_EQ(r.window, 0);
	r = (struct replay){ .window = 80000 };
	replay_halt(&old, &r, 5000000, 0);
	EXPECT_EQ(r.window, 0);
	r = (struct replay){ 0 };
	replay_halt(&proxmox, &r, 60000, 0);
	EXPECT_EQ(r.window, 0);
	replay_halt(&off, &r, 60000, 0);
	EXPECT_EQ(r.burnt, 0);
	/* It grows beyond its maximum, and polls no longer than that. */
	r = (struct replay){ .window = 160000 };
	replay_halt(&kvm, &r, 190000, 0);
	EXPECT_EQ(r.window, 320000);
	replay_halt(&kvm, &r, 250000, 0);
	EXPECT_EQ(r.burnt, 160000 + 200000);
}

int main(void)
{
	static const struct tap_case tests[] = {
		{ "a forecast is what happens", forecast_is_what_happens },
		{ "the least window that meets the goal", least_window_that_meets_the_goal },
		{ "a budget bounds the window", budget },
		{ "what is hardly worth it is not burnt", what_is_hardly_worth_it },
		{ "without a measurement there is no window", nothing_was_measured },
		{ "who slept was late", who_slept_was_late },
		{ "loads are told apart", loads_are_told_apart },
		{ "KVM grows and shrinks as its source says", kvm_grows_and_shrinks },
	};

	return tap_run(tests, TAP_CASES(tests));
}
