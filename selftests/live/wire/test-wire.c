// SPDX-License-Identifier: GPL-2.0-only
/* Every wrong request gets the right errno and a sentence, and changes nothing. */
#include <stdlib.h>

#include "lib/host.h"

#define NO_SUCH 0x7ffffff0

FIXTURE(wire)
{
	struct host host;
	struct known_vm known;
	struct snap before;
	uint32_t vm;
};

/* A held VM whose accounts stand still but for NOW and the time in user space */
FIXTURE_SETUP(wire)
{
	struct host *h = &self->host;

	HOST_UP(h, NULL);
	ASSERT_EQ(0, vmm_start(&h->vmm, "--vms 2 --vcpus 2 --do cpuid=20 --do pio=10"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->before));
	ASSERT_EQ(4, self->before.nr);
	self->vm = self->before.accts[0].vm;
}

/* Waits are none: at the gate the VMM's threads still come and go */
static unsigned int kinds_of_exits(const struct acct *acct)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < acct->nr_rows; i++)
		kinds += is_exit_class(acct->rows[i].class);
	return kinds;
}

/* Nothing has changed and the module answers, after whatever the test did */
FIXTURE_TEARDOWN(wire)
{
	struct host *h = &self->host;
	struct snap after;

	EXPECT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &after));
	EXPECT_EQ(NULL, snap_breach(&after));
	EXPECT_EQ(self->before.nr, after.nr);
	for (unsigned int i = 0; i < self->before.nr && after.nr; i++) {
		const struct acct *a = &self->before.accts[i];
		const struct acct *b = snap_find(&after, a->pid, a->tid, a->vcpu);

		EXPECT_NE(NULL, b);
		if (!b)
			continue;
		EXPECT_EQ(a->since, b->since);
		EXPECT_EQ(kinds_of_exits(a), kinds_of_exits(b));
		EXPECT_EQ(acct_total(a), acct_total(b));
	}
	snap_free(&after);
	snap_free(&self->before);
	known_free(&self->known);
	HOST_DOWN(h);
}

static struct nlattr *first_attr(struct nl_msg *msg)
{
	return nlmsg_attrdata(nlmsg_hdr(msg), GENL_HDRLEN);
}

#define REQUEST(cmd, flags) wire_request(&self->host.wire, cmd, flags)
#define TALK(msg) wire_talk(&self->host.wire, msg)

/* A refusal with @err_ and a sentence of some length */
#define EXPECT_REFUSED(err_, msg) do { \
	EXPECT_EQ(err_, TALK(msg)); \
	EXPECT_LT(8, strlen(self->host.wire.text)) \
		TH_LOG("the sentence is \"%s\"", self->host.wire.text); \
	EXPECT_EQ(0, self->host.wire.messages); \
} while (0)

/* The same, and the refusal points to the attribute at fault, the only one here */
#define EXPECT_REFUSED_AT(err_, msg) do { \
	EXPECT_REFUSED(err_, msg); \
	EXPECT_EQ(NLMSG_HDRLEN + GENL_HDRLEN, self->host.wire.offs); \
} while (0)

struct target {
	uint8_t cmd;
	int flags;
	const char *name;
	unsigned int allowed;	/* bits of KVMLAT_A_* */
};

#define BIT(n) (1U << (n))
#define VM_BITS (BIT(KVMLAT_A_VM_ID) | BIT(KVMLAT_A_PID))
#define VCPU_BITS \
	(VM_BITS | BIT(KVMLAT_A_VCPU_ID) | BIT(KVMLAT_A_CODE) | BIT(KVMLAT_A_HISTOGRAMS))

static const struct target targets[] = {
	{ KVMLAT_CMD_INFO, 0, "info", BIT(KVMLAT_A_ABI) },
	{ KVMLAT_CMD_VM_GET, 0, "vm do", VM_BITS },
	{ KVMLAT_CMD_VM_GET, NLM_F_DUMP, "vm dump", VM_BITS },
	{ KVMLAT_CMD_VCPU_GET, 0, "vcpu do", VCPU_BITS },
	{ KVMLAT_CMD_VCPU_GET, NLM_F_DUMP, "vcpu dump", VCPU_BITS },
	{ KVMLAT_CMD_RESET, 0, "reset", VM_BITS },
};

