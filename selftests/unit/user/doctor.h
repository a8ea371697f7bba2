/* SPDX-License-Identifier: GPL-2.0-only */
/* A host in a folder, well tuned; its guest has CPUs 2 and 3 for itself. */
#ifndef _UNIT_DOCTOR_H
#define _UNIT_DOCTOR_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/facts.h"

#define MSR_SMI_COUNT	0x34

struct tree {
	char	root[64];
	size_t	nr;
	char	changed[16][256];
};

#define TREE_CPU(n)							\
	{ "/sys/devices/system/cpu/cpu" n "/topology/thread_siblings_list", n "\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpuidle/state0/latency", "2\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpuidle/state0/name", "C1\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpuidle/state1/latency", "133\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpuidle/state1/name", "C6\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpuidle/state1/disable", "1\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/power/pm_qos_resume_latency_us", "0\n" },	\
	{ "/sys/devices/system/cpu/cpu" n "/cpufreq/scaling_governor", "performance\n" }, \
	{ "/sys/devices/system/cpu/cpu" n "/cpufreq/energy_performance_preference",	\
	  "performance\n" },							\
	{ "/sys/kernel/debug/sched/fair_server/cpu" n "/runtime", "50000000\n" }

#define TREE_THREAD(tid, name, cpu, priority, policy, cpus)			\
	{ "/proc/100/task/" tid "/comm", name "\n" },				\
	{ "/proc/100/task/" tid "/stat", tid " (" name ") S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 -2 0 3 0 5 " \
	  "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 " cpu " " priority " " policy " 0 0 0\n" },	\
	{ "/proc/100/task/" tid "/status", "Name:\t" name "\nCpus_allowed_list:\t" cpus "\n" },	\
	{ "/proc/100/task/" tid "/cgroup", "0::/vm\033\n" }

