// SPDX-License-Identifier: GPL-2.0-only
/* From the wire's nests to structs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

#define MAX_TRIES 200

static int take_end(struct nlattr *nest, struct snap *snap)
{
	struct nlattr *end[KVMLAT_A_END_MAX + 1];

	if (nla_parse_nested(end, KVMLAT_A_END_MAX, nest, NULL) || !end[KVMLAT_A_END_CURSOR] ||
	    !end[KVMLAT_A_END_NOW])
		return breach(snap->bad, "END lacks its cursor or its time"), EBADMSG;
	if (snap->more)
		breach(snap->bad, "END comes after MORE");
	snap->ended = true;
	snap->cursor = nla_get_u64(end[KVMLAT_A_END_CURSOR]);
	snap->end_now = nla_get_u64(end[KVMLAT_A_END_NOW]);
	snap->changes = end[KVMLAT_A_END_CHANGES];
	return 0;
}

static int take_vcpu(struct nlattr **attrs, void *arg)
{
	struct snap *snap = arg;
	struct acct *last, head;

	if (snap->ended)
		breach(snap->bad, "a reply after END");
	if (attrs[KVMLAT_A_END])
		return take_end(attrs[KVMLAT_A_END], snap);
	if (!attrs[KVMLAT_A_VCPU])
		return breach(snap->bad, "a reply without VCPU"), EBADMSG;
	if (acct_parse_head(&head, attrs[KVMLAT_A_VCPU], snap->bad))
		return EBADMSG;

	if (snap->more) {
		last = &snap->accts[snap->nr - 1];
		if (!acct_same_head(last, &head))
			breach(snap->bad, "vCPU %u: what follows MORE is of another snapshot",
			       last->vcpu);
	} else {
		snap->accts = realloc(snap->accts, (snap->nr + 1) * sizeof(*snap->accts));
		last = &snap->accts[snap->nr++];
		*last = head;
	}
	last->messages++;
	acct_parse_rows(last, attrs[KVMLAT_A_VCPU], snap->bad);
	snap->more = attrs[KVMLAT_A_MORE];
	return 0;
}

static int snap_ask(struct wire *w, const struct filter *f, struct snap *snap, int flags)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_VCPU_GET, flags);
	int err;

	memset(snap, 0, sizeof(*snap));
	snap->hist = f->hist;
	if (msg)
		wire_put_filter(msg, f);
	w->reply = take_vcpu;
	w->arg = snap;
	err = wire_talk(w, msg);
	w->reply = NULL;
	snap->intr = w->intr;
	snap->messages = w->messages;
	if (!err && snap->more)
		breach(snap->bad, "the last message has MORE");
	if (!err && snap->ended != f->follow)
		breach(snap->bad, f->follow ? "END is missing" : "an END that nobody asked for");
	return err;
}

int snap_dump(struct wire *w, const struct filter *f, struct snap *snap)
{
	return snap_ask(w, f, snap, NLM_F_DUMP);
}

int snap_do(struct wire *w, const struct filter *f, struct snap *snap)
{
	return snap_ask(w, f, snap, 0);
}

int snap_steady(struct wire *w, const struct filter *f, struct snap *snap)
{
	int err;

	for (int i = 0; i < MAX_TRIES; i++) {
		err = snap_dump(w, f, snap);
		if (err || !snap->intr)
			return err;
		snap_free(snap);
	}
	return EINTR;
}

bool thread_sleeps(void *arg)
{
	struct sleep_wait *wait = arg;

	snap_free(wait->snap);
	return !snap_steady(wait->wire, FILTER(.hist = true), wait->snap) && wait->snap->nr == 1 &&
	       wait->snap->accts[0].state == KVMLAT_STATE_OFF;
}

void snap_free(struct snap *snap)
{
	for (unsigned int i = 0; i < snap->nr; i++)
		acct_free(&snap->accts[i]);
	free(snap->accts);
	memset(snap, 0, sizeof(*snap));
}

const struct acct *snap_find(const struct snap *snap, uint32_t pid, uint32_t tid, uint32_t vcpu)
{
	for (unsigned int i = 0; i < snap->nr; i++) {
		const struct acct *a = &snap->accts[i];

		if (a->pid == pid && a->vcpu == vcpu && (!tid || a->tid == tid))
			return a;
	}
	return NULL;
}
