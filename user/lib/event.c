// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "attr.h"

#define REQUEST_SIZE	256

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

static void take_group(const struct nlattr *nest, uint32_t *id)
{
	const struct nlattr *attr;
	const char *name = "";
	uint32_t found = 0;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			found = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, KVMLAT_MCGRP_EVENTS))
		*id = found;
}

static int take_groups(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	const struct nlattr *attr, *group;

	(void)err;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			take_group(group, ctx);
	}
	return 0;
}

int kvmlat_join_events(struct kvmlat *k, struct kvmlat_error *err)
{
	uint32_t group = 0, control = GENL_ID_CTRL;
	int fd = mnl_socket_get_fd(k->sock);
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = kvmlat_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, KVMLAT_FAMILY_NAME);
	if (kvmlat_talk(k, nlh, take_groups, &group, NULL, err))
		return -1;
	if (!group)
		return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0, "the module has no events");
	/* The controller's group tells when the family goes: nothing else would ever come then. */
	if (!setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) &&
	    !setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &control, sizeof(control)))
		return 0;
	if (errno == EPERM || errno == EACCES)
		return kvmlat_fail(err, KVMLAT_E_PERMISSION, errno,
				   "following events needs CAP_SYS_ADMIN in the initial user namespace");
	return kvmlat_fail(err, KVMLAT_E_SYSTEM, errno, "cannot join the events: %s",
			   strerror(errno));
}

int kvmlat_fd(const struct kvmlat *k)
{
	return mnl_socket_get_fd(k->sock);
}

static bool family_went(const struct nlmsghdr *nlh, uint16_t family)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
			return mnl_attr_get_u16(attr) == family;
	}
	return false;
}

static int take_event(struct kvmlat *k, const struct nlmsghdr *nlh, kvmlat_knob_event_fn fn,
		      void *ctx, struct kvmlat_error *err)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct kvmlat_knob_event event;
	int ret;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL && family_went(nlh, k->family))
		return kvmlat_fail(err, KVMLAT_E_NO_MODULE, ENOENT,
				   "the kernel module was unloaded");
	/* Other kinds of events are of a newer module. */
	if (nlh->nlmsg_type != k->family || genl->cmd != KVMLAT_CMD_KNOB_CHANGED)
		return 0;
	ret = kvmlat_parse_event(nlh, &event, &k->unknown, err);
	if (!ret)
		fn(&event, ctx);
	return ret < 0 ? -1 : 0;
}

int kvmlat_read_events(struct kvmlat *k, kvmlat_knob_event_fn fn, void *ctx,
		       struct kvmlat_error *err)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)k->buf;
	ssize_t n = k->recv(k, k->buf, KVMLAT_RECV_SIZE);
	int len;

	if (n < 0 && errno == ENOBUFS)
		return 1;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, errno,
				   "cannot read from the netlink socket: %s", strerror(errno));
	for (len = n; kvmlat_message_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (take_event(k, nlh, fn, ctx, err))
			return -1;
	return 0;
}