/* One that ends with a slash is a folder. */
static const struct tree_file {
	const char	*path;
	const char	*text;
} tree_files[] = {
	TREE_CPU("0"), TREE_CPU("1"), TREE_CPU("2"), TREE_CPU("3"),
	{ "/sys/devices/system/cpu/online", "0-3\n" },
	{ "/sys/devices/system/cpu/isolated", "2-3\n" },
	{ "/sys/devices/system/cpu/nohz_full", "2-3\n" },
	{ "/sys/devices/system/cpu/smt/active", "0\n" },
	{ "/sys/devices/system/cpu/cpuidle/current_driver", "intel_idle\n" },
	{ "/sys/devices/system/cpu/vulnerabilities/vmscape", "Not affected\n" },
	{ "/sys/devices/system/node/online", "0-1\n" },
	{ "/sys/devices/system/node/node0/cpulist", "0-1\n" },
	{ "/sys/devices/system/node/node1/cpulist", "2-3\n" },
	{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n" },
	{ "/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet\n" },
	{ "/sys/kernel/debug/sched/preempt", "none voluntary (full)\n" },
	{ "/sys/kernel/sched_ext/state", "disabled\n" },
	{ "/sys/kernel/sched_ext/root/ops", "lavd\n" },
	{ "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n" },
	{ "/sys/kernel/mm/transparent_hugepage/defrag", "always defer [madvise] never\n" },
	{ "/sys/kernel/mm/ksm/run", "0\n" },
	{ "/sys/kernel/tracing/current_tracer", "nop\n" },
	{ "/sys/kernel/tracing/set_event", "" },
	{ "/sys/kernel/tracing/tracing_on", "1\n" },
	{ "/sys/module/kvm/parameters/halt_poll_ns", "200000\n" },
	{ "/sys/module/kvm/parameters/halt_poll_ns_grow", "2\n" },
	{ "/sys/module/kvm/parameters/nx_huge_pages", "N\n" },
	{ "/sys/module/kvm/parameters/lapic_timer_advance_ns", "-1\n" },
	{ "/sys/module/kvm_intel/parameters/ept", "Y\n" },
	{ "/sys/module/kvm_intel/parameters/enable_apicv", "Y\n" },
	{ "/sys/module/kvm_intel/parameters/ple_gap", "128\n" },
	{ "/sys/fs/cgroup/vm\033/cpu.max", "max 100000\n" },
	{ "/sys/fs/cgroup/vm\033/cpu.stat",
	  "nr_periods 90\nnr_throttled 7\nthrottled_usec 9000\n" },
	{ "/proc/version", "Linux version 6.12.43 #1 SMP PREEMPT_DYNAMIC Debian\n" },
	{ "/proc/cmdline", "quiet preempt=full rcu_nocbs=2-3\n" },
	{ "/proc/cpuinfo", "vendor_id : GenuineIntel\nflags : tsc\nvmx flags : vnmi apicv\n" },
	{ "/proc/uptime", "36000.00 1.00\n" },
	{ "/proc/sys/kernel/osrelease", "6.12.43+deb13-amd64\n" },
	{ "/proc/sys/kernel/sched_rt_runtime_us", "-1\n" },
	{ "/proc/sys/kernel/sched_rt_period_us", "1000000\n" },
	{ "/proc/sys/kernel/numa_balancing", "0\n" },
	{ "/proc/sys/kernel/nmi_watchdog", "0\n" },
	{ "/proc/self/fd/0", "" },
	{ "/proc/200/comm", "per\033f\n" },
	{ "/proc/200/fd/0", "" },
	{ "/proc/irq/24/effective_affinity_list", "0\n" },
	{ "/proc/irq/24/nvme0q1/", "" },
	{ "/proc/100/cgroup", "0::/vm\033\n" },
	{ "/proc/100/status", "Name:\tqemu\nVmSwap:\t       0 kB\n" },
	{ "/proc/100/smaps_rollup",
	  "0-1 ---p [rollup]\nRss: 1000000 kB\nAnonHugePages: 990000 kB\n" },
	{ "/proc/100/numa_maps", "7f0 default anon=9 N0=9 N1=262144 kernelpagesize_kB=4\n" },
	TREE_THREAD("100", "qemu\033", "0", "0", "0", "0-1"),
	TREE_THREAD("101", "CPU 0/KVM", "2", "1", "1", "2"),
	TREE_THREAD("102", "CPU 1/KVM", "3", "1", "1", "3"),
	{ "/etc/modprobe.d/a.conf", "options kvm halt_poll_ns=200000\n" },
	{ "/etc/tuned/active_profile", "realtime-virtual-host\n" },
	{ "/dev/cpu_dma_latency", "2000000000" },
	{ "/dev/cpu/0/msr", "" },
};

#define TREE_FILES	(sizeof(tree_files) / sizeof(*tree_files))

static int tree_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void tree_remove(const struct tree *t, const char *path)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s%s", t->root, path);
	nftw(name, tree_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

/* The folders above, and the name of the file itself. */
static void tree_way(const struct tree *t, const char *path, char *name)
{
	char *slash;

	snprintf(name, PATH_MAX, "%s%s", t->root, path);
	for (slash = name + strlen(t->root); (slash = strchr(slash + 1, '/'));) {
		*slash = 0;
		mkdir(name, 0755);
		*slash = '/';
	}
}

static void tree_bytes(const struct tree *t, const char *path, const void *bytes, size_t len)
{
	char name[PATH_MAX];
	FILE *f;

	tree_way(t, path, name);
	if (path[strlen(path) - 1] == '/')
		return;
	f = fopen(name, "w");
	if (!f) {
		perror(name);
		exit(1);
	}
	fwrite(bytes, 1, len, f);
	fclose(f);
}

/* The count of SMIs, where the register's device has it. */
static void tree_smis(const struct tree *t, uint64_t count)
{
	char msr[MSR_SMI_COUNT + sizeof(count)] = { 0 };

	memcpy(msr + MSR_SMI_COUNT, &count, sizeof(count));
	tree_bytes(t, "/dev/cpu/0/msr", msr, sizeof(msr));
}

static void tree_text(const struct tree *t, const char *path, const char *text)
{
	int32_t us;

	if (!strcmp(path, "/dev/cpu/0/msr")) {
		tree_smis(t, 5);
	} else if (!strcmp(path, "/dev/cpu_dma_latency")) {
		us = atoi(text);
		tree_bytes(t, path, &us, sizeof(us));
	} else {
		tree_bytes(t, path, text, strlen(text));
	}
}

static void tree_begin(struct tree *t)
{
	size_t i;

	strcpy(t->root, "/tmp/kvmlat-doctor.XXXXXX");
	if (!mkdtemp(t->root))
		exit(1);
	for (i = 0; i < TREE_FILES; i++)
		tree_text(t, tree_files[i].path, tree_files[i].text);
	setenv("KVMLAT_ROOT", t->root, 1);
}

/*
 * "PATH=TEXT" writes, "-PATH" removes, "!PATH" puts a folder there, so that nobody can read it,
 * and "@PATH=TARGET" a link; a tab is between two.
 */
static void tree_change(struct tree *t, const char *edits)
{
	char all[2048], *edit, *next, name[PATH_MAX], *text;

	snprintf(all, sizeof(all), "%s", edits);
	for (edit = all; *edit; edit = next) {
		for (next = edit; *next && (*next != '\t' || !strchr("/-!@", next[1]));)
			next++;
		if (*next)
			*next++ = 0;
		text = strchr(edit, '=');
		if (text)
			*text++ = 0;
		name[0] = *edit == '/' ? 0 : *edit++;
		snprintf(t->changed[t->nr++], sizeof(*t->changed), "%.255s", edit);
		tree_remove(t, edit);
		if (name[0] == '@') {
			tree_way(t, edit, name);
			if (symlink(text, name))
				exit(1);
		} else if (name[0] == '!') {
			tree_way(t, edit, name);
			mkdir(name, 0755);
		} else if (!name[0]) {
			tree_text(t, edit, text);
		}
	}
}

static void tree_restore(struct tree *t)
{
	size_t i, len;

	while (t->nr) {
		const char *path = t->changed[--t->nr];

		len = strlen(path);
		tree_remove(t, path);
		for (i = 0; i < TREE_FILES; i++)
			if (!strncmp(tree_files[i].path, path, len) &&
			    (!tree_files[i].path[len] || tree_files[i].path[len] == '/'))
				tree_text(t, tree_files[i].path, tree_files[i].text);
	}
	tree_smis(t, 5);
}

/* The same in each file; of NULL many bytes of any value. */
static void tree_fill(struct tree *t, const char *text)
{
	static unsigned char noise[300000];
	size_t i;

	for (i = 0; i < sizeof(noise); i++)
		noise[i] = i * 7 + i / 251;
	for (i = 0; i < TREE_FILES; i++)
		if (text)
			tree_bytes(t, tree_files[i].path, text, strlen(text));
		else
			tree_bytes(t, tree_files[i].path, noise, sizeof(noise));
}

static void tree_refill(struct tree *t)
{
	size_t i;

	for (i = 0; i < TREE_FILES; i++)
		tree_text(t, tree_files[i].path, tree_files[i].text);
}

static void tree_end(struct tree *t)
{
	tree_remove(t, "");
}

#define PATIENT_ROWS	16
#define PATIENT_SEC	1000000000ULL

/** struct patient - the guest; @away: the module is */
struct patient {
	bool			away;
	uint32_t		running;
	struct kvmlat_vm	vm;
	struct kvmlat_vcpu	vcpu;
	struct kvmlat_vcpu	other;
	size_t			nr_rows;
	struct kvmlat_reason	rows[PATIENT_ROWS];
	struct kvmlat_bucket	buckets[PATIENT_ROWS][2];
	struct kvmlat_detail	detail;
};

/* So many events that took so long, beside those that there are of that kind. */
static void patient_row(struct patient *p, uint32_t cls, uint32_t code, uint64_t count,
			uint64_t ns)
{
	struct kvmlat_reason *r;
	size_t i, at;

	for (at = 0; at < p->nr_rows; at++)
		if (p->rows[at].cls > cls || (p->rows[at].cls == cls && p->rows[at].code >= code))
			break;
	if (at == p->nr_rows || p->rows[at].cls != cls || p->rows[at].code != code) {
		for (i = p->nr_rows++; i > at; i--) {
			p->rows[i] = p->rows[i - 1];
			memcpy(p->buckets[i], p->buckets[i - 1], sizeof(*p->buckets));
		}
		p->rows[at] = (struct kvmlat_reason){ .cls = cls, .code = code };
	}
	r = &p->rows[at];
	p->buckets[at][r->nr_buckets++] = (struct kvmlat_bucket){ kvmlat_bucket_of(ns), count };
	r->count += count;
	r->total += count * ns;
}

static void patient_init(struct patient *p)
{
	*p = (struct patient){
		.running = 2,
		.vm = { .vm_id = 1, .pid = 100, .vcpus = 2, .details = true },
		.vcpu = { .vm_id = 1, .pid = 100, .tid = 101, .account = {
			.end = 101 * PATIENT_SEC, .start = PATIENT_SEC,
			.elapsed = 100 * PATIENT_SEC, .details_since = PATIENT_SEC,
			.nr_vcpus = 1 } },
		.other = { .vm_id = 1, .pid = 100, .tid = 102, .vcpu_id = 1 },
		.detail = { .kind = KVMLAT_DETAIL_KIND_PIO_OUT, .key = 0x70, .count = 5 },
	};
	patient_row(p, KVMLAT_REASON_CLASS_EXIT, 7, 5, 1000);
	patient_row(p, KVMLAT_REASON_CLASS_EXIT, 12, 1000, 1000);
	patient_row(p, KVMLAT_REASON_CLASS_HALT, 0, 800, 50000);
	patient_row(p, KVMLAT_REASON_CLASS_HALT, 0, 200, 5000000);
	patient_row(p, KVMLAT_REASON_CLASS_POLL_HIT, 0, 500, 50000);
	patient_row(p, KVMLAT_REASON_CLASS_WAKE, 0, 88, 10000);
}

static void patient_facts(struct patient *p, struct facts *f)
{
	struct kvmlat_vcpu vcpus[2];
	struct entry entry = { .vm_id = 1, .name = "db" };
	struct guests guests = { .nr = 1, .entries = &entry };
	struct kvmlat_snapshot snap = {
		.vendor = KVMLAT_VENDOR_INTEL, .nr_vms = 1, .vms = &p->vm, .nr_vcpus = 2,
		.vcpus = vcpus,
	};
	size_t i;

	for (i = 0; i < p->nr_rows; i++)
		p->rows[i].buckets = p->buckets[i];
	p->vcpu.account.nr_reasons = p->nr_rows;
	p->vcpu.account.reasons = p->rows;
	p->vcpu.account.nr_details = 1;
	p->vcpu.account.details = &p->detail;
	vcpus[0] = p->vcpu;
	vcpus[1] = p->other;
	facts_read(f, p->away ? NULL : &snap, &guests, p->running,
		   "the kernel module is not loaded");
}

#endif /* _UNIT_DOCTOR_H */