#define NR_TARGETS (sizeof(targets) / sizeof(*targets))

#define FOR_EACH_TARGET(t) \
	for (const struct target *t = targets; t < targets + NR_TARGETS; t++)

TEST_F_TIMEOUT(wire, attributes_of_other_commands, TEST_S)
{
	FOR_EACH_TARGET(t) {
		for (int attr = KVMLAT_A_ABI; attr <= KVMLAT_A_HISTOGRAMS; attr++) {
			struct nl_msg *msg;

			if (t->allowed & BIT(attr))
				continue;
			msg = REQUEST(t->cmd, t->flags);
			if (attr == KVMLAT_A_HISTOGRAMS)
				nla_put_flag(msg, attr);
			else
				nla_put_u32(msg, attr, 1);
			EXPECT_REFUSED_AT(EINVAL, msg);
			if (self->host.wire.err != EINVAL)
				TH_LOG("%s, attribute %d", t->name, attr);
		}
	}
}

/* What one message does not hold is for dumps; the histogram of one reason it does */
TEST_F_TIMEOUT(wire, one_message_does_not_hold_all, TEST_S)
{
	static const int flags[] = { KVMLAT_A_HISTOGRAMS, KVMLAT_A_DETAILS };
	struct nl_msg *msg;

	for (int i = 0; i < 2; i++) {
		msg = REQUEST(KVMLAT_CMD_VCPU_GET, 0);
		nla_put_flag(msg, flags[i]);
		EXPECT_REFUSED_AT(EINVAL, msg);
	}
	msg = REQUEST(KVMLAT_CMD_VCPU_GET, 0);
	nla_put_u64(msg, KVMLAT_A_CURSOR, 0);
	EXPECT_REFUSED_AT(EINVAL, msg);

	msg = REQUEST(KVMLAT_CMD_VCPU_GET, 0);
	nla_put_u32(msg, KVMLAT_A_VM_ID, self->vm);
	nla_put_u32(msg, KVMLAT_A_VCPU_ID, 0);
	nla_put_u32(msg, KVMLAT_A_CODE, self->before.accts[0].rows[0].code);
	nla_put_flag(msg, KVMLAT_A_HISTOGRAMS);
	EXPECT_EQ(0, TALK(msg));
	EXPECT_EQ(1, self->host.wire.messages);
}

TEST_F_TIMEOUT(wire, unknown_attributes, TEST_S)
{
	static const int types[] = { 0, KVMLAT_A_INFO, KVMLAT_A_VM, KVMLAT_A_VCPU, KVMLAT_A_MORE,
				     KVMLAT_A_MAX + 1, 1000, 0x3fff };

	FOR_EACH_TARGET(t)
		for (unsigned int i = 0; i < sizeof(types) / sizeof(*types); i++) {
			struct nl_msg *msg = REQUEST(t->cmd, t->flags);

			nla_put_u32(msg, types[i], 1);
			EXPECT_REFUSED(EINVAL, msg);
			if (self->host.wire.err != EINVAL)
				TH_LOG("%s, attribute %d", t->name, types[i]);
		}
}

TEST_F_TIMEOUT(wire, wrong_lengths, TEST_S)
{
	static const int lengths[] = { 0, 1, 2, 3, 5, 8, 40, 60000 };
	static const char payload[60000];

	FOR_EACH_TARGET(t)
		for (int attr = KVMLAT_A_ABI; attr <= KVMLAT_A_CODE; attr++)
			for (unsigned int i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
				struct nl_msg *msg = REQUEST(t->cmd, t->flags);
				int err;

				nla_put(msg, attr, lengths[i], payload);
				err = TALK(msg);
				EXPECT_TRUE(err == EINVAL || err == ERANGE)
					TH_LOG("%s, attribute %d, %d bytes: errno %d", t->name,
					       attr, lengths[i], err);
				EXPECT_LT(8, strlen(self->host.wire.text));
			}
	for (int flags = 0; flags <= NLM_F_DUMP; flags += NLM_F_DUMP) {
		struct nl_msg *msg = REQUEST(KVMLAT_CMD_VCPU_GET, flags);
		int err;

		nla_put_u32(msg, KVMLAT_A_HISTOGRAMS, 1);
		err = TALK(msg);
		EXPECT_TRUE(err == EINVAL || err == ERANGE);
		EXPECT_LT(8, strlen(self->host.wire.text));
	}
}

