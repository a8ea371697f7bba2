// SPDX-License-Identifier: GPL-2.0-only
/* Requests, replies and refusals. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "wire.h"

/* A module that does not answer must not hang the tests */
#define ANSWER_S 20

static void set_patience(struct wire *w, int seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	setsockopt(nl_socket_get_fd(w->sock), SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

static void take_extack(struct wire *w, const void *tlvs, int len)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (len <= 0 || nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)tlvs, len, NULL))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(w->text, sizeof(w->text), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS])
		w->offs = nla_get_u32(tb[NLMSGERR_ATTR_OFFS]);
#ifdef NLMSGERR_ATTR_MISS_TYPE
	if (tb[NLMSGERR_ATTR_MISS_TYPE])
		w->miss = nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]);
#endif
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *hdr = (void *)((char *)e - NLMSG_HDRLEN);
	struct wire *w = arg;
	int skip = sizeof(*e);

	/* An error repeats the request's payload unless NETLINK_CAP_ACK could be set */
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(w, (char *)e + NLMSG_ALIGN(skip),
			    (int)hdr->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip));
	w->err = -e->error;
	w->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct wire *w = arg;

	w->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct wire *w = arg;
	int err;

	if (nlmsg_datalen(hdr) >= (int)sizeof(err)) {
		memcpy(&err, nlmsg_data(hdr), sizeof(err));
		w->err = -err;
		if (hdr->nlmsg_flags & NLM_F_ACK_TLVS)
			take_extack(w, (char *)nlmsg_data(hdr) + NLMSG_ALIGN(sizeof(err)),
				    nlmsg_datalen(hdr) - NLMSG_ALIGN(sizeof(err)));
	}
	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		w->intr = true;
	w->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct nlattr *attrs[KVMLAT_A_MAX + 1];
	struct wire *w = arg;
	int err = 0;

	if (hdr->nlmsg_type != w->family)
		return NL_SKIP;
	w->messages++;
	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		w->intr = true;
	if (genlmsg_parse(hdr, 0, attrs, KVMLAT_A_MAX, NULL))
		err = EBADMSG;
	else if (w->reply)
		err = w->reply(attrs, w->arg);
	if (err && !w->err)
		w->err = err;
	return NL_OK;
}

static int on_any_seq(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

int wire_open(struct wire *w)
{
	int fd, one = 1;

	memset(w, 0, sizeof(*w));
	w->sock = nl_socket_alloc();
	if (!w->sock)
		return ENOMEM;
	if (genl_connect(w->sock)) {
		wire_close(w);
		return EPROTONOSUPPORT;
	}
	w->family = genl_ctrl_resolve(w->sock, KVMLAT_FAMILY_NAME);
	if (w->family < 0) {
		wire_close(w);
		return ENOENT;
	}
	fd = nl_socket_get_fd(w->sock);
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one))) {
		wire_close(w);
		return EPROTONOSUPPORT;
	}
	set_patience(w, ANSWER_S);
	nl_socket_set_buffer_size(w->sock, 1 << 20, 1 << 20);
	nl_socket_enable_msg_peek(w->sock);
	/* The fuzzer's messages have any sequence number */
	nl_socket_modify_cb(w->sock, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_any_seq, w);
	nl_socket_modify_cb(w->sock, NL_CB_VALID, NL_CB_CUSTOM, on_valid, w);
	nl_socket_modify_cb(w->sock, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, w);
	nl_socket_modify_cb(w->sock, NL_CB_ACK, NL_CB_CUSTOM, on_ack, w);
	nl_socket_modify_err_cb(w->sock, NL_CB_CUSTOM, on_error, w);
	return 0;
}

void wire_close(struct wire *w)
{
	nl_socket_free(w->sock);
	w->sock = NULL;
}

struct nl_msg *wire_request(struct wire *w, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(128 * 1024);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, w->family, 0,
				NLM_F_REQUEST | NLM_F_ACK | flags, cmd, KVMLAT_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

void wire_put_filter(struct nl_msg *msg, const struct filter *f)
{
	if (f->vm)
		nla_put_u32(msg, KVMLAT_A_VM_ID, f->vm);
	if (f->pid)
		nla_put_u32(msg, KVMLAT_A_PID, f->pid);
	if (f->vcpu >= 0)
		nla_put_u32(msg, KVMLAT_A_VCPU_ID, f->vcpu);
	if (f->code >= 0)
		nla_put_u32(msg, KVMLAT_A_CODE, f->code);
	if (f->hist)
		nla_put_flag(msg, KVMLAT_A_HISTOGRAMS);
	if (f->details)
		nla_put_flag(msg, KVMLAT_A_DETAILS);
	if (f->follow)
		nla_put_u64(msg, KVMLAT_A_CURSOR, f->cursor);
}

static void forget_last(struct wire *w)
{
	w->err = 0;
	w->intr = false;
	w->done = false;
	w->messages = 0;
	w->offs = 0;
	w->miss = 0;
	w->text[0] = '\0';
}

static int take_answers(struct wire *w)
{
	while (!w->done) {
		int err = nl_recvmsgs_default(w->sock);

		if (err == -NLE_DUMP_INTR)
			w->intr = true;
		else if (err < 0 && !w->done)
			return w->err = err == -NLE_AGAIN ? ETIMEDOUT : EIO;
	}
	return w->err;
}

int wire_talk(struct wire *w, struct nl_msg *msg)
{
	int err;

	forget_last(w);
	if (!msg)
		return w->err = ENOMEM;
	nl_complete_msg(w->sock, msg);
	err = nl_send(w->sock, msg);
	nlmsg_free(msg);
	if (err < 0)
		return w->err = EIO;
	if (w->between) {
		err = w->between(w->between_arg);
		w->between = NULL;
		if (err)
			return w->err = err;
	}
	return take_answers(w);
}

int wire_talk_raw(struct wire *w, void *buf, size_t size)
{
	forget_last(w);
	if (nl_sendto(w->sock, buf, size) < 0)
		return w->err = EIO;
	set_patience(w, 1);
	take_answers(w);
	set_patience(w, ANSWER_S);
	return w->err;
}

int wire_reset(struct wire *w, const struct filter *f)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_RESET, 0);

	w->reply = NULL;
	if (msg)
		wire_put_filter(msg, f);
	return wire_talk(w, msg);
}

int wire_details(struct wire *w, const struct filter *f, bool on)
{
	struct nl_msg *msg = wire_request(w, KVMLAT_CMD_DETAIL_SET, 0);

	w->reply = NULL;
	if (msg) {
		wire_put_filter(msg, f);
		nla_put_u32(msg, KVMLAT_A_SWITCH, on);
	}
	return wire_talk(w, msg);
}
