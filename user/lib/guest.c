// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/* Returns the length, at most size - 1, and adds a NUL; -1 if there is no such file. */
static ssize_t read_proc(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
	}
	close(fd);
	buf[len] = 0;
	return len;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = 0;
	kvmlat_printable(to);
}

/*
 * QEMU's option syntax: key=value joined by commas, a comma within a value is doubled, and the
 * first key may be left out. Returns false if there is no such key.
 */
static bool qemu_value(const char *opts, const char *key, char *to, size_t size)
{
	size_t key_len = strlen(key), n;
	bool first = true;

	while (*opts) {
		size_t word = strcspn(opts, ",=");
		bool bare = opts[word] != '=';
		bool hit = bare ? first : word == key_len && !strncmp(opts, key, word);

		if (!bare)
			opts += word + 1;
		for (n = 0; *opts && (*opts != ',' || opts[1] == ','); opts++) {
			if (*opts == ',')
				opts++;
			if (hit && n < size - 1)
				to[n++] = *opts;
		}
		if (hit) {
			to[n] = 0;
			kvmlat_printable(to);
			return n;
		}
		if (*opts)
			opts++;
		first = false;
	}
	return false;
}

/* The value of "--name value" or "--name=value" if arg is that option. */
static const char *option(const char *arg, const char *next, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(arg, name, len))
		return NULL;
	if (arg[len] == '=')
		return arg + len + 1;
	return arg[len] ? NULL : next;
}

/* A descriptor that the parent opened has no name. */
static bool is_descriptor(const char *value)
{
	return !strncmp(value, "fd=", 3) || !strncmp(value, "/proc/self/fd/", 14) ||
	       !strncmp(value, "/dev/fd/", 8) || !value[strspn(value, "0123456789")];
}

static bool is_one_of(const char *word, size_t len, const char * const *list)
{
	for (; *list; list++)
		if (strlen(*list) == len && !strncmp(*list, word, len))
			return true;
	return false;
}

/*
 * Where each VM has a folder, as with Kata, its socket has the same name as all others', and the
 * folder has the VM's. Returns the start of that, or of the socket's own name.
 */
static const char *socket_base(const char *path, size_t *len)
{
	static const char * const alike[] = {
		"api", "ch", "ch-api", "clh", "clh-api", "cloud-hypervisor", "firecracker", "vmm",
		NULL
	};
	static const char * const everybody[] = { "", "tmp", "run", ".", "..", NULL };
	static const char * const endings[] = { ".sock", ".socket" };
	const char *base = path + *len, *folder;
	size_t i;

	while (base > path && base[-1] != '/')
		base--;
	*len -= base - path;
	for (i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t end = strlen(endings[i]);

		if (*len > end && !strncmp(base + *len - end, endings[i], end)) {
			*len -= end;
			break;
		}
	}
	if (base == path || !is_one_of(base, *len, alike))
		return base;
	for (folder = base - 1; folder > path && folder[-1] != '/'; folder--)
		;
	if (is_one_of(folder, base - 1 - folder, everybody))
		return base;
	*len = base - 1 - folder;
	return folder;
}

static bool socket_name(const char *value, char *name, size_t size)
{
	size_t len;

	if (is_descriptor(value))
		return false;
	if (!strncmp(value, "path=", 5))
		value += 5;
	len = strcspn(value, ",");
	value = socket_base(value, &len);
	if (!len)
		return false;
	copy(name, size, value, len);
	return true;
}

/* "krunvm start [--cpus N] [--mem N] NAME [COMMAND]"; all that follows NAME is the guest's. */
static bool krunvm_name(const char *arg, const char *end, char *name, size_t size)
{
	if (arg >= end || strcmp(arg, "start"))
		return false;
	for (arg += strlen(arg) + 1; arg < end; arg += strlen(arg) + 1) {
		if (*arg != '-') {
			copy(name, size, arg, strlen(arg));
			return *arg;
		}
		if (!strcmp(arg, "--cpus") || !strcmp(arg, "--mem"))
			arg += strlen(arg) + 1;
		if (arg >= end)
			return false;
	}
	return false;
}

