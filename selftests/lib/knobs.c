// SPDX-License-Identifier: GPL-2.0-only
/* Knobs on the wire, through libnl. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knobs.h"

static uint32_t u32_of(struct nlattr *a)
{
	return a ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(struct nlattr *a)
{
	return a ? nla_get_u64(a) : 0;
}

static void string_of(char *to, size_t size, struct nlattr *a)
{
	if (a)
		snprintf(to, size, "%.*s", nla_len(a), (char *)nla_data(a));
}

static int take_knob(struct nlattr *nest, struct knob *knob)
{
	struct nlattr *a[KVMLAT_A_KNOB_MAX + 1];

	if (nla_parse_nested(a, KVMLAT_A_KNOB_MAX, nest, NULL) || !a[KVMLAT_A_KNOB_ID] ||
	    !a[KVMLAT_A_KNOB_NAME] || !a[KVMLAT_A_KNOB_SCOPE])
		return EBADMSG;
	*knob = (struct knob){
		.id = u32_of(a[KVMLAT_A_KNOB_ID]),
		.scope = u32_of(a[KVMLAT_A_KNOB_SCOPE]),
		.vm = u32_of(a[KVMLAT_A_KNOB_VM_ID]),
		.pid = u32_of(a[KVMLAT_A_KNOB_PID]),
		.vcpu = a[KVMLAT_A_KNOB_VCPU_ID] ? (int64_t)u32_of(a[KVMLAT_A_KNOB_VCPU_ID]) : -1,
		.value = u64_of(a[KVMLAT_A_KNOB_VALUE]),
		.source = u32_of(a[KVMLAT_A_KNOB_SOURCE]),
		.old = u64_of(a[KVMLAT_A_KNOB_OLD]),
		.old_source = u32_of(a[KVMLAT_A_KNOB_OLD_SOURCE]),
		.original = u64_of(a[KVMLAT_A_KNOB_ORIGINAL]),
		.min = u64_of(a[KVMLAT_A_KNOB_RANGE_MIN]),
		.max = u64_of(a[KVMLAT_A_KNOB_RANGE_MAX]),
		.unit = u32_of(a[KVMLAT_A_KNOB_UNIT]),
		.change = u32_of(a[KVMLAT_A_KNOB_CHANGE]),
		.result = u32_of(a[KVMLAT_A_KNOB_RESULT]),
		.has_value = a[KVMLAT_A_KNOB_VALUE],
		.has_original = a[KVMLAT_A_KNOB_ORIGINAL],
		.later = a[KVMLAT_A_KNOB_LATER],
	};
	string_of(knob->name, sizeof(knob->name), a[KVMLAT_A_KNOB_NAME]);
	string_of(knob->why, sizeof(knob->why), a[KVMLAT_A_KNOB_WHY]);
	return 0;
}

/* libnl's table of attributes has only the last of several KNOBs, so they are walked again */
static int take_message(struct nl_msg *msg, struct knobs *knobs)
{
	struct nlattr *attr, *a[KVMLAT_A_AUTHOR_MAX + 1];
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	int left = genlmsg_attrlen(genl, 0);

	for (attr = genlmsg_attrdata(genl, 0); nla_ok(attr, left); attr = nla_next(attr, &left)) {
		if (nla_type(attr) == KVMLAT_A_CHANGE) {
			knobs->change = nla_get_u32(attr);
		} else if (nla_type(attr) == KVMLAT_A_AUTHOR) {
			if (nla_parse_nested(a, KVMLAT_A_AUTHOR_MAX, attr, NULL) ||
			    !a[KVMLAT_A_AUTHOR_ACTION] || !a[KVMLAT_A_AUTHOR_PID] ||
			    !a[KVMLAT_A_AUTHOR_UID] || !a[KVMLAT_A_AUTHOR_COMM] ||
			    !a[KVMLAT_A_AUTHOR_AT])
				return EBADMSG;
			knobs->action = nla_get_u32(a[KVMLAT_A_AUTHOR_ACTION]);
			knobs->pid = nla_get_u32(a[KVMLAT_A_AUTHOR_PID]);
			knobs->uid = nla_get_u32(a[KVMLAT_A_AUTHOR_UID]);
			string_of(knobs->comm, sizeof(knobs->comm), a[KVMLAT_A_AUTHOR_COMM]);
		} else if (nla_type(attr) == KVMLAT_A_KNOB) {
			knobs->knob = realloc(knobs->knob,
					      (knobs->nr + 1) * sizeof(*knobs->knob));
			if (take_knob(attr, &knobs->knob[knobs->nr++]))
				return EBADMSG;
		}
	}
	return 0;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct wire *w = arg;
	int err;

	if (nlmsg_hdr(msg)->nlmsg_type != w->family)
		return NL_SKIP;
	err = take_message(msg, w->arg);
	if (err)
		w->err = err;
	return NL_OK;
}

static int talk(struct wire *w, struct nl_msg *msg, struct knobs *knobs)
{
	struct nl_cb *cb = nl_socket_get_cb(w->sock);
	struct nl_cb *own = nl_cb_clone(cb);
	int err;

	memset(knobs, 0, sizeof(*knobs));
	w->reply = NULL;
	w->arg = knobs;
	nl_cb_set(own, NL_CB_VALID, NL_CB_CUSTOM, on_message, w);
	nl_socket_set_cb(w->sock, own);
	err = wire_talk(w, msg);
	nl_socket_set_cb(w->sock, cb);
	nl_cb_put(own);
	nl_cb_put(cb);
	return err;
}

