// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is written and what must never be: vendor modules with parameters of each kind, see fake/.
 * $FAKE_KO is the folder with them.
 */
#include <unistd.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/sysfs.h"

struct param {
	const char *name;
	uint32_t id;
	bool writable;
	bool readable;
	bool twin;		/* is the same number as the other twin */
};

FIXTURE(param)
{
	struct wire wire;
};

FIXTURE_VARIANT(param)
{
	const char *module;
	const char *params;
	bool hardware;
	struct param param[5];
};

/* Whether it may be written and whether read; why not is in the modules' own comments */
#define P(name, id, ...) { name, KVMLAT_KNOB_##id, __VA_ARGS__ }

FIXTURE_VARIANT_ADD(param, intel) {
	.module = "kvm_intel", .params = "", .hardware = true, .param = {
		P("ple_gap", PLE_GAP, true, true),
		P("ple_window", PLE_WINDOW, true, true),
		P("ple_window_grow", PLE_WINDOW_GROW, false, true),
		P("ple_window_shrink", PLE_WINDOW_SHRINK, false, false),
		P("ple_window_max", PLE_WINDOW_MAX, false, false),
	},
};

FIXTURE_VARIANT_ADD(param, intel_without_ple) {
	.module = "kvm_intel", .params = "ple_gap=0", .hardware = false, .param = {
		P("ple_gap", PLE_GAP, false, true),
		P("ple_window", PLE_WINDOW, false, true),
		P("ple_window_grow", PLE_WINDOW_GROW, false, true),
		P("ple_window_shrink", PLE_WINDOW_SHRINK, false, false),
		P("ple_window_max", PLE_WINDOW_MAX, false, false),
	},
};

FIXTURE_VARIANT_ADD(param, amd) {
	.module = "kvm_amd", .params = "pause_filter_thresh=128", .hardware = true, .param = {
		P("pause_filter_thresh", PAUSE_FILTER_THRESH, true, true),
		P("pause_filter_count", PAUSE_FILTER_COUNT, true, true, true),
		P("pause_filter_count_grow", PAUSE_FILTER_COUNT_GROW, false, true),
		P("pause_filter_count_shrink", PAUSE_FILTER_COUNT_SHRINK, true, true, true),
		P("pause_filter_count_max", PAUSE_FILTER_COUNT_MAX, false, false),
	},
};

FIXTURE_VARIANT_ADD(param, amd_without_filter) {
	.module = "kvm_amd", .params = "", .hardware = false, .param = {
		P("pause_filter_thresh", PAUSE_FILTER_THRESH, false, true),
		P("pause_filter_count", PAUSE_FILTER_COUNT, false, true),
		P("pause_filter_count_grow", PAUSE_FILTER_COUNT_GROW, false, true),
		P("pause_filter_count_shrink", PAUSE_FILTER_COUNT_SHRINK, false, true),
		P("pause_filter_count_max", PAUSE_FILTER_COUNT_MAX, false, false),
	},
};

FIXTURE_SETUP(param)
{
	ASSERT_EQ(0, kvm_unload());
	ASSERT_EQ(0, fake_load(variant->module, variant->params));
	ASSERT_EQ(0, kvmlat_reload(NULL));
	ASSERT_EQ(0, wire_open(&self->wire));
}

FIXTURE_TEARDOWN(param)
{
	wire_close(&self->wire);
	if (mod_is_loaded("kvmlat"))
		EXPECT_EQ(0, kvmlat_unload());
	EXPECT_EQ(0, mod_remove(variant->module));
}

static void param_values(const struct param *param, const char *module, uint64_t value[5])
{
	for (int i = 0; i < 5; i++)
		if (sysfs_param(module, param[i].name, &value[i]))
			value[i] = -1;
}

TEST_F_TIMEOUT(param, only_plain_data_is_written, TEST_S)
{
	uint64_t before[5], after[5];
	struct wire *w = &self->wire;
	struct knobs reply;
	struct knob now;

	param_values(variant->param, variant->module, before);
	for (int i = 0; i < 5; i++) {
		const struct param *p = &variant->param[i];
		struct knob ask = { .id = p->id, .vcpu = -1, .value = 77 };
		uint32_t change;

		ASSERT_EQ(0, knob_get(w, &ask, &now));
		ASSERT_EQ(p->readable, now.has_value)
			TH_LOG("%s", p->name);
		ASSERT_EQ(p->writable, !now.why[0])
			TH_LOG("%s: \"%s\"", p->name, now.why);
		if (p->readable)
			ASSERT_EQ(before[i], now.value);

		change = knob_set(w, &ask);
		ASSERT_EQ(p->writable, !!change)
			TH_LOG("%s: \"%s\"", p->name, w->text);
		if (!p->writable) {
			ASSERT_EQ(EOPNOTSUPP, w->err);
			ASSERT_LT(8, strlen(w->text));
		}
		param_values(variant->param, variant->module, after);
		for (int j = 0; j < 5; j++) {
			bool same = j == i || (p->twin && variant->param[j].twin);

			ASSERT_EQ(same && change ? 77 : before[j], after[j])
				TH_LOG("%s after setting %s", variant->param[j].name, p->name);
		}
		if (!change)
			continue;
		ASSERT_EQ(0, knob_undo(w, change, false, &reply));
		ASSERT_EQ(KVMLAT_RESULT_RESTORED, reply.knob[0].result);
		knobs_free(&reply);
		param_values(variant->param, variant->module, after);
		ASSERT_EQ(before[i], after[i]);
	}
}

