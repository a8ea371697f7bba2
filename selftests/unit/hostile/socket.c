// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the place of libmnl's socket in a command that is built for tests: requests go to the
 * module that module.py plays, over the socket that KVMLAT_STAND_IN names, one message a packet.
 * --wrap=setsockopt hands joins of multicast groups over, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* What module.py takes for a join: no netlink message is so short. */
struct join {
	uint32_t	length;
	uint32_t	group;
};

struct mnl_socket {
	int	fd;
};

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size);

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	const char *path = getenv("KVMLAT_STAND_IN");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct mnl_socket *s = calloc(1, sizeof(*s));

	(void)bus;
	if (!s)
		return NULL;
	if (!path || strlen(path) >= sizeof(to.sun_path)) {
		errno = EPROTONOSUPPORT;
		goto fail;
	}
	strcpy(to.sun_path, path);
	s->fd = socket(AF_UNIX, SOCK_SEQPACKET | flags, 0);
	if (s->fd >= 0 && !connect(s->fd, (struct sockaddr *)&to, sizeof(to)))
		return s;
fail:
	free(s);
	return NULL;
}

int mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	(void)s;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *s)
{
	return s->fd;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *req, size_t size)
{
	return send(s->fd, req, size, MSG_NOSIGNAL);
}

/* A packet that only holds an errno is what recvmsg fails with. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *s, void *buf, size_t size)
{
	ssize_t n = recv(s->fd, buf, size, 0);
	int error;

	if (n == sizeof(error)) {
		memcpy(&error, buf, sizeof(error));
		errno = error;
		return -1;
	}
	return n;
}

int mnl_socket_close(struct mnl_socket *s)
{
	int ret = close(s->fd);

	free(s);
	return ret;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	struct join join = { .length = sizeof(join) };
	char answer[sizeof(int)];

	if (level != SOL_NETLINK)
		return __real_setsockopt(fd, level, name, value, size);
	if (name != NETLINK_ADD_MEMBERSHIP)
		return 0;
	memcpy(&join.group, value, sizeof(join.group));
	if (send(fd, &join, sizeof(join), MSG_NOSIGNAL) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) != sizeof(answer))
		return -1;
	memcpy(&errno, answer, sizeof(int));
	return errno ? -1 : 0;
}