int knob_dump(struct wire *w, const struct filter *f, int which, int scope, struct knobs *knobs)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_KNOB_GET, NLM_F_DUMP);

	if (msg)
		wire_put_filter(msg, f);
	if (msg && which >= 0)
		nla_put_u32(msg, KVMLAT_A_WHICH_KNOB, which);
	if (msg && scope >= 0)
		nla_put_u32(msg, KVMLAT_A_SCOPE, scope);
	return talk(w, msg, knobs);
}

static void put_ask(struct nl_msg *msg, const struct knob *ask)
{
	struct nlattr *nest = nla_nest_start(msg, KVMLAT_A_KNOB | NLA_F_NESTED);

	nla_put_u32(msg, KVMLAT_A_KNOB_ID, ask->id);
	if (ask->vm)
		nla_put_u32(msg, KVMLAT_A_KNOB_VM_ID, ask->vm);
	if (ask->pid)
		nla_put_u32(msg, KVMLAT_A_KNOB_PID, ask->pid);
	if (ask->vcpu >= 0)
		nla_put_u32(msg, KVMLAT_A_KNOB_VCPU_ID, ask->vcpu);
	if (ask->inherit)
		nla_put_flag(msg, KVMLAT_A_KNOB_INHERIT);
	else
		nla_put_u64(msg, KVMLAT_A_KNOB_VALUE, ask->value);
	if (ask->has_expect)
		nla_put_u64(msg, KVMLAT_A_KNOB_EXPECT, ask->expect);
	if (ask->expect_inherit)
		nla_put_flag(msg, KVMLAT_A_KNOB_EXPECT_INHERIT);
	nla_nest_end(msg, nest);
}

int knob_change(struct wire *w, const struct knob *ask, unsigned int nr, bool dry_run,
		struct knobs *knobs)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_KNOB_SET, 0);

	for (unsigned int i = 0; msg && i < nr; i++)
		put_ask(msg, &ask[i]);
	if (msg && dry_run)
		nla_put_flag(msg, KVMLAT_A_DRY_RUN);
	return talk(w, msg, knobs);
}

uint32_t knob_set(struct wire *w, const struct knob *ask)
{
	struct knobs reply;
	uint32_t change = 0;

	if (!knob_change(w, ask, 1, false, &reply))
		change = reply.change;
	knobs_free(&reply);
	return change;
}

int knob_undo(struct wire *w, uint32_t change, bool dry_run, struct knobs *knobs)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_KNOB_UNDO, 0);

	if (msg && change)
		nla_put_u32(msg, KVMLAT_A_CHANGE, change);
	if (msg && dry_run)
		nla_put_flag(msg, KVMLAT_A_DRY_RUN);
	return talk(w, msg, knobs);
}

void knobs_free(struct knobs *knobs)
{
	free(knobs->knob);
	memset(knobs, 0, sizeof(*knobs));
}

const struct knob *knobs_find(const struct knobs *knobs, const struct knob *of)
{
	for (unsigned int i = 0; i < knobs->nr; i++) {
		const struct knob *k = &knobs->knob[i];

		if (k->id == of->id && k->scope == of->scope && (!of->vm || k->vm == of->vm) &&
		    (!of->pid || k->pid == of->pid) && k->vcpu == of->vcpu)
			return k;
	}
	return NULL;
}

int knob_get(struct wire *w, const struct knob *of, struct knob *knob)
{
	struct knob wanted = *of;
	const struct knob *found;
	struct knobs all;
	int err;

	wanted.scope = of->vcpu >= 0 ? KVMLAT_SCOPE_VCPU :
		       of->vm || of->pid ? KVMLAT_SCOPE_VM : KVMLAT_SCOPE_HOST;
	err = knob_dump(w, FILTER(.vm = of->vm, .pid = of->pid, .vcpu = of->vcpu), of->id,
			wanted.scope, &all);
	found = err ? NULL : knobs_find(&all, &wanted);
	if (found)
		*knob = *found;
	else if (!err)
		err = ENOENT;
	knobs_free(&all);
	return err;
}

int knob_listen(struct wire *w)
{
	int group, err = wire_open(w);

	if (err)
		return err;
	group = genl_ctrl_resolve_grp(w->sock, KVMLAT_FAMILY_NAME, KVMLAT_MCGRP_EVENTS);
	if (group < 0)
		return ENOENT;
	err = nl_socket_add_membership(w->sock, group);
	return err == -NLE_PERM || err == -NLE_NOACCESS ? EPERM : err ? EIO : 0;
}

int knob_event(struct wire *w, int ms, struct knobs *event)
{
	struct pollfd fd = { .fd = nl_socket_get_fd(w->sock), .events = POLLIN };

	memset(event, 0, sizeof(*event));
	if (poll(&fd, 1, ms) <= 0)
		return ETIMEDOUT;
	w->err = 0;
	w->arg = event;
	nl_socket_modify_cb(w->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, w);
	if (nl_recvmsgs_default(w->sock) < 0)
		return EIO;
	return w->err;
}
