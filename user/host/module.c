// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/kvmlat.h>
#include <linux/netlink.h>

#include "module.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* The controller tells of one family a message; that with all commands of a large one is 4 KiB. */
#define NEWS_SIZE	16384

/* sysfs numbers its folders one after the other, so that a number comes back only after 2^32. */
uint64_t module_load_id(const char *root)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/sys/module/kvmlat", root);
	return stat(path, &st) ? 0 : st.st_ino;
}

struct mnl_socket *module_watch(struct trouble *why)
{
	struct mnl_socket *watch = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	uint32_t controller = GENL_ID_CTRL;
	int fd = watch ? mnl_socket_get_fd(watch) : -1;

	if (watch && mnl_socket_bind(watch, 0, MNL_SOCKET_AUTOPID) >= 0 &&
	    !setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &controller,
			sizeof(controller)) &&
	    !fcntl(fd, F_SETFL, O_NONBLOCK))
		return watch;
	trouble(why, trouble_of_errno(errno), "cannot watch the module come and go: %s",
		strerror(errno));
	if (watch)
		mnl_socket_close(watch);
	return NULL;
}

static enum module_news news_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool ours = false;

	if (nlh->nlmsg_type != GENL_ID_CTRL || mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return MODULE_NO_NEWS;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			ours = !strcmp(mnl_attr_get_str(attr), KVMLAT_FAMILY_NAME);
	}
	if (ours && genl->cmd == CTRL_CMD_NEWFAMILY)
		return MODULE_CAME;
	return ours && genl->cmd == CTRL_CMD_DELFAMILY ? MODULE_WENT : MODULE_NO_NEWS;
}

enum module_news module_news(struct mnl_socket *watch)
{
	char buf[NEWS_SIZE] __attribute__((aligned(8)));
	enum module_news news = MODULE_NO_NEWS;
	ssize_t n;

	while (news == MODULE_NO_NEWS) {
		n = mnl_socket_recvfrom(watch, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOBUFS ? MODULE_NEWS_LOST : MODULE_NO_NEWS;
		if (mnl_nlmsg_ok((const struct nlmsghdr *)buf, n))
			news = news_of((const struct nlmsghdr *)buf);
		else if (!n)
			return MODULE_NO_NEWS;
	}
	return news;
}