/* Switching it off for new VMs by ourselves is not a processor without it: the way back is open */
TEST_F_TIMEOUT(param, our_own_zero_is_no_missing_hardware, TEST_S)
{
	struct knob gap = { .id = variant->param[0].id, .vcpu = -1 };
	struct knob window = { .id = variant->param[1].id, .vcpu = -1, .value = 99 };
	uint64_t before[5], after[5];
	struct wire *w = &self->wire;
	struct knobs reply;

	if (!variant->hardware) {
		ASSERT_EQ(EOPNOTSUPP, knob_change(w, &gap, 1, false, &reply));
		return;
	}
	param_values(variant->param, variant->module, before);
	ASSERT_EQ(0, knob_change(w, &gap, 1, false, &reply));
	ASSERT_TRUE(reply.knob[0].later);
	knobs_free(&reply);
	ASSERT_NE(0, knob_set(w, &window));
	gap.value = 5;
	ASSERT_NE(0, knob_set(w, &gap));
	ASSERT_EQ(0, knob_undo(w, 0, false, &reply));
	ASSERT_EQ(2, reply.nr);
	knobs_free(&reply);
	param_values(variant->param, variant->module, after);
	ASSERT_EQ(0, memcmp(before, after, sizeof(before)));
}

/* A module that is unloaded takes its changes along; the next one is not touched */
TEST_F_TIMEOUT(param, reload_of_the_vendor_module_forgets, TEST_S)
{
	struct knob window = { .id = variant->param[1].id, .vcpu = -1, .value = 4242 };
	struct wire *w = &self->wire;
	char params[128];
	struct knob now;
	uint64_t value;

	ASSERT_EQ(variant->hardware, !!knob_set(w, &window));
	ASSERT_EQ(0, mod_remove(variant->module));
	ASSERT_EQ(0, knob_get(w, &window, &now));
	ASSERT_FALSE(now.has_value);
	ASSERT_FALSE(now.has_original);
	ASSERT_EQ(0, knob_set(w, &window));
	ASSERT_EQ(EOPNOTSUPP, w->err);
	snprintf(params, sizeof(params), "%s %s=4242", variant->params, variant->param[1].name);
	ASSERT_EQ(0, fake_load(variant->module, params));
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_EQ(0, sysfs_param(variant->module, variant->param[1].name, &value));
	ASSERT_EQ(4242, value);
}

FIXTURE(twins)
{
	struct wire wire;
	struct wire events;
};

FIXTURE_SETUP(twins)
{
	ASSERT_EQ(0, kvm_unload());
	ASSERT_EQ(0, fake_load("kvm_amd", "pause_filter_thresh=128"));
	ASSERT_EQ(0, kvmlat_reload(NULL));
	ASSERT_EQ(0, wire_open(&self->wire));
	ASSERT_EQ(0, knob_listen(&self->events));
}

FIXTURE_TEARDOWN(twins)
{
	wire_close(&self->events);
	wire_close(&self->wire);
	EXPECT_EQ(0, kvmlat_unload());
	EXPECT_EQ(0, mod_remove("kvm_amd"));
}

/* The third knob is not any more what it was when all were checked, since it is the second */
TEST_F_TIMEOUT(twins, failure_half_way_rolls_back, TEST_S)
{
	static const struct { uint32_t id, action, result; } told[] = {
		{ KVMLAT_KNOB_PAUSE_FILTER_THRESH, KVMLAT_ACTION_SET, KVMLAT_RESULT_APPLIED },
		{ KVMLAT_KNOB_PAUSE_FILTER_COUNT, KVMLAT_ACTION_SET, KVMLAT_RESULT_APPLIED },
		{ KVMLAT_KNOB_PAUSE_FILTER_COUNT_SHRINK, KVMLAT_ACTION_SET, KVMLAT_RESULT_FAILED },
		{ KVMLAT_KNOB_PAUSE_FILTER_COUNT, KVMLAT_ACTION_ROLLBACK, KVMLAT_RESULT_RESTORED },
		{ KVMLAT_KNOB_PAUSE_FILTER_THRESH, KVMLAT_ACTION_ROLLBACK, KVMLAT_RESULT_RESTORED },
	};
	const struct knob ask[] = {
		KNOB(PAUSE_FILTER_THRESH, .value = 11), KNOB(PAUSE_FILTER_COUNT, .value = 22),
		KNOB(PAUSE_FILTER_COUNT_SHRINK, .value = 33),
	};
	struct wire *w = &self->wire;
	struct knobs reply, event;
	struct knob now;

	ASSERT_EQ(ECANCELED, knob_change(w, ask, 3, false, &reply));
	ASSERT_LT(8, strlen(w->text));
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		ASSERT_EQ(0, knob_event(&self->events, 5000, &event));
		ASSERT_EQ(1, event.nr);
		ASSERT_EQ(told[i].id, event.knob[0].id);
		ASSERT_EQ(told[i].action, event.action);
		ASSERT_EQ(told[i].result, event.knob[0].result);
		knobs_free(&event);
	}
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, knob_get(w, &ask[i], &now));
		ASSERT_EQ(i ? 3000 : 128, now.value);
		ASSERT_FALSE(now.has_original);
	}
	ASSERT_EQ(0, knob_undo(w, 0, false, &reply));
	ASSERT_EQ(0, reply.nr);
}

TEST_HARNESS_MAIN
