// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random messages, from a seed that is printed and can be given as $KVMLAT_SEED. RESET is left out:
 * that nothing has changed at the end is the point.
 */
#include <stdlib.h>

#include "lib/host.h"

#define MESSAGES 6000
#define SEED 20261120

FIXTURE(fuzz)
{
	struct host host;
	struct known_vm known;
	uint64_t state;
};

FIXTURE_SETUP(fuzz)
{
	const char *seed = getenv("KVMLAT_SEED");

	self->state = seed ? strtoull(seed, NULL, 0) : SEED;
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, vmm_start(&self->host.vmm, "--vcpus 3 --do cpuid=20 --do pio=10"));
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	ASSERT_EQ(0, vmm_report(&self->host.vmm, &self->known));
}

FIXTURE_TEARDOWN(fuzz)
{
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t n)
{
	return next(state) % n;
}

static void put_random_attr(struct nl_msg *msg, uint64_t *s)
{
	static const uint32_t values[] = {
		0, 1, 2, 3, 0x7f, 0x400, 0x7fffffff, 0x80000000, UINT32_MAX
	};
	char payload[256];
	int type = below(s, KVMLAT_A_MAX + 3), len = below(s, 4) ? 4 : below(s, sizeof(payload));
	uint32_t value = values[below(s, sizeof(values) / sizeof(*values))];

	for (int i = 0; i < len; i++)
		payload[i] = next(s);
	if (len == 4)
		memcpy(payload, &value, 4);
	if (type == KVMLAT_A_HISTOGRAMS && below(s, 4))
		len = 0;
	if (!below(s, 10))
		type |= NLA_F_NESTED;
	nla_put(msg, type, len, payload);
}

static struct nl_msg *random_message(struct wire *w, uint64_t *s)
{
	static const uint8_t cmds[] = { KVMLAT_CMD_INFO, KVMLAT_CMD_VM_GET, KVMLAT_CMD_VCPU_GET };
	struct nl_msg *msg = wire_request(w, cmds[below(s, 3)], below(s, 2) ? NLM_F_DUMP : 0);
	unsigned int attrs = below(s, 5);
	struct nlmsghdr *hdr;

	while (attrs--)
		put_random_attr(msg, s);
	hdr = nlmsg_hdr(msg);
	/* Some get bytes flipped, behind the headers so that it stays one of our commands */
	if (!below(s, 3) && hdr->nlmsg_len > NLMSG_HDRLEN + GENL_HDRLEN)
		for (int i = below(s, 4); i >= 0; i--)
			((uint8_t *)hdr)[NLMSG_HDRLEN + GENL_HDRLEN +
					 below(s, hdr->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN)] ^=
				1 << below(s, 8);
	/* and some are cut */
	if (!below(s, 5))
		hdr->nlmsg_len -= below(s, hdr->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN + 1);
	return msg;
}

TEST_F_TIMEOUT(fuzz, nothing_breaks, 540)
{
	struct wire *w = &self->host.wire;
	unsigned int refused = 0, accepted = 0;
	struct snap snap;

	TH_LOG("seed %llu, %d messages", (unsigned long long)self->state, MESSAGES);
	for (int i = 0; i < MESSAGES; i++) {
		uint64_t state = self->state;
		int err = wire_talk(w, random_message(w, &self->state));

		switch (err) {
		case 0:
			accepted++;
			break;
		case EINVAL:
		case ERANGE:
		case ENOENT:
		case EPROTO:
			ASSERT_LT(8, strlen(w->text))
				TH_LOG("message %d, state %llu: errno %d without a sentence", i,
				       (unsigned long long)state, err);
			refused++;
			break;
		case EOPNOTSUPP:
			refused++;
			break;
		default:
			ASSERT_EQ(0, err)
				TH_LOG("message %d, state %llu", i, (unsigned long long)state);
		}
	}
	TH_LOG("%u accepted, %u refused", accepted, refused);
	EXPECT_LT(MESSAGES / 20, accepted);
	EXPECT_LT(MESSAGES / 4, refused);

	ASSERT_EQ(0, snap_steady(w, FILTER(.hist = true), &snap));
	ASSERT_HOLDS(&snap);
	ASSERT_EXACT(&snap, &self->known, LIFE);
	snap_free(&snap);
}

TEST_HARNESS_MAIN
