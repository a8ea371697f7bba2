// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include "tap.h"

static struct nlattr *begin_knob(struct nlmsghdr *nlh, uint32_t id, uint32_t scope)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_KNOB);

	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_ID, id);
	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_SCOPE, scope);
	return nest;
}

static void knob(uint32_t id, uint32_t scope, uint32_t vm, uint32_t vcpu_id, uint64_t value)
{
	struct nlmsghdr *nlh = message(true, FAMILY, NLM_F_MULTI);
	struct nlattr *nest = begin_knob(nlh, id, scope);

	mnl_attr_put_strz(nlh, KVMLAT_A_KNOB_NAME, id ? "ple_gap" : "halt_poll_ns");
	if (vm)
		mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_VM_ID, vm);
	if (scope == KVMLAT_SCOPE_VCPU)
		mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_VCPU_ID, vcpu_id);
	if (value) {
		mnl_attr_put_u64(nlh, KVMLAT_A_KNOB_VALUE, value);
		mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_SOURCE, KVMLAT_SCOPE_HOST);
	} else {
		mnl_attr_put_strz(nlh, KVMLAT_A_KNOB_WHY, "not here\033[2J");
	}
	mnl_attr_put_u64(nlh, KVMLAT_A_KNOB_RANGE_MAX, 65535);
	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_UNIT, KVMLAT_UNIT_CYCLES);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

static void knobs_are_read_in_order(void)
{
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;

	knob(0, KVMLAT_SCOPE_VCPU, 2, 1, 5);
	knob(0, KVMLAT_SCOPE_VM, 2, 0, 6);
	knob(0, KVMLAT_SCOPE_VCPU, 1, 0, 7);
	knob(0, KVMLAT_SCOPE_VCPU, 2, 0, 8);
	knob(8, KVMLAT_SCOPE_HOST, 0, 0, 0);
	knob(0, KVMLAT_SCOPE_HOST, 0, 0, 9);
	done(0);
	EXPECT(!kvmlat_get_knobs(k, NULL, &knobs, NULL));
	EXPECT_EQ(knobs.nr, 6);
	if (knobs.nr == 6) {
		EXPECT(knobs.all[0].now.known && knobs.all[0].now.value == 9);
		EXPECT_STR(knobs.all[1].name, "ple_gap");
		EXPECT(!knobs.all[1].now.known);
		EXPECT_STR(knobs.all[1].why, "not here?[2J");
		EXPECT_EQ(knobs.all[1].max, 65535);
		EXPECT_EQ(knobs.all[1].unit, KVMLAT_UNIT_CYCLES);
		EXPECT_EQ(knobs.all[2].now.value, 7);
		EXPECT_EQ(knobs.all[3].now.value, 6);
		EXPECT_EQ(knobs.all[4].now.value, 8);
		EXPECT_EQ(knobs.all[5].now.value, 5);
	}
	kvmlat_knobs_free(&knobs);
	kvmlat_close(k);
}

static void an_interrupted_dump_is_read_again(void)
{
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;

	knob(0, KVMLAT_SCOPE_HOST, 0, 0, 1);
	done(NLM_F_DUMP_INTR);
	knob(0, KVMLAT_SCOPE_HOST, 0, 0, 2);
	done(0);
	EXPECT(!kvmlat_get_knobs(k, NULL, &knobs, NULL));
	EXPECT_EQ(script.requests, 2);
	EXPECT(knobs.nr == 1 && knobs.all[0].now.value == 2);
	kvmlat_knobs_free(&knobs);
	kvmlat_close(k);
}

static void a_scope_of_a_newer_module_is_left_out(void)
{
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;
	char text[128];

	knob(0, KVMLAT_SCOPE_MAX + 1, 0, 0, 1);
	knob(1, KVMLAT_SCOPE_HOST, 0, 0, 1);
	knob(KVMLAT_KNOB_MAX + 1, KVMLAT_SCOPE_HOST, 0, 0, 1);
	knob(0, KVMLAT_SCOPE_MAX + 2, 0, 0, 1);
	done(0);
	EXPECT_EQ(kvmlat_unknown(k, text, sizeof(text)), 0);
	EXPECT_STR(text, "");
	EXPECT(!kvmlat_get_knobs(k, NULL, &knobs, NULL));
	EXPECT_EQ(knobs.nr, 2);
	EXPECT(knobs.nr == 2 && knobs.all[0].id == 1 && knobs.all[1].id == KVMLAT_KNOB_MAX + 1);
	EXPECT_EQ(kvmlat_unknown(k, text, sizeof(text)), 2);
	EXPECT_STR(text, "the module is newer than libkvmlat: scope of knobs 3 is not known here");
	kvmlat_knobs_free(&knobs);
	kvmlat_close(k);
}