TEST_F_TIMEOUT(wire, wrong_types, TEST_S)
{
	FOR_EACH_TARGET(t)
		for (int attr = KVMLAT_A_ABI; attr <= KVMLAT_A_HISTOGRAMS; attr++) {
			struct nl_msg *msg = REQUEST(t->cmd, t->flags);
			struct nlattr *nest = nla_nest_start(msg, attr | NLA_F_NESTED);
			int err;

			nla_put_u32(msg, 1, 1);
			nla_nest_end(msg, nest);
			err = TALK(msg);
			EXPECT_TRUE(err == EINVAL || err == ERANGE)
				TH_LOG("%s, attribute %d as a nest: errno %d", t->name, attr, err);
			EXPECT_LT(8, strlen(self->host.wire.text));
		}
}

TEST_F_TIMEOUT(wire, zero_ids, TEST_S)
{
	static const int attrs[] = { KVMLAT_A_VM_ID, KVMLAT_A_PID };
	struct nl_msg *msg;

	FOR_EACH_TARGET(t)
		for (unsigned int i = 0; i < 2; i++) {
			if (!(t->allowed & BIT(attrs[i])))
				continue;
			msg = REQUEST(t->cmd, t->flags);
			nla_put_u32(msg, attrs[i], 0);
			EXPECT_REFUSED_AT(ERANGE, msg);
		}
	msg = REQUEST(KVMLAT_CMD_INFO, 0);
	nla_put_u32(msg, KVMLAT_A_ABI, 0);
	EXPECT_REFUSED_AT(ERANGE, msg);
}

TEST_F_TIMEOUT(wire, wrong_abi, TEST_S)
{
	static const uint32_t wrong[] = { KVMLAT_ABI + 1, 1000, UINT32_MAX };
	struct nl_msg *msg = REQUEST(KVMLAT_CMD_INFO, 0);

	nla_put_u32(msg, KVMLAT_A_ABI, KVMLAT_ABI);
	EXPECT_EQ(0, TALK(msg));
	for (unsigned int i = 0; i < 3; i++) {
		msg = REQUEST(KVMLAT_CMD_INFO, 0);
		nla_put_u32(msg, KVMLAT_A_ABI, wrong[i]);
		EXPECT_REFUSED_AT(EPROTO, msg);
	}
}

TEST_F_TIMEOUT(wire, absent_ids, TEST_S)
{
	struct host *h = &self->host;
	const struct filter *absent[] = {
		FILTER(.vm = NO_SUCH), FILTER(.pid = NO_SUCH), FILTER(.vm = UINT32_MAX),
		FILTER(.pid = UINT32_MAX), FILTER(.vm = self->vm, .pid = NO_SUCH),
	};
	struct snap snap;
	struct nl_msg *msg;

	FOR_EACH_TARGET(t) {
		if (!(t->allowed & BIT(KVMLAT_A_VM_ID)))
			continue;
		for (unsigned int i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
			msg = REQUEST(t->cmd, t->flags);
			wire_put_filter(msg, absent[i]);
			if (t->flags) {
				EXPECT_EQ(0, TALK(msg));
				EXPECT_EQ(0, h->wire.messages);
			} else {
				EXPECT_REFUSED(ENOENT, msg);
			}
		}
	}
	EXPECT_EQ(ENOENT, snap_do(&h->wire, FILTER(.vm = self->vm, .vcpu = 2), &snap));
	EXPECT_LT(8, strlen(h->wire.text));
	snap_free(&snap);
	EXPECT_EQ(ENOENT, snap_do(&h->wire, FILTER(.vm = self->vm, .vcpu = UINT32_MAX), &snap));
	snap_free(&snap);
	EXPECT_EQ(0, snap_dump(&h->wire, FILTER(.vm = self->vm, .vcpu = 2), &snap));
	EXPECT_EQ(0, snap.nr);
	snap_free(&snap);
}

