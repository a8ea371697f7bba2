// SPDX-License-Identifier: GPL-2.0-only
/* Requests about knobs that must be refused, each with a sentence, and random ones. */
#include <stdlib.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/sysfs.h"

#define MESSAGES 4000
#define SEED 20261121

FIXTURE(knob_wire)
{
	struct host host;
	uint64_t start;
};

FIXTURE_SETUP(knob_wire)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, vmm_start(&self->host.vmm, "--do cpuid=1"));
	ASSERT_EQ(0, sysfs_param("kvm", "halt_poll_ns", &self->start));
}

FIXTURE_TEARDOWN(knob_wire)
{
	uint64_t now;

	HOST_DOWN(&self->host);
	EXPECT_EQ(0, sysfs_param("kvm", "halt_poll_ns", &now));
	EXPECT_EQ(self->start, now);
}

#define REFUSED(errno_, msg) do { \
	struct wire *w_ = &self->host.wire; \
	w_->reply = NULL; \
	EXPECT_EQ(errno_, wire_talk(w_, msg)); \
	EXPECT_LT(8, strlen(w_->text)); \
} while (0)

static const struct command {
	uint8_t cmd;
	int flags;
	uint64_t takes;
} commands[] = {
	{ KVMLAT_CMD_KNOB_GET, NLM_F_DUMP,
	  1ULL << KVMLAT_A_WHICH_KNOB | 1ULL << KVMLAT_A_SCOPE | 1ULL << KVMLAT_A_VM_ID |
	  1ULL << KVMLAT_A_PID | 1ULL << KVMLAT_A_VCPU_ID },
	{ KVMLAT_CMD_KNOB_SET, 0, 1ULL << KVMLAT_A_KNOB | 1ULL << KVMLAT_A_DRY_RUN },
	{ KVMLAT_CMD_KNOB_UNDO, 0, 1ULL << KVMLAT_A_CHANGE | 1ULL << KVMLAT_A_DRY_RUN },
};

TEST_F_TIMEOUT(knob_wire, attributes_of_other_commands, TEST_S)
{
	static const int u32s[] = {
		KVMLAT_A_ABI, KVMLAT_A_VM_ID, KVMLAT_A_PID, KVMLAT_A_VCPU_ID, KVMLAT_A_CODE,
		KVMLAT_A_WHICH_KNOB, KVMLAT_A_SCOPE, KVMLAT_A_CHANGE,
	};
	static const int flags[] = { KVMLAT_A_HISTOGRAMS, KVMLAT_A_DETAILS, KVMLAT_A_DRY_RUN };

	for (size_t c = 0; c < ARRAY_SIZE(commands); c++) {
		for (size_t i = 0; i < ARRAY_SIZE(u32s); i++) {
			struct nl_msg *msg;

			if (commands[c].takes & 1ULL << u32s[i])
				continue;
			msg = wire_request(&self->host.wire, commands[c].cmd, commands[c].flags);
			nla_put_u32(msg, u32s[i], 1);
			REFUSED(EINVAL, msg);
		}
		for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
			struct nl_msg *msg;

			if (commands[c].takes & 1ULL << flags[i])
				continue;
			msg = wire_request(&self->host.wire, commands[c].cmd, commands[c].flags);
			nla_put_flag(msg, flags[i]);
			REFUSED(EINVAL, msg);
		}
	}
}

/* A KNOB_SET with one nest, that @fill fills */
#define WITH_KNOB(fill) ({ \
	struct nl_msg *msg = wire_request(&self->host.wire, KVMLAT_CMD_KNOB_SET, 0); \
	struct nlattr *nest_ = nla_nest_start(msg, KVMLAT_A_KNOB | NLA_F_NESTED); \
	fill; \
	nla_nest_end(msg, nest_); \
	msg; \
})

#define ID nla_put_u32(msg, KVMLAT_A_KNOB_ID, KVMLAT_KNOB_HALT_POLL_NS)
#define VALUE nla_put_u64(msg, KVMLAT_A_KNOB_VALUE, 1)
#define U32(name, value) nla_put_u32(msg, KVMLAT_A_KNOB_##name, value)

TEST_F_TIMEOUT(knob_wire, malformed_knobs, TEST_S)
{
	struct wire *w = &self->host.wire;
	int err;

	REFUSED(EINVAL, WITH_KNOB(VALUE));
	REFUSED(EINVAL, WITH_KNOB(ID));
	REFUSED(EINVAL, WITH_KNOB((ID, VALUE, nla_put_flag(msg, KVMLAT_A_KNOB_INHERIT))));
	REFUSED(EINVAL, WITH_KNOB((ID, VALUE, U32(VCPU_ID, 0))));
	REFUSED(EINVAL, WITH_KNOB((ID, VALUE, U32(SCOPE, KVMLAT_SCOPE_VM))));
	REFUSED(EINVAL, WITH_KNOB((ID, VALUE, U32(PID, self->host.vmm.pid),
				   U32(SCOPE, KVMLAT_SCOPE_HOST))));
	REFUSED(ENOENT, WITH_KNOB((ID, VALUE, U32(PID, self->host.vmm.pid), U32(VCPU_ID, 7))));
	REFUSED(ENOENT, WITH_KNOB((ID, VALUE, U32(VM_ID, 0x7ffffff0))));
	/* What only replies have, and what nobody has */
	for (int i = 0; i <= KVMLAT_A_KNOB_MAX + 2; i++) {
		switch (i) {
		case KVMLAT_A_KNOB_ID:
		case KVMLAT_A_KNOB_SCOPE:
		case KVMLAT_A_KNOB_VM_ID:
		case KVMLAT_A_KNOB_PID:
		case KVMLAT_A_KNOB_VCPU_ID:
		case KVMLAT_A_KNOB_VALUE:
		case KVMLAT_A_KNOB_INHERIT:
		case KVMLAT_A_KNOB_EXPECT:
		case KVMLAT_A_KNOB_EXPECT_INHERIT:
			continue;
		}
		/* ERANGE if its length is not 4 anyway */
		err = wire_talk(w, WITH_KNOB((ID, VALUE, nla_put_u32(msg, i, 0))));
		EXPECT_TRUE(err == EINVAL || err == ERANGE)
			TH_LOG("attribute %d: errno %d", i, err);
		EXPECT_LT(8, strlen(w->text));
	}
}