static void malformed_knobs_are_refused(void)
{
	struct nlmsghdr *nlh;
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;
	struct kvmlat_error err;

	nlh = message(true, FAMILY, NLM_F_MULTI);
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, KVMLAT_A_KNOB));
	end(nlh);
	done(0);
	EXPECT(kvmlat_get_knobs(k, NULL, &knobs, &err));
	EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
	EXPECT_STR(err.text,
		   "the module's reply is malformed: knob.id is missing");
	EXPECT(!knobs.all && !knobs.nr);
	kvmlat_close(k);
}

/* The value of an attribute of knob number @item of the last request; -1 if it has none. */
static int64_t asked(unsigned int item, uint16_t type)
{
	const struct nlmsghdr *nlh = (const void *)script.request;
	const struct nlattr *attr, *in;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != KVMLAT_A_KNOB || item--)
			continue;
		mnl_attr_for_each_nested(in, attr) {
			if (mnl_attr_get_type(in) != type)
				continue;
			if (!mnl_attr_get_payload_len(in))
				return 1;
			return mnl_attr_get_payload_len(in) == 8 ? (int64_t)mnl_attr_get_u64(in) :
								  mnl_attr_get_u32(in);
		}
	}
	return -1;
}

static void requests_carry_what_is_asked(void)
{
	const struct kvmlat_knob_change changes[] = {
		{ .id = 3, .value = 7, .vm_id = 9, .has_expect = true, .expect = 8 },
		{ .scope = KVMLAT_SCOPE_VCPU, .vm_id = 4, .vcpu_id = 0, .inherit = true,
		  .expect_inherit = true },
	};
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;
	struct nlmsghdr *nlh = message(true, FAMILY, 0);

	mnl_attr_put_u32(nlh, KVMLAT_A_CHANGE, 12);
	mnl_attr_nest_end(nlh, begin_knob(nlh, 3, KVMLAT_SCOPE_HOST));
	mnl_attr_nest_end(nlh, begin_knob(nlh, 0, KVMLAT_SCOPE_VCPU));
	end(nlh);
	ack();
	EXPECT(!kvmlat_set_knobs(k, changes, 2, true, &knobs, NULL));
	EXPECT(knobs.nr == 2 && knobs.change == 12);
	EXPECT(asked(0, KVMLAT_A_KNOB_ID) == 3 && asked(0, KVMLAT_A_KNOB_VALUE) == 7);
	EXPECT(asked(0, KVMLAT_A_KNOB_EXPECT) == 8 && asked(0, KVMLAT_A_KNOB_SCOPE) == 0);
	EXPECT(asked(0, KVMLAT_A_KNOB_VM_ID) == -1 && asked(0, KVMLAT_A_KNOB_INHERIT) == -1);
	EXPECT(asked(1, KVMLAT_A_KNOB_VM_ID) == 4 && asked(1, KVMLAT_A_KNOB_VCPU_ID) == 0);
	EXPECT(asked(1, KVMLAT_A_KNOB_INHERIT) == 1 && asked(1, KVMLAT_A_KNOB_VALUE) == -1);
	EXPECT(asked(1, KVMLAT_A_KNOB_EXPECT_INHERIT) == 1);
	kvmlat_knobs_free(&knobs);
	kvmlat_close(k);
}

static void too_many_never_leave(void)
{
	struct kvmlat_knob_change changes[KVMLAT_KNOBS_MAX + 1] = { 0 };
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;
	struct kvmlat_error err;

	EXPECT(kvmlat_set_knobs(k, changes, KVMLAT_KNOBS_MAX + 1, false, &knobs, &err));
	EXPECT_EQ(script.requests, 0);
	EXPECT_EQ(err.status, KVMLAT_E_REFUSED);
	kvmlat_close(k);
}

static void a_full_request_fits(void)
{
	struct kvmlat_knob_change changes[KVMLAT_KNOBS_MAX];
	struct kvmlat *k = start();
	struct kvmlat_knobs knobs;
	size_t i;

	for (i = 0; i < KVMLAT_KNOBS_MAX; i++)
		changes[i] = (struct kvmlat_knob_change){
			.scope = KVMLAT_SCOPE_VCPU, .vm_id = 1, .vcpu_id = i, .value = i,
			.has_expect = true, .expect_inherit = true,
		};
	ack();
	EXPECT(!kvmlat_set_knobs(k, changes, KVMLAT_KNOBS_MAX, false, &knobs, NULL));
	EXPECT(asked(KVMLAT_KNOBS_MAX - 1, KVMLAT_A_KNOB_VALUE) == KVMLAT_KNOBS_MAX - 1);
	kvmlat_knobs_free(&knobs);
	kvmlat_close(k);
}

