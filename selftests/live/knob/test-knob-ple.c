// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pause-loop exits by their effect: two vCPUs on one CPU execute PAUSE after PAUSE, and the window
 * decides how many of these exit. For a processor that has them, see the lab's machine "intel".
 */
#include <stdio.h>
#include <stdlib.h>

#include <asm/vmx.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/sysfs.h"

#define PAUSES	"500000"
#define ROUNDS	20
#define PLE_S	400

/* In the order of their ids */
static const char *const names[] = {
	"ple_window", "ple_window_grow", "ple_window_shrink", "ple_window_max", "ple_gap",
};

FIXTURE(ple)
{
	struct host host;
	uint64_t window;
};

FIXTURE_SETUP(ple)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, sysfs_param("kvm_intel", "ple_window", &self->window));
	ASSERT_EQ(0, vmm_start(&self->host.vmm, "--vcpus 2 --do pause=1:" PAUSES " --forever"));
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
}

FIXTURE_TEARDOWN(ple)
{
	HOST_DOWN(&self->host);
}

struct exits {
	uint64_t pauses;
	uint64_t rounds;
};

struct progress {
	struct wire *wire;
	pid_t pid;
	uint64_t until;
	struct exits now;
};

static int count(const struct progress *p, struct exits *exits)
{
	struct snap snap;
	int err = snap_dump(p->wire, FILTER(.pid = p->pid), &snap);

	*exits = (struct exits){ 0 };
	for (unsigned int i = 0; !err && i < snap.nr; i++) {
		const struct acct *a = &snap.accts[i];
		const struct row *pause = acct_row(a, KVMLAT_REASON_CLASS_EXIT,
						   EXIT_REASON_PAUSE_INSTRUCTION);
		const struct row *io = acct_row(a, KVMLAT_REASON_CLASS_EXIT,
						EXIT_REASON_IO_INSTRUCTION);

		exits->pauses += pause ? pause->count : 0;
		exits->rounds += io ? io->count : 0;
	}
	snap_free(&snap);
	return err;
}

static bool has_come(void *arg)
{
	struct progress *p = arg;

	return count(p, &p->now) || p->now.rounds >= p->until;
}

/* PAUSE exits of a hundred rounds. A grown window is reset when the other vCPU had the CPU */
#define RATE(rate) do { \
	struct progress p_ = { .wire = &self->host.wire, .pid = self->host.vmm.pid }; \
	struct exits begin_; \
	ASSERT_EQ(0, count(&p_, &begin_)); \
	p_.until = begin_.rounds + ROUNDS; \
	ASSERT_TRUE(wait_until(100000, has_come, &p_)); \
	ASSERT_LE(p_.until, p_.now.rounds); \
	rate = (p_.now.pauses - begin_.pauses) * 100 / (p_.now.rounds - begin_.rounds); \
	TH_LOG("%lu PAUSE exits per 100 times " PAUSES " PAUSEs", rate); \
} while (0)

TEST_F_TIMEOUT(ple, window_acts_on_a_running_guest, PLE_S)
{
	struct wire *w = &self->host.wire;
	uint64_t before, narrow, wide, after, window;
	struct knob ask = KNOB(PLE_WINDOW, .value = self->window / 4);
	uint32_t change[2];
	struct knobs reply;

	RATE(before);
	change[0] = knob_set(w, &ask);
	ASSERT_NE(0, change[0])
		TH_LOG("%s", w->text);
	RATE(narrow);
	ask.value = self->window * 16;
	change[1] = knob_set(w, &ask);
	ASSERT_NE(0, change[1]);
	RATE(wide);
	ASSERT_EQ(0, knob_undo(w, change[0], false, &reply));
	knobs_free(&reply);
	ASSERT_EQ(0, knob_undo(w, change[1], false, &reply));
	knobs_free(&reply);
	ASSERT_EQ(0, sysfs_param("kvm_intel", "ple_window", &window));
	ASSERT_EQ(self->window, window);
	RATE(after);

	EXPECT_LT(before * 2, narrow);
	EXPECT_LT(wide * 4, before);
	EXPECT_LT(before * 6, after * 10);
	EXPECT_LT(after * 6, before * 10);
}

/* The same by the command, as a user does it */
TEST_F_TIMEOUT(ple, command_acts_on_a_running_guest, PLE_S)
{
	uint64_t before, narrow, after, window;
	char set[80];

	snprintf(set, sizeof(set), "build/bin/kvmlat set ple_window=%lu", self->window / 4);
	RATE(before);
	ASSERT_EQ(0, system(set));
	ASSERT_EQ(0, sysfs_param("kvm_intel", "ple_window", &window));
	ASSERT_EQ(self->window / 4, window);
	RATE(narrow);
	ASSERT_EQ(0, system("build/bin/kvmlat undo"));
	ASSERT_EQ(0, sysfs_param("kvm_intel", "ple_window", &window));
	ASSERT_EQ(self->window, window);
	RATE(after);

	EXPECT_LT(before * 2, narrow);
	EXPECT_LT(before * 6, after * 10);
	EXPECT_LT(after * 6, before * 10);
}

TEST_F_TIMEOUT(ple, all_of_them_and_back, PLE_S)
{
	uint64_t before[5], now;
	struct knobs reply;
	struct knob ask[5];

	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(0, sysfs_param("kvm_intel", names[i], &before[i]));
		ask[i] = (struct knob){
			.id = KVMLAT_KNOB_PLE_WINDOW + i, .vcpu = -1, .value = 3 + i,
		};
	}
	ASSERT_EQ(0, knob_change(&self->host.wire, ask, 5, false, &reply))
		TH_LOG("%s", self->host.wire.text);
	ASSERT_EQ(5, reply.nr);
	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(i == 4, reply.knob[i].later);
		ASSERT_EQ(0, sysfs_param("kvm_intel", names[i], &now));
		ASSERT_EQ(3 + (uint64_t)i, now);
	}
	knobs_free(&reply);
	ASSERT_EQ(0, kvmlat_unload());
	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(0, sysfs_param("kvm_intel", names[i], &now));
		ASSERT_EQ(before[i], now)
			TH_LOG("%s", names[i]);
	}
}

TEST_HARNESS_MAIN