bool kvmlat_guest_name(const char *cmdline, size_t len, char *name, size_t size)
{
	const char *end = cmdline + len, *arg, *next, *value, *id = NULL, *sock = NULL;
	const char *vmm = base_name(cmdline);
	bool micro, crosvm;

	if (!len || end[-1])
		return false;
	arg = cmdline + strlen(cmdline) + 1;
	/* crun, which becomes the VMM by libkrun; what follows is the container's. */
	if (!strcmp(cmdline, "[libcrun:krun]"))
		return false;
	if (!strcmp(vmm, "krunvm"))
		return krunvm_name(arg, end, name, size);
	micro = strstr(vmm, "firecracker") || strstr(vmm, "cloud-hypervisor");
	crosvm = strstr(vmm, "crosvm");

	for (; arg < end; arg = next) {
		const char *following;

		next = arg + strlen(arg) + 1;
		following = next < end ? next : NULL;
		if (micro) {
			value = option(arg, following, "--id");
			if (value)
				id = value;
			value = option(arg, following, "--api-sock");
			if (!value)
				value = option(arg, following, "--api-socket");
			if (value)
				sock = value;
			continue;
		}
		if (crosvm) {
			value = strcmp(arg, "-s") ? option(arg, following, "--socket") : following;
			if (value)
				sock = value;
		}
		value = strcmp(arg, "-name") ? option(arg, following, "--name") : following;
		if (value && qemu_value(value, "guest", name, size))
			return true;
	}
	if (id && *id) {
		copy(name, size, id, strlen(id));
		return true;
	}
	return sock && socket_name(sock, name, size);
}

/*
 * The command name stands in parentheses and can hold any character, parentheses too, so count
 * from the last. Field 20 is the number of threads, field 22 the time of start.
 */
int kvmlat_parse_stat(const char *text, uint32_t *threads, uint64_t *start_ticks)
{
	const char *p = strrchr(text, ')');
	char *end;
	int field;

	if (!p)
		return -1;
	for (field = 2; field < 20; field++) {
		p = strchr(p + 1, ' ');
		if (!p)
			return -1;
	}
	*threads = strtoul(p, &end, 10);
	p = *end == ' ' ? strchr(end + 1, ' ') : NULL;
	if (!p)
		return -1;
	*start_ticks = strtoull(p, &end, 10);
	return end == p ? -1 : 0;
}

static int read_stat(const char *path, uint32_t *threads, uint64_t *start_ticks)
{
	char stat[1024];

	if (read_proc(path, stat, sizeof(stat)) <= 0)
		return -1;
	return kvmlat_parse_stat(stat, threads, start_ticks);
}

int kvmlat_thread_start(uint32_t pid, uint32_t tid, uint64_t *ticks)
{
	uint32_t threads;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", pid, tid);
	return read_stat(path, &threads, ticks);
}

int kvmlat_thread_name(uint32_t pid, uint32_t tid, char *name, size_t size)
{
	char path[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", pid, tid);
	len = read_proc(path, name, size);
	if (len <= 0)
		return -1;
	name[strcspn(name, "\n")] = 0;
	kvmlat_printable(name);
	return 0;
}

int kvmlat_get_guest(uint32_t pid, struct kvmlat_guest *guest)
{
	size_t size = 256 * 1024;
	struct timespec now;
	char path[64];
	uint64_t ticks;
	ssize_t len;
	char *cmdline;

	memset(guest, 0, sizeof(*guest));
	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (read_stat(path, &guest->threads, &ticks))
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	guest->uptime = now.tv_sec + now.tv_nsec / 1e9 - (double)ticks / sysconf(_SC_CLK_TCK);
	if (guest->uptime < 0)
		guest->uptime = 0;

	cmdline = malloc(size);
	if (!cmdline)
		return -1;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	len = read_proc(path, cmdline, size);
	if (len <= 0 || !kvmlat_guest_name(cmdline, len, guest->name, sizeof(guest->name))) {
		if (kvmlat_thread_name(pid, pid, guest->name, sizeof(guest->name)))
			guest->name[0] = 0;
	}
	free(cmdline);
	return 0;
}
