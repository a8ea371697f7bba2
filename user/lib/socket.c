// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "internal.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/*
 * The kernel answers within the call that sends a request, or that reads a dump's next part: what
 * has not come after this time never will.
 */
#define PATIENCE	10

static ssize_t socket_send(struct kvmlat *k, const void *buf, size_t len)
{
	return mnl_socket_sendto(k->sock, buf, len);
}

static ssize_t socket_recv(struct kvmlat *k, void *buf, size_t len)
{
	return mnl_socket_recvfrom(k->sock, buf, len);
}

static int socket_new(struct kvmlat *k)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int on = 1, size = 4 * 1024 * 1024;
	int fd;

	k->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!k->sock)
		return -1;
	if (mnl_socket_bind(k->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -1;
	fd = mnl_socket_get_fd(k->sock);

	/* Each only makes replies richer or buffers larger, and all work without. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return 0;
}

int kvmlat_socket_open(struct kvmlat *k, struct kvmlat_error *err)
{
	k->send = socket_send;
	k->recv = socket_recv;
	if (socket_new(k))
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, errno,
				   "cannot open a netlink socket: %s", strerror(errno));
	return 0;
}

/*
 * After ENOBUFS messages are missing and the dump still runs: the kernel would refuse the next
 * one on this socket with EBUSY.
 */
static int socket_renew(struct kvmlat *k)
{
	if (!k->sock)
		return 0;
	mnl_socket_close(k->sock);
	k->sock = NULL;
	return socket_new(k);
}

struct exchange {
	const struct nlmsghdr	*request;
	kvmlat_msg_fn		fn;
	void			*ctx;
	bool			interrupted;
	bool			failed;
	bool			done;
};

static void take(struct exchange *x, const struct nlmsghdr *nlh, struct kvmlat_error *err)
{
	bool ends = nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE;
	int code = 0;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;
	if (ends) {
		x->done = true;
		if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
			memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
		if (code && !x->failed) {
			kvmlat_fail_ack(err, nlh, x->request);
			x->failed = true;
		}
		return;
	}
	if (x->failed || nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return;
	if (nlh->nlmsg_type != x->request->nlmsg_type ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr)) {
		x->failed = true;
		kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0, "the reply is of an unexpected type %u",
			    nlh->nlmsg_type);
		return;
	}
	if (x->fn && x->fn(nlh, x->ctx, err))
		x->failed = true;
}

/*
 * One request and all that answers it, to the final ACK or DONE, also after a failure: what
 * stays behind would be taken for the answer to the next request. Returns 1 if the kernel ran
 * out of buffer, after which the request can be repeated.
 */
static int exchange(struct kvmlat *k, struct exchange *x, struct kvmlat_error *err)
{
	while (!x->done) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)k->buf;
		ssize_t n = k->recv(k, k->buf, KVMLAT_RECV_SIZE);
		int len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			if (socket_renew(k))
				break;
			return 1;
		}
		if (n < 0 && errno == EAGAIN) {
			kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
				    "the kernel does not answer, for %u seconds", PATIENCE);
			(void)socket_renew(k);
			return -1;
		}
		if (n < 0)
			break;
		for (len = n; kvmlat_message_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq == x->request->nlmsg_seq && !x->done)
				take(x, nlh, err);
		}
		if (len || !n) {
			x->failed = true;
			kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0, "the reply is cut short");
			return socket_renew(k) ? -1 : 0;
		}
	}
	if (x->done)
		return 0;
	return kvmlat_fail(err, KVMLAT_E_SYSTEM, errno, "cannot read from the netlink socket: %s",
			   strerror(errno));
}

/* Returns 1 if the kernel ran out of buffer for a dump, which can be asked for again. */
int kvmlat_talk(struct kvmlat *k, struct nlmsghdr *request, kvmlat_msg_fn fn, void *ctx,
		bool *interrupted, struct kvmlat_error *err)
{
	struct exchange x = { .request = request, .fn = fn, .ctx = ctx };
	int ret;

	request->nlmsg_seq = ++k->seq;
	if (k->send(k, request, request->nlmsg_len) < 0)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, errno,
				   "cannot write to the netlink socket: %s", strerror(errno));
	ret = exchange(k, &x, err);
	if (ret > 0)
		kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOBUFS,
			    "the socket's buffer overflowed while the kernel replied");
	if (interrupted)
		*interrupted = x.interrupted;
	return ret ? ret : -x.failed;
}
