// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/namespaces.h"
#include "notes.h"
#include "host/host.h"
#include "host_facts.h"
#include "sched/task.h"

/* Of a folder of /sys, and of threads, so many are facts. */
#define MAX_FILES	128
#define MAX_THREADS	1024

static void put_line(struct bytes *to, const char *name, const char *root, const char *path)
{
	char full[512], *text;

	snprintf(full, sizeof(full), "%s%s", root, path);
	text = file_read(full);
	if (!text)
		return;
	text[strcspn(text, "\n")] = 0;
	put_note(to, name, text);
	free(text);
}

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* "vulnerabilities/meltdown" is a fact "mitigation meltdown". */
static void put_folder(struct bytes *to, const char *what, const char *root, const char *path)
{
	struct dirent **list;
	char full[512], name[300];
	int i, nr;

	snprintf(full, sizeof(full), "%s%s", root, path);
	nr = scandir(full, &list, is_visible, alphasort);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%s %s", what, list[i]->d_name);
		snprintf(full, sizeof(full), "%s/%s", path, list[i]->d_name);
		if (i < MAX_FILES)
			put_line(to, name, root, full);
		free(list[i]);
	}
	if (nr >= 0)
		free(list);
}

static void put_cpu(struct bytes *to, const char *root)
{
	static const char key[] = "model name\t: ";
	char full[512], *text;
	const char *at;

	snprintf(full, sizeof(full), "%s/proc/cpuinfo", root);
	text = file_read(full);
	at = text ? strstr(text, key) : NULL;
	if (at) {
		at += strlen(key);
		((char *)at)[strcspn(at, "\n")] = 0;
		put_note(to, "cpu", at);
	}
	free(text);
}

static void put_kernel(struct bytes *to)
{
	struct utsname uts;

	if (uname(&uts))
		return;
	put_note(to, "host", uts.nodename);
	put_note(to, "kernel", uts.release);
	put_note(to, "kernel version", uts.version);
}

static void put_module(struct bytes *to, const struct kvmlat_info *info)
{
	char text[64];
	size_t i;

	put_note(to, "kvmlat", KVMLAT_VERSION);
	put_note(to, "module", info->version);
	put_note(to, "vendor", kvmlat_vendor_name(info->vendor));
	snprintf(text, sizeof(text), "%u", info->clock_khz);
	put_note(to, "clock khz", text);
	for (i = 0; i < info->nr_probes; i++) {
		if (info->probes[i].attached)
			continue;
		snprintf(text, sizeof(text), "not attached %.40s", info->probes[i].name);
		put_note(to, text, info->probes[i].why);
	}
}

static void put_place(struct bytes *to, const struct kvmlat_vcpu *v)
{
	char name[64], how[64], *text;
	struct sched sched;
	struct task task;

	if (v->gone || !v->tid || !task_find(v->pid, v->tid, &task) || task_get(&task, &sched))
		return;
	text = malloc(CPUS_TEXT + sizeof(how) + 8);
	if (!text)
		return;
	sched_format(&sched, how, sizeof(how));
	snprintf(name, sizeof(name), "thread %u/%u", v->vm_id, v->vcpu_id);
	snprintf(text, sizeof(how) + 8, "%s on ", how);
	cpus_format(&sched.cpus, text + strlen(text), CPUS_TEXT);
	put_note(to, name, text);
	free(text);
}

static void put_isolation(struct bytes *to, const char *root)
{
	struct host host;
	char *text = malloc(CPUS_TEXT);

	if (text && host_read(root, &host)) {
		cpus_format(&host.online, text, CPUS_TEXT);
		put_note(to, "cpus online", text);
		cpus_format(&host.isolated, text, CPUS_TEXT);
		put_note(to, "cpus isolated", text);
		cpus_format(&host.nohz_full, text, CPUS_TEXT);
		put_note(to, "cpus nohz_full", text);
	}
	free(text);
}

void put_host_facts(struct bytes *to, const char *root, const struct kvmlat_info *info,
		    const struct kvmlat_snapshot *snap)
{
	size_t i;

	put_kernel(to);
	put_line(to, "boot", root, "/proc/sys/kernel/random/boot_id");
	put_line(to, "command line", root, "/proc/cmdline");
	put_cpu(to, root);
	put_isolation(to, root);
	put_line(to, "clocksource", root,
		 "/sys/devices/system/clocksource/clocksource0/current_clocksource");
	put_line(to, "governor", root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	put_line(to, "frequency driver", root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver");
	put_line(to, "idle driver", root, "/sys/devices/system/cpu/cpuidle/current_driver");
	put_line(to, "smt", root, "/sys/devices/system/cpu/smt/control");
	put_folder(to, "mitigation", root, "/sys/devices/system/cpu/vulnerabilities");
	put_folder(to, "kvm", root, "/sys/module/kvm/parameters");
	put_folder(to, "kvm_intel", root, "/sys/module/kvm_intel/parameters");
	put_folder(to, "kvm_amd", root, "/sys/module/kvm_amd/parameters");
	put_module(to, info);
	for (i = 0; pids_are_ours() && i < snap->nr_vcpus && i < MAX_THREADS; i++)
		put_place(to, &snap->vcpus[i]);
}