/* A "do" answers with one object or not at all */
TEST_F_TIMEOUT(wire, ambiguous_do, TEST_S)
{
	struct host *h = &self->host;
	const struct filter *ambiguous[] = {
		FILTER(), FILTER(.pid = h->vmm.pid), FILTER(.vm = self->vm),
		FILTER(.vcpu = 0), FILTER(.pid = h->vmm.pid, .vcpu = 1),
		FILTER(.vm = self->vm, .vcpu = 0, .hist = true),
	};
	struct nl_msg *msg;

	for (unsigned int i = 0; i < sizeof(ambiguous) / sizeof(*ambiguous); i++) {
		msg = REQUEST(KVMLAT_CMD_VCPU_GET, 0);
		wire_put_filter(msg, ambiguous[i]);
		EXPECT_REFUSED(EINVAL, msg);
	}
	for (unsigned int i = 0; i < 2; i++) {
		msg = REQUEST(KVMLAT_CMD_VM_GET, 0);
		wire_put_filter(msg, ambiguous[i]);
		EXPECT_REFUSED(EINVAL, msg);
	}
}

TEST_F_TIMEOUT(wire, wrong_commands, TEST_S)
{
	static const int unknown[] = { 0, KVMLAT_CMD_MAX + 1, 100, 255 };

	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(EOPNOTSUPP, TALK(REQUEST(unknown[i], 0)));
		EXPECT_EQ(EOPNOTSUPP, TALK(REQUEST(unknown[i], NLM_F_DUMP)));
	}
	EXPECT_EQ(EOPNOTSUPP, TALK(REQUEST(KVMLAT_CMD_INFO, NLM_F_DUMP)));
	EXPECT_EQ(EOPNOTSUPP, TALK(REQUEST(KVMLAT_CMD_RESET, NLM_F_DUMP)));
}

/* Headers that do not match what follows them */
TEST_F_TIMEOUT(wire, malformed_headers, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct genlmsghdr *genl;
	struct nl_msg *msg;

	FOR_EACH_TARGET(t) {
		/* Cut off in the middle of the generic netlink header */
		msg = REQUEST(t->cmd, t->flags);
		nl_complete_msg(w->sock, msg);
		nlmsg_hdr(msg)->nlmsg_len = NLMSG_HDRLEN + 2;
		EXPECT_EQ(EINVAL, wire_talk_raw(w, nlmsg_hdr(msg), NLMSG_HDRLEN + 2));
		nlmsg_free(msg);

		msg = REQUEST(t->cmd, t->flags);
		genl = nlmsg_data(nlmsg_hdr(msg));
		genl->reserved = 7;
		EXPECT_REFUSED(EINVAL, msg);

		/* An attribute that says that it is longer than the message */
		msg = REQUEST(t->cmd, t->flags);
		nla_put_u32(msg, KVMLAT_A_VM_ID, self->vm);
		first_attr(msg)->nla_len = 4000;
		EXPECT_REFUSED(EINVAL, msg);

		/* An attribute shorter than its own header */
		msg = REQUEST(t->cmd, t->flags);
		nla_put_u32(msg, KVMLAT_A_VM_ID, self->vm);
		first_attr(msg)->nla_len = 2;
		EXPECT_REFUSED(EINVAL, msg);

		/* Bytes left over behind the last attribute */
		msg = REQUEST(t->cmd, t->flags);
		nlmsg_reserve(msg, 3, 0);
		EXPECT_REFUSED(EINVAL, msg);
	}

	/* A message that says that it is longer than what was sent: no answer, nothing breaks */
	msg = REQUEST(KVMLAT_CMD_INFO, 0);
	nl_complete_msg(w->sock, msg);
	nlmsg_hdr(msg)->nlmsg_len = 0x7fffffff;
	EXPECT_EQ(ETIMEDOUT, wire_talk_raw(w, nlmsg_hdr(msg), NLMSG_HDRLEN + GENL_HDRLEN));
	nlmsg_free(msg);
}

/* A reset that names nothing must not become a reset of everything: that is the teardown's check */
TEST_F_TIMEOUT(wire, reset_of_nothing, TEST_S)
{
	struct nl_msg *msg = REQUEST(KVMLAT_CMD_RESET, 0);

	wire_put_filter(msg, FILTER(.vm = NO_SUCH));
	EXPECT_REFUSED(ENOENT, msg);
	msg = REQUEST(KVMLAT_CMD_RESET, 0);
	wire_put_filter(msg, FILTER(.vm = self->vm, .pid = 1));
	EXPECT_REFUSED(ENOENT, msg);
}

TEST_HARNESS_MAIN