static void refusals_name_the_knob(void)
{
	const struct kvmlat_knob_change changes[] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
	/* Headers of 20, nests of 4 + 8 + 8 + 12: the second is at 52, its value at 72. */
	static const struct { uint32_t offset; unsigned int item; } want[] = {
		{ 20, 1 }, { 40, 1 }, { 52, 2 }, { 72, 2 }, { 84, 3 }, { 115, 3 }, { 116, 0 },
	};
	struct kvmlat_knobs knobs;
	struct kvmlat_error err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		struct kvmlat *k = start();

		refuse(ERANGE, "out of range", want[i].offset, true, false);
		EXPECT(kvmlat_set_knobs(k, changes, 3, false, &knobs, &err));
		EXPECT_EQ(err.item, want[i].item);
		EXPECT_STR(err.text, "out of range");
		kvmlat_close(k);
	}
}

static unsigned int seen;
static struct kvmlat_knob_event last;

static void see(const struct kvmlat_knob_event *event, void *ctx)
{
	EXPECT(ctx == &seen);
	seen++;
	last = *event;
}

static void event(bool own, uint8_t cmd, uint32_t scope)
{
	struct nlmsghdr *nlh = message(own, FAMILY, 0);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nlattr *nest;

	genl->cmd = cmd;
	mnl_attr_put_u32(nlh, KVMLAT_A_CHANGE, 77);
	nest = mnl_attr_nest_start(nlh, KVMLAT_A_AUTHOR);
	mnl_attr_put_u32(nlh, KVMLAT_A_AUTHOR_ACTION, KVMLAT_ACTION_UNDO);
	mnl_attr_put_u32(nlh, KVMLAT_A_AUTHOR_PID, 5);
	mnl_attr_put_u32(nlh, KVMLAT_A_AUTHOR_UID, 6);
	mnl_attr_put_u64(nlh, KVMLAT_A_AUTHOR_AT, 7);
	mnl_attr_put_strz(nlh, KVMLAT_A_AUTHOR_COMM, "a\nb");
	mnl_attr_nest_end(nlh, nest);
	nest = begin_knob(nlh, 0, scope);
	mnl_attr_put_u64(nlh, KVMLAT_A_KNOB_OLD, 1);
	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_OLD_SOURCE, KVMLAT_SCOPE_VM);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

static void events_are_told(void)
{
	struct kvmlat *k = start();

	seen = 0;
	event(true, KVMLAT_CMD_KNOB_CHANGED, KVMLAT_SCOPE_VM);
	event(false, KVMLAT_CMD_KNOB_CHANGED, KVMLAT_SCOPE_MAX + 1);
	event(false, KVMLAT_CMD_KNOB_CHANGED, KVMLAT_SCOPE_VM);
	event(false, KVMLAT_CMD_MAX + 1, KVMLAT_SCOPE_VM);
	errno_part(EINTR);
	errno_part(ENOBUFS);
	EXPECT_EQ(kvmlat_read_events(k, see, &seen, NULL), 0);
	EXPECT_EQ(seen, 2);
	EXPECT(last.change == 77 && last.pid == 5 && last.uid == 6 && last.at == 7);
	EXPECT_EQ(last.action, KVMLAT_ACTION_UNDO);
	EXPECT_STR(last.comm, "a?b");
	EXPECT(last.knob.old.known && last.knob.old.source == KVMLAT_SCOPE_VM);
	EXPECT(!last.knob.now.known);
	EXPECT_EQ(kvmlat_read_events(k, see, &seen, NULL), 0);
	EXPECT_EQ(kvmlat_read_events(k, see, &seen, NULL), 1);
	EXPECT_EQ(seen, 2);
	kvmlat_close(k);
}

static void family(uint16_t id, uint8_t cmd)
{
	struct nlmsghdr *nlh = message(true, GENL_ID_CTRL, 0);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, id);
	end(nlh);
}

static void the_end_of_the_module_is_told(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };

	family(FAMILY + 1, CTRL_CMD_DELFAMILY);
	family(FAMILY, CTRL_CMD_NEWFAMILY);
	family(FAMILY, CTRL_CMD_DELFAMILY);
	EXPECT(!kvmlat_read_events(k, see, &seen, &err));
	EXPECT(!kvmlat_read_events(k, see, &seen, &err));
	EXPECT(kvmlat_read_events(k, see, &seen, &err) == -1);
	EXPECT_EQ(err.status, KVMLAT_E_NO_MODULE);
	kvmlat_close(k);
}

static const struct tap_case cases[] = {
	{ "knobs are read in order", knobs_are_read_in_order },
	{ "an interrupted dump is read again", an_interrupted_dump_is_read_again },
	{ "a scope of a newer module is left out", a_scope_of_a_newer_module_is_left_out },
	{ "malformed knobs are refused", malformed_knobs_are_refused },
	{ "requests carry what is asked", requests_carry_what_is_asked },
	{ "too many never leave", too_many_never_leave },
	{ "a full request fits", a_full_request_fits },
	{ "refusals name the knob", refusals_name_the_knob },
	{ "events are told", events_are_told },
	{ "the end of the module is told", the_end_of_the_module_is_told },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