TEST_F_TIMEOUT(knob_wire, out_of_range, TEST_S)
{
	REFUSED(ERANGE, WITH_KNOB((VALUE, U32(ID, KVMLAT_KNOB_MAX + 1))));
	REFUSED(ERANGE, WITH_KNOB((ID, VALUE, U32(SCOPE, KVMLAT_SCOPE_MAX + 1))));
	REFUSED(ERANGE, WITH_KNOB((ID, VALUE, U32(PID, 0))));
	REFUSED(ERANGE, WITH_KNOB((ID, VALUE, U32(VM_ID, 0))));
	REFUSED(ERANGE, WITH_KNOB((ID, nla_put_u64(msg, KVMLAT_A_KNOB_VALUE, 1ULL << 32))));
}

TEST_F_TIMEOUT(knob_wire, as_many_as_fit, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knob ask[KVMLAT_KNOBS_MAX + 1];
	struct knobs reply;

	for (int i = 0; i <= KVMLAT_KNOBS_MAX; i++)
		ask[i] = (struct knob)KNOB(HALT_POLL_NS, .vm = i + 1000, .value = 1);
	/* The first VM does not exist; the one knob too many is not looked at */
	EXPECT_EQ(ENOENT, knob_change(w, ask, KVMLAT_KNOBS_MAX + 1, false, &reply));
	EXPECT_EQ(EINVAL, knob_change(w, ask, 0, false, &reply));
	EXPECT_LT(8, strlen(w->text));
}

static uint32_t below(unsigned int *seed, uint32_t n)
{
	return rand_r(seed) % n;
}

static void put_random_knob(struct nl_msg *msg, unsigned int *seed, pid_t pid)
{
	int nested = below(seed, 50) ? NLA_F_NESTED : 0;
	struct nlattr *nest = nla_nest_start(msg, KVMLAT_A_KNOB | nested);
	unsigned int attrs = below(seed, 3) ? 0 : below(seed, 4);

	if (below(seed, 20))
		nla_put_u32(msg, KVMLAT_A_KNOB_ID,
			    below(seed, below(seed, 3) ? 4 : KVMLAT_KNOB_MAX + 2));
	if (below(seed, 8))
		nla_put_u64(msg, KVMLAT_A_KNOB_VALUE, below(seed, 70000));
	else
		nla_put_flag(msg, KVMLAT_A_KNOB_INHERIT);
	if (!below(seed, 3))
		nla_put_u32(msg, KVMLAT_A_KNOB_PID, pid);
	while (attrs--) {
		char payload[64];
		int type = 1 + below(seed, KVMLAT_A_KNOB_MAX + 2);
		int len = below(seed, 3) ? 4 : below(seed, sizeof(payload));

		for (int i = 0; i < len; i++)
			payload[i] = below(seed, 3) ? 0 : below(seed, 256);
		if (below(seed, 3))
			type = KVMLAT_A_KNOB_SCOPE + below(seed, 4);
		nla_put(msg, type, len, payload);
	}
	nla_nest_end(msg, nest);
}

TEST_F_TIMEOUT(knob_wire, random_requests, 2 * TEST_S)
{
	const char *given = getenv("KVMLAT_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : SEED;
	struct wire *w = &self->host.wire;
	unsigned int taken = 0, refused = 0;
	struct knobs reply;
	struct knob now;

	TH_LOG("KVMLAT_SEED=%u", seed);
	for (int i = 0; i < MESSAGES; i++) {
		bool undo = !below(&seed, 6);
		struct nl_msg *msg = wire_request(w, undo ? KVMLAT_CMD_KNOB_UNDO :
							    KVMLAT_CMD_KNOB_SET, 0);

		if (undo)
			nla_put_u32(msg, KVMLAT_A_CHANGE, 1 + below(&seed, 200));
		else
			for (int n = below(&seed, 2) ? 0 : below(&seed, 4); n >= 0; n--)
				put_random_knob(msg, &seed, self->host.vmm.pid);
		if (!below(&seed, 4))
			nla_put_flag(msg, KVMLAT_A_DRY_RUN);
		w->reply = NULL;
		if (!wire_talk(w, msg)) {
			taken++;
			continue;
		}
		refused++;
		ASSERT_LT(8, strlen(w->text))
			TH_LOG("message %d: errno %d without a sentence", i, w->err);
	}
	TH_LOG("%u taken, %u refused", taken, refused);
	ASSERT_LT(MESSAGES / 50, taken);
	ASSERT_LT(MESSAGES / 50, refused);
	ASSERT_EQ(0, knob_undo(w, 0, false, &reply));
	knobs_free(&reply);
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS, .pid = self->host.vmm.pid, .vcpu = 0), &now));
	ASSERT_EQ(KVMLAT_SCOPE_HOST, now.source);
	ASSERT_EQ(self->start, now.value);
}

TEST_HARNESS_MAIN
