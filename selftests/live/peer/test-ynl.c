// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own YNL client drives the family with only kvmlat.yaml, and hears the same. */
#include <stdlib.h>

#include "lib/host.h"
#include "lib/json.h"

#define CLI "python3 \"$KSRC/tools/net/ynl/cli.py\" --spec Documentation/netlink/kvmlat.yaml " \
	    "--schema \"$KSRC/Documentation/netlink/genetlink-legacy.yaml\" --output-json "

FIXTURE(ynl)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	struct json_object *json;
};

FIXTURE_SETUP(ynl)
{
	struct host *h = &self->host;

	ASSERT_NE(NULL, getenv("KSRC"))
		TH_LOG("KSRC names no linux source");
	HOST_UP(h, NULL);
	ASSERT_EQ(0, vmm_start(&h->vmm,
			       "--vcpus 3 --do cpuid=300 --do pio=40 --do mmio=20 --do irqwin=5"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->snap));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, LIFE);
}

FIXTURE_TEARDOWN(ynl)
{
	json_object_put(self->json);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

#define ASK(what) do { \
	self->json = json_of(CLI what); \
	ASSERT_NE(NULL, self->json); \
} while (0)

TEST_F_TIMEOUT(ynl, info, TEST_S)
{
	struct json_object *j;
	struct info info;

	ASK("--do info --json '{\"abi\": 1}'");
	j = json_get(self->json, "info");
	ASSERT_EQ(0, info_get(&self->host.wire, &info));
	EXPECT_EQ(info.abi, json_u64(j, "abi"));
	EXPECT_EQ(info.vms, json_u64(j, "vms"));
	EXPECT_EQ(info.vms, 1);
	EXPECT_EQ(info.vcpus, json_u64(j, "vcpus"));
	EXPECT_EQ(info.memory, json_u64(j, "memory"));
	EXPECT_EQ(info.clock_khz, json_u64(j, "clock-khz"));
	EXPECT_LT(json_u64(j, "now"), info.now);
	EXPECT_EQ(info.probes, json_object_array_length(json_get(j, "probe")));
	EXPECT_STREQ(info.version, json_object_get_string(json_get(j, "version")));
}

TEST_F_TIMEOUT(ynl, vms, TEST_S)
{
	struct json_object *j;

	ASK("--dump vm-get");
	ASSERT_EQ(1, json_object_array_length(self->json));
	j = json_get(json_object_array_get_idx(self->json, 0), "vm");
	EXPECT_EQ(self->known.pid, json_u64(j, "pid"));
	EXPECT_EQ(3, json_u64(j, "vcpus"));
	EXPECT_STREQ("kvmlat-vmm", json_object_get_string(json_get(j, "comm")));
}

static uint64_t array_sum(struct json_object *array)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < json_object_array_length(array); i++)
		sum += json_object_get_uint64(json_object_array_get_idx(array, i));
	return sum;
}

/* Names as the specification has them */
static int class_of(const char *name)
{
	static const char * const names[] = {
		[KVMLAT_REASON_CLASS_EXIT] = "exit",
		[KVMLAT_REASON_CLASS_USER] = "user",
		[KVMLAT_REASON_CLASS_HALT] = "halt",
		[KVMLAT_REASON_CLASS_POLL_HIT] = "poll-hit",
		[KVMLAT_REASON_CLASS_POLL_MISS] = "poll-miss",
		[KVMLAT_REASON_CLASS_SLEEP] = "sleep",
		[KVMLAT_REASON_CLASS_WAKE] = "wake",
		[KVMLAT_REASON_CLASS_RUNQ] = "runq",
		[KVMLAT_REASON_CLASS_PREEMPT] = "preempt",
		[KVMLAT_REASON_CLASS_TIMER] = "timer",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -1;
}

TEST_F_TIMEOUT(ynl, vcpus, TEST_S)
{
	unsigned int rows = 0, ours = 0;

	ASK("--dump vcpu-get --json '{\"histograms\": true}'");
	for (size_t i = 0; i < json_object_array_length(self->json); i++) {
		struct json_object *j, *reasons;
		const struct acct *a;

		j = json_get(json_object_array_get_idx(self->json, i), "vcpu");
		a = snap_find(&self->snap, json_u64(j, "pid"), json_u64(j, "tid"),
			      json_u64(j, "vcpu-id"));
		ASSERT_NE(NULL, a);
		EXPECT_EQ(a->vm, json_u64(j, "vm-id"));
		EXPECT_EQ(a->since, json_u64(j, "since"));
		EXPECT_EQ(a->times[KVMLAT_STATE_GUEST], json_u64(json_get(j, "times"), "guest"));
		EXPECT_EQ(a->times[KVMLAT_STATE_EXIT], json_u64(json_get(j, "times"), "exit"));
		EXPECT_EQ(a->times[KVMLAT_STATE_USER], json_u64(json_get(j, "times"), "user"));
		EXPECT_EQ(a->times[KVMLAT_STATE_WAIT], json_u64(json_get(j, "times"), "wait"));
		EXPECT_EQ(a->preempted, json_u64(j, "preempted"));
		EXPECT_EQ(a->poll_window, json_u64(json_get(j, "halt"), "window"));
		EXPECT_EQ(a->open_code, json_u64(json_get(j, "open"), "code"));
		reasons = json_get(j, "reason");
		for (size_t k = 0; k < json_object_array_length(reasons); k++) {
			struct json_object *r = json_object_array_get_idx(reasons, k);
			int class = class_of(json_object_get_string(json_get(r, "class")));
			bool code = json_object_object_get_ex(r, "code", NULL);
			const struct row *row;

			ASSERT_LE(0, class);
			EXPECT_EQ(class == KVMLAT_REASON_CLASS_EXIT ||
				  class == KVMLAT_REASON_CLASS_USER, code);
			row = acct_row(a, class, code ? json_u64(r, "code") : 0);
			ASSERT_NE(NULL, row);
			EXPECT_EQ(row->count, json_u64(r, "count"));
			EXPECT_EQ(row->total, json_u64(r, "total"));
			EXPECT_EQ(row->longest, json_u64(r, "longest"));
			EXPECT_EQ(row->longest_at, json_u64(r, "longest-at"));
			EXPECT_EQ(row->longest_cpu, json_u64(r, "longest-cpu"));
			EXPECT_EQ(row->count, array_sum(json_get(r, "bucket-count")));
			EXPECT_EQ(json_object_array_length(json_get(r, "bucket-count")),
				  json_object_array_length(json_get(r, "bucket-index")));
			rows++;
		}
	}
	for (unsigned int i = 0; i < self->snap.nr; i++)
		ours += self->snap.accts[i].nr_rows;
	EXPECT_EQ(ours, rows);
	EXPECT_LT(3 * 3, rows);
}

TEST_F_TIMEOUT(ynl, reset, TEST_S)
{
	struct snap snap;

	ASSERT_EQ(0, system(CLI "--do reset > /dev/null"));
	ASSERT_EQ(0, snap_steady(&self->host.wire, FILTER(), &snap));
	ASSERT_EQ(3, snap.nr);
	for (unsigned int i = 0; i < snap.nr; i++)
		EXPECT_EQ(0, acct_total(&snap.accts[i]));
	snap_free(&snap);
}

TEST_HARNESS_MAIN
