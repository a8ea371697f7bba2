// SPDX-License-Identifier: GPL-2.0-only
/* Kernel modules and patience. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mod.h"

void sleep_ms(int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

bool wait_until(int ms, bool (*done)(void *arg), void *arg)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		if (done(arg))
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - start.tv_sec) * 1000 +
		    (now.tv_nsec - start.tv_nsec) / 1000000 > ms)
			return false;
		sleep_ms(20);
	}
}

bool mod_is_loaded(const char *name)
{
	char path[256];

	/* Parameters' folders of built-in code have no initstate */
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !access(path, F_OK);
}

int mod_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

static int load(const char *path, const char *params)
{
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, params ? params : "", 0) ? errno : 0;
	close(fd);
	return err;
}

int kvmlat_load(const char *params)
{
	const char *path = getenv("KVMLAT_KO");

	return path ? load(path, params) : ENOENT;
}

int fake_load(const char *name, const char *params)
{
	const char *dir = getenv("FAKE_KO");
	char path[512];

	if (!dir)
		return ENOENT;
	snprintf(path, sizeof(path), "%s/%s.ko", dir, name);
	return load(path, params);
}

int kvmlat_unload(void)
{
	return mod_remove("kvmlat");
}

int kvmlat_reload(const char *params)
{
	int err = mod_is_loaded("kvmlat") ? kvmlat_unload() : 0;

	return err ? err : kvmlat_load(params);
}

const char *kvm_vendor(void)
{
	char line[4096];
	const char *vendor = NULL;
	FILE *f = fopen("/proc/cpuinfo", "r");

	while (f && !vendor && fgets(line, sizeof(line), f))
		if (!strncmp(line, "flags", 5))
			vendor = strstr(line, " svm ") ? "kvm_amd" : "kvm_intel";
	if (f)
		fclose(f);
	return vendor ? vendor : "kvm_amd";
}

static int modprobe(const char *name, const char *setting)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return errno;
	if (!pid) {
		execlp("modprobe", "modprobe", name, setting, (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : ENOEXEC;
}

/* Loaded, and its init has returned */
static bool is_live(const char *name)
{
	char path[256], state[8] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(state, sizeof(state), f))
		state[0] = '\0';
	fclose(f);
	return !strcmp(state, "live\n");
}

/* Each test asks for it, and a process of its own takes a tenth of a second in the lab */
int kvm_load(void)
{
	return is_live(kvm_vendor()) ? 0 : modprobe(kvm_vendor(), NULL);
}

int kvm_load_set(const char *setting)
{
	return modprobe(kvm_vendor(), setting);
}

int kvm_unload(void)
{
	int err = mod_is_loaded(kvm_vendor()) ? mod_remove(kvm_vendor()) : 0;

	if (!err && mod_is_loaded("kvm"))
		err = mod_remove("kvm");
	return err;
}
