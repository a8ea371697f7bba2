// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "model/track.h"
#include "tap.h"
#include "top.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-6 * (1 + fabs(b));
}

#define EXPECT_NEAR(a, b) do {							\
	double _x = (a), _y = (b);						\
	if (!near(_x, _y)) {							\
		printf("# %s:%d: %s is %f, not %f\n", __FILE__, __LINE__, #a, _x, _y); \
		tap_failed = true;						\
	}									\
} while (0)

static void feed(struct track *m, const struct host *h)
{
	EXPECT(!track_feed(m, host_snapshot(h), !h->no_histograms, h->now / SECOND));
}

static double figure(const struct track *m, uint32_t vm_id, unsigned int which)
{
	const struct subject *s = vm_id ? subject_find(&m->vms, vm_id, 0) : &m->all;

	return s ? s->now[which] : -1;
}

static double vcpu(const struct track *m, uint32_t vcpu_id, unsigned int which)
{
	const struct subject *s = subject_find(&m->vcpus, 2, vcpu_id);

	return s ? s->now[which] : -1;
}

static void the_first_snapshot_is_no_interval(void)
{
	struct host h = host_new();
	struct track m = { 0 };

	host_second(&h);
	feed(&m, &h);
	EXPECT(isnan(figure(&m, 2, FIG_EXITS)));
	EXPECT(isnan(figure(&m, 0, FIG_STATE)));
	EXPECT_EQ(m.vcpus.nr, 3);
	EXPECT_STR(subject_find(&m.vms, 2, 0)->name, "web");
	track_free(&m);
}

static void figures_are_of_the_last_interval(void)
{
	struct host h = host_new();
	struct track m = { 0 };

	host_second(&h);
	feed(&m, &h);
	host_second(&h);
	feed(&m, &h);
	EXPECT_NEAR(vcpu(&m, 0, FIG_EXITS), 1000);
	EXPECT_NEAR(vcpu(&m, 1, FIG_EXITS), 3000);
	EXPECT_NEAR(vcpu(&m, 0, FIG_STATE + KVMLAT_STATE_GUEST), 90);
	EXPECT_NEAR(vcpu(&m, 1, FIG_STATE + KVMLAT_STATE_RUNQ), 50);
	/* The sum over a VM, the share of its time, and the same over all */
	EXPECT_NEAR(figure(&m, 2, FIG_EXITS), 4000);
	EXPECT_NEAR(figure(&m, 2, FIG_STATE + KVMLAT_STATE_GUEST), 70);
	EXPECT_NEAR(figure(&m, 0, FIG_EXITS), 4000);
	EXPECT_NEAR(figure(&m, 0, FIG_STATE + KVMLAT_STATE_WAIT), 100.0 / 3);
	EXPECT_NEAR(figure(&m, 1, FIG_EXITS), 0);
	/* Wakes are no exits; their percentile is in the middle of a bucket, within 1/16 */
	EXPECT(fabs(figure(&m, 2, FIG_WAKE) / 10000 - 1) < 1.0 / 16);
	EXPECT(isnan(figure(&m, 1, FIG_WAKE)));
	track_free(&m);
}

static void totals_are_since_the_begin_or_a_reset(void)
{
	struct host h = host_new();
	struct track m = { 0 };
	struct kvmlat_account a;
	struct owner web = { .vm_id = 2 };
	int i;

	for (i = 0; i < 4; i++) {
		host_second(&h);
		feed(&m, &h);
	}
	host_spend(&h, 1, KVMLAT_STATE_GUEST, SECOND, 7000, 0);
	feed(&m, &h);
	m.total = true;
	EXPECT(!track_recompute(&m));
	EXPECT_NEAR(vcpu(&m, 0, FIG_EXITS), (3 * 1000 + 7000) / 4.0);
	EXPECT(!track_account(&m, &web, &a));
	EXPECT_EQ(kvmlat_find_reason(&a, KVMLAT_REASON_CLASS_EXIT, 0x72)->count, 3 * 4000 + 7000);
	kvmlat_account_free(&a);

	EXPECT(!track_reset(&m));
	EXPECT(isnan(vcpu(&m, 0, FIG_EXITS)));
	host_second(&h);
	feed(&m, &h);
	host_second(&h);
	feed(&m, &h);
	EXPECT_NEAR(vcpu(&m, 0, FIG_EXITS), 1000);
	EXPECT(!track_account(&m, &web, &a));
	EXPECT_EQ(kvmlat_find_reason(&a, KVMLAT_REASON_CLASS_EXIT, 0x72)->count, 8000);
	kvmlat_account_free(&a);
	m.total = false;
	EXPECT(!track_recompute(&m));
	EXPECT(!track_account(&m, &web, &a));
	EXPECT_EQ(kvmlat_find_reason(&a, KVMLAT_REASON_CLASS_EXIT, 0x72)->count, 4000);
	kvmlat_account_free(&a);
	track_free(&m);
}

static void vms_come_and_go(void)
{
	struct host h = host_new();
	struct track m = { 0 };

	feed(&m, &h);
	host_second(&h);
	host_vm(&h, 5, 700, 1, "new");
	host_spend(&h, 3, KVMLAT_STATE_GUEST, SECOND / 2, 50, 0);
	feed(&m, &h);
	EXPECT_NEAR(figure(&m, 5, FIG_EXITS), 100);
	EXPECT_NEAR(figure(&m, 0, FIG_EXITS), 4100);

	/* VM 2 ends in the middle of an interval: its last exits count, later it has no time */
	host_second(&h);
	h.vcpus[1].gone = true;
	h.vcpus[2].gone = true;
	h.vms[1].gone = h.now;
	feed(&m, &h);
	EXPECT_NEAR(figure(&m, 2, FIG_EXITS), 4000);
	EXPECT(subject_find(&m.vms, 2, 0)->gone);
	EXPECT_EQ(m.all.vcpus, 2);
	h.now += SECOND;
	feed(&m, &h);
	EXPECT(isnan(figure(&m, 2, FIG_EXITS)));
	EXPECT_EQ(subject_find(&m.vms, 2, 0)->elapsed, 0);

	/* The module forgets it */
	h.nr_vms = 1;
	h.nr_vcpus = 1;
	feed(&m, &h);
	EXPECT(!subject_find(&m.vms, 2, 0));
	EXPECT(!subject_find(&m.vcpus, 2, 1));
	EXPECT_EQ(m.vcpus.nr, 1);
	track_free(&m);
}

