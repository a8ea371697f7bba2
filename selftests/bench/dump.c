// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump: ask the module for all vCPUs, and tell what that took: messages, bytes, CPU time.
 * dump follow: with a cursor; then, for each line from standard input, for what changed since.
 */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <linux/kvmlat.h>

static char buf[1 << 17];

struct tally {
	unsigned long messages, bytes;
	int family;
	uint64_t cursor;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int find_family(const struct nlattr *attr, void *data)
{
	struct tally *t = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		t->family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), find_family, data);
}

static int count(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr, *end;
	struct tally *t = data;

	t->messages++;
	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != KVMLAT_A_END)
			break;
		mnl_attr_for_each_nested(end, attr)
			if (mnl_attr_get_type(end) == KVMLAT_A_END_CURSOR)
				t->cursor = mnl_attr_get_u64(end);
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *request(int type, int flags, int cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static void exchange(struct mnl_socket *nl, const struct nlmsghdr *nlh, mnl_cb_t cb,
		     struct tally *t)
{
	int ret = mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);

	do {
		if (ret < 0)
			die("dump: send");
		ret = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (ret < 0)
			die("dump: receive");
		t->bytes += ret;
		ret = mnl_cb_run(buf, ret, 0, 0, cb, t);
	} while (ret > MNL_CB_STOP);
	if (ret < 0)
		die("dump: answer");
}

static unsigned long cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000UL + use.ru_utime.tv_usec +
	       use.ru_stime.tv_usec;
}

static void dump(struct mnl_socket *nl, struct tally *t, bool follow)
{
	struct nlmsghdr *nlh = request(t->family, NLM_F_DUMP, KVMLAT_CMD_VCPU_GET);
	unsigned long before = cpu_us();

	if (follow)
		mnl_attr_put_u64(nlh, KVMLAT_A_CURSOR, t->cursor);
	t->messages = 0;
	t->bytes = 0;
	exchange(nl, nlh, count, t);
	printf("%lu messages, %lu bytes, %lu us\n", t->messages, t->bytes, cpu_us() - before);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	struct tally t = { 0 };
	bool follow = argc > 1 && !strcmp(argv[1], "follow");
	struct nlmsghdr *nlh;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("dump: socket");
	nlh = request(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, KVMLAT_FAMILY_NAME);
	exchange(nl, nlh, family, &t);

	dump(nl, &t, follow);
	while (follow && getchar() == '\n')
		dump(nl, &t, true);
	return 0;
}
