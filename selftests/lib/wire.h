/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire as the tests speak it, through libnl: on purpose none of the code that the
 * command uses, so that a mistake made in both directions cannot cancel out.
 */
#ifndef SELFTESTS_WIRE_H
#define SELFTESTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/kvmlat.h>
#include <netlink/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/ctrl.h>

struct wire {
	struct nl_sock *sock;
	int family;
	int err;		/* of the last request, 0 or an errno */
	bool intr;		/* the last dump was flagged NLM_F_DUMP_INTR */
	bool done;
	unsigned int messages;
	uint32_t offs;		/* NLMSGERR_ATTR_OFFS of the last refusal, 0 without */
	uint32_t miss;		/* NLMSGERR_ATTR_MISS_TYPE */
	char text[256];		/* NLMSGERR_ATTR_MSG */
	int (*reply)(struct nlattr **attrs, void *arg);
	void *arg;
	/* Called once, between the next request and the taking of its replies */
	int (*between)(void *arg);
	void *between_arg;
};

/* A request's filters; 0 (and vcpu < 0, code < 0) means: do not send */
struct filter {
	uint32_t vm;
	uint32_t pid;
	int64_t vcpu;
	int64_t code;
	bool hist;
	bool details;
	bool follow;		/* send the cursor, also if it is 0 */
	uint64_t cursor;
};

#define FILTER(...) (&(struct filter){ .vcpu = -1, .code = -1, __VA_ARGS__ })

/* Returns 0 or an errno; ENOENT when there is no such family */
int wire_open(struct wire *w);
void wire_close(struct wire *w);

struct nl_msg *wire_request(struct wire *w, uint8_t cmd, int flags);
void wire_put_filter(struct nl_msg *msg, const struct filter *f);

/*
 * Sends @msg as it is but for sequence number and port, frees it, and takes all that comes back.
 * Each reply's attributes go to w->reply. Returns w->err.
 */
int wire_talk(struct wire *w, struct nl_msg *msg);

/* The same for bytes that may be no message at all; ETIMEDOUT when nothing answers in a second */
int wire_talk_raw(struct wire *w, void *buf, size_t size);

int wire_reset(struct wire *w, const struct filter *f);
int wire_details(struct wire *w, const struct filter *f, bool on);

#endif