static void what_a_disturbed_dump_lacks_is_kept(void)
{
	struct host h = host_new(), partial;
	struct track m = { 0 };
	float values[HISTORY_SECONDS];

	feed(&m, &h);
	host_second(&h);
	feed(&m, &h);
	host_second(&h);
	partial = h;
	partial.interrupted = true;
	partial.nr_vms = 1;
	partial.nr_vcpus = 1;
	feed(&m, &partial);
	EXPECT(subject_find(&m.vcpus, 2, 1));
	EXPECT(isnan(vcpu(&m, 1, FIG_EXITS)));

	/* Nobody knows what was before: no figure is better than a wrong one */
	host_second(&h);
	feed(&m, &h);
	EXPECT(isnan(vcpu(&m, 1, FIG_EXITS)));
	host_second(&h);
	feed(&m, &h);
	EXPECT_NEAR(vcpu(&m, 1, FIG_EXITS), 3000);
	history_read(&subject_find(&m.vcpus, 2, 1)->past[FIG_EXITS], m.second, values);
	EXPECT_NEAR(values[HISTORY_SECONDS - 1], 3000);
	EXPECT_NEAR(values[HISTORY_SECONDS - 4], 3000);
	track_free(&m);
}

static void accounts_that_begin_anew(void)
{
	struct host h = host_new();
	struct track m = { 0 };

	host_second(&h);
	feed(&m, &h);
	/* kvmlat reset, by anybody */
	h.vcpus[1].start = h.now;
	memset(h.vcpus[1].times, 0, sizeof(h.vcpus[1].times));
	h.vcpus[1].cpuids = 0;
	h.vcpus[1].wakes = 0;
	h.vcpus[1].wake_ns = 0;
	host_second(&h);
	feed(&m, &h);
	EXPECT_NEAR(vcpu(&m, 0, FIG_EXITS), 1000);
	EXPECT_NEAR(figure(&m, 2, FIG_EXITS), 4000);
	track_free(&m);
}

static void rates_of_a_minute_add_up(void)
{
	struct owner all = { 0 }, web = { .vm_id = 2 }, one = { 2, true, 1 };
	struct host h = host_new();
	float values[HISTORY_SECONDS];
	struct track m = { 0 };
	int i;

	for (i = 0; i < 5; i++) {
		feed(&m, &h);
		host_second(&h);
	}
	track_rates(&m, &all, KVMLAT_REASON_CLASS_EXIT, 0x72, values);
	EXPECT_NEAR(values[HISTORY_SECONDS - 1], 4000);
	EXPECT_NEAR(values[HISTORY_SECONDS - 4], 4000);
	EXPECT(isnan(values[HISTORY_SECONDS - 5]));
	track_rates(&m, &web, KVMLAT_REASON_CLASS_EXIT, 0x72, values);
	EXPECT_NEAR(values[HISTORY_SECONDS - 2], 4000);
	track_rates(&m, &one, KVMLAT_REASON_CLASS_EXIT, 0x72, values);
	EXPECT_NEAR(values[HISTORY_SECONDS - 2], 3000);
	track_rates(&m, &one, KVMLAT_REASON_CLASS_EXIT, 0x7b, values);
	EXPECT(isnan(values[HISTORY_SECONDS - 1]));
	track_free(&m);
}

/* A histogram must not be taken for that of the interval if there is none to subtract. */
static void without_histograms_no_percentile(void)
{
	struct owner web = { .vm_id = 2 };
	struct host h = host_new();
	struct kvmlat_account a;
	struct track m = { 0 };

	feed(&m, &h);
	host_second(&h);
	h.no_histograms = true;
	feed(&m, &h);
	EXPECT(isnan(figure(&m, 2, FIG_WAKE)));
	host_second(&h);
	h.no_histograms = false;
	feed(&m, &h);
	EXPECT(isnan(figure(&m, 2, FIG_WAKE)));
	EXPECT(!track_account(&m, &web, &a));
	EXPECT_EQ(kvmlat_find_reason(&a, KVMLAT_REASON_CLASS_EXIT, 0x72)->count, 4000);
	EXPECT_EQ(kvmlat_find_reason(&a, KVMLAT_REASON_CLASS_EXIT, 0x72)->nr_buckets, 0);
	kvmlat_account_free(&a);
	host_second(&h);
	feed(&m, &h);
	EXPECT(figure(&m, 2, FIG_WAKE) > 9000);
	track_free(&m);
}

static const struct tap_case cases[] = {
	{ "the first snapshot is no interval", the_first_snapshot_is_no_interval },
	{ "figures are of the last interval", figures_are_of_the_last_interval },
	{ "totals are since the begin or a reset", totals_are_since_the_begin_or_a_reset },
	{ "VMs come and go", vms_come_and_go },
	{ "what a disturbed dump lacks is kept", what_a_disturbed_dump_lacks_is_kept },
	{ "accounts that begin anew", accounts_that_begin_anew },
	{ "rates of a minute add up", rates_of_a_minute_add_up },
	{ "without histograms no percentile", without_histograms_no_percentile },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
