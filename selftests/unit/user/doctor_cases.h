/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes each check of check/ say what, in the tree of doctor.h. */
#ifndef _UNIT_DOCTOR_CASES_H
#define _UNIT_DOCTOR_CASES_H

#include "check/check.h"
#include "doctor.h"

/** struct doctor_case - @files: see tree_change; @change: of the guest */
struct doctor_case {
	const char	*check;
	enum verdict	want;
	const char	*says;
	const char	*files;
	void		(*change)(struct patient *p);
};

static void no_module(struct patient *p)
{
	p->away = true;
}

static void more_vcpus(struct patient *p)
{
	p->running = 9;
}

static void a_few_vcpus(struct patient *p)
{
	p->running = 3;
}

static void waits(struct patient *p)
{
	p->vcpu.account.times[KVMLAT_STATE_RUNQ] = p->vcpu.account.elapsed / 4;
	more_vcpus(p);
}

static void interrupts(struct patient *p)
{
	patient_row(p, KVMLAT_REASON_CLASS_EXIT, 1, 700, 1000);
}

static void injects(struct patient *p)
{
	patient_row(p, KVMLAT_REASON_CLASS_EXIT, 7, 900, 1000);
}

static void nests(struct patient *p)
{
	patient_row(p, KVMLAT_REASON_CLASS_NESTED, 12, 30, 1000);
}

static void spins(struct patient *p)
{
	patient_row(p, KVMLAT_REASON_CLASS_EXIT, 40, 500, 2000);
}

static void never_halts(struct patient *p)
{
	p->nr_rows = 0;
}

static void halts_for_long(struct patient *p)
{
	p->nr_rows = 0;
	patient_row(p, KVMLAT_REASON_CLASS_HALT, 0, 990, 5000000);
}

static void is_not_polled(struct patient *p)
{
	p->nr_rows = 0;
	patient_row(p, KVMLAT_REASON_CLASS_HALT, 0, 412, 50000);
}

static void wakes_late(struct patient *p)
{
	patient_row(p, KVMLAT_REASON_CLASS_WAKE, 0, 412, 200000);
}

static void no_details(struct patient *p)
{
	p->vcpu.account.details_since = 0;
}

static void reads_hpet(struct patient *p)
{
	p->detail = (struct kvmlat_detail){ .kind = KVMLAT_DETAIL_KIND_MMIO_READ,
					    .key = 0xfed00000, .count = 5000, .total = 50000000 };
}

static void asks_ide(struct patient *p)
{
	p->detail = (struct kvmlat_detail){ .kind = KVMLAT_DETAIL_KIND_PIO_IN, .key = 0x1f7,
					    .count = 90000, .total = 900000000 };
}

#define CPU	"/sys/devices/system/cpu/"
#define PARAM	"/sys/module/kvm/parameters/"
#define INTEL	"/sys/module/kvm_intel/parameters/"
#define AMD	"/sys/module/kvm_amd/parameters/"
#define VCPU	"/proc/100/task/101/"
#define TRACING	"/sys/kernel/tracing/"
#define FAIR	"/sys/kernel/debug/sched/fair_server/"

/* The vCPU's thread, as it is but for policy, priority or CPUs. */
#define STAT(priority, policy)							\
	"101 (CPU 0/KVM) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 -2 0 3 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 " \
	"0 0 0 2 " priority " " policy " 0 0 0\n"
#define FIFO	STAT("1", "1")
#define OTHER	STAT("0", "0")
#define MAY(list)	"Name:\tCPU 0/KVM\nCpus_allowed_list:\t" list "\n"
#define MEMORY(rss, huge)	"0-1 ---p [rollup]\nRss: " rss " kB\nAnonHugePages: " huge " kB\n"

static const struct doctor_case cases[] = {
	{ "preemption", GOOD, "preemption: rt", "/sys/kernel/realtime=1\n" },
	{ "preemption", GOOD, "preemption: rt",
	  "!/sys/kernel/debug/sched/preempt\t/proc/version=Linux 6.12 #1 SMP PREEMPT_RT\n" },
	{ "preemption", GOOD, "preemption: full",
	  "!/sys/kernel/debug/sched/preempt\t/proc/version=#1 SMP PREEMPT_DYNAMIC Debian\n" },
	{ "preemption", BAD, "preemption: lazy",
	  "/sys/kernel/debug/sched/preempt=full (lazy)\n" },
	{ "preemption", BAD, "preemption: voluntary",
	  "!/sys/kernel/debug/sched/preempt\t/proc/version=#1 SMP PREEMPT_DYNAMIC Debian\t"
	  "/proc/cmdline=quiet preempt=voluntary\n" },
	{ "preemption", UNKNOWN, "does not tell",
	  "!/sys/kernel/debug/sched/preempt\t/proc/version=#1 SMP PREEMPT_DYNAMIC Debian\t"
	  "/proc/cmdline=quiet\n" },
	{ "preemption", UNKNOWN, "does not tell",
	  "!/sys/kernel/debug/sched/preempt\t!/proc/version" },
	{ "rt-priority", BAD, "1 vCPUs have real-time priorities of 50",
	  VCPU "stat=" STAT("80", "1") },
	{ "rt-priority", UNKNOWN, "1 vCPU threads nobody knows", "!" VCPU "stat" },
	{ "rt-priority", UNKNOWN, "not loaded", "", no_module },
	{ "rt-shared", BAD, "2 vCPUs with real-time priorities have only CPUs \"3\"",
	  VCPU "status=" MAY("3") },
	{ "rt-shared", UNKNOWN, "nobody knows", "-" VCPU "status" },
	{ "rt-limit", GOOD, "no vCPU has a real-time priority",
	  VCPU "stat=" OTHER "\t/proc/100/task/102/stat=" OTHER },
	{ "rt-limit", BAD, "nothing keeps", FAIR "cpu2/runtime=0\n\t" CPU "isolated=3\n" },
	{ "rt-limit", GOOD, "no throttling", "/proc/sys/kernel/osrelease=6.1.0-40-amd64\n" },
	{ "rt-limit", BAD, "throttling stops vCPUs on CPUs 2-3",
	  "/proc/sys/kernel/osrelease=6.1.0-40-amd64\n\t"
	  "/proc/sys/kernel/sched_rt_runtime_us=950000\n" },
	{ "rt-limit", UNKNOWN, "fair_server\" cannot be read", "!" FAIR "cpu2/runtime" },
	{ "sched-ext", GOOD, "this kernel has no sched_ext", "-/sys/kernel/sched_ext/state" },
	{ "sched-ext", BAD, "enabled, lavd", "/sys/kernel/sched_ext/state=enabled\n" },
	{ "sched-ext", UNKNOWN, "cannot be read", "!/sys/kernel/sched_ext/state" },
	{ "sched-ext", UNKNOWN, "\"?odd\"", "/sys/kernel/sched_ext/state=\033odd\n" },
	{ "isolation", BAD, "1 vCPUs may run on isolated CPUs (2-3) and on others",
	  VCPU "status=" MAY("1-2") },
	{ "isolation", BAD, "2 vCPUs have real-time priorities, and no CPU is isolated",
	  CPU "isolated=\n" },
	{ "isolation", UNKNOWN, "nobody knows where they run", "-" VCPU "status" },
	{ "vmm-threads", BAD, "1 other threads of VMMs may run on CPUs of vCPUs (2-3), as thread 100 \"qemu?\"",
	  "/proc/100/task/100/status=" MAY("0-3") },
	{ "vmm-threads", GOOD, "to themselves: -",
	  CPU "isolated=1-3\n\t" VCPU "status=" MAY("0") "\t/proc/100/task/102/status=" MAY("0") },
	{ "vmm-threads", UNKNOWN, "1 threads of VMMs", "!/proc/100/task/100/stat" },
	{ "tick", BAD, "with a tick: 3", CPU "nohz_full=2\n" },
	{ "tick", UNKNOWN, "not loaded", "", no_module },
	{ "rcu", BAD, "callbacks: 3",
	  CPU "nohz_full=2\n\t/proc/cmdline=rcu_nocbs=2 preempt=full\n" },
	{ "rcu", GOOD, "no isolated CPU", CPU "nohz_full=\n\t/proc/cmdline=rcu_nocbs=all\n" },
	{ "rcu", UNKNOWN, "no list of CPUs", "/proc/cmdline=quiet rcu_nocbs=x\n" },
	{ "rcu", UNKNOWN, "\"/proc/cmdline\" cannot be read", "!/proc/cmdline" },
	{ "irqs", BAD, "1 of 1 interrupts come to CPUs of vCPUs (2-3), as 24 \"nvme0q1\"",
	  "/proc/irq/24/effective_affinity_list=2\n", interrupts },
	{ "irqs", UNKNOWN, "of 1 interrupts nobody knows",
	  "/proc/irq/24/effective_affinity_list=x\n" },
	{ "overcommit", BAD, "9 vCPUs share 4 CPUs", "", waits },
	{ "overcommit", UNKNOWN, "online\" cannot be read", "!" CPU "online" },
	{ "smt", GOOD, "2 vCPUs, 4 cores", CPU "smt/active=1\n" },
	{ "smt", BAD, "9 vCPUs share 4 cores", CPU "smt/active=1\n", more_vcpus },
	{ "smt", BAD, "3 vCPUs share 2 cores",
	  CPU "smt/active=1\n\t" CPU "cpu1/topology/thread_siblings_list=0-1\n\t"
	  CPU "cpu3/topology/thread_siblings_list=2-3\n", a_few_vcpus },
	{ "smt", UNKNOWN, "siblings_list\" of a CPU",
	  CPU "smt/active=1\n\t!" CPU "cpu1/topology/thread_siblings_list" },
	{ "smt", UNKNOWN, "smt/active\" cannot be read", "!" CPU "smt/active" },
	{ "quota", BAD, "\"/vm?\" of VM 1 may use 20ms of each 100ms: 7 of 90 periods",
	  "/sys/fs/cgroup/vm\033/cpu.max=20000 100000\n" },
	{ "quota", UNKNOWN, "the cgroup of VM 1", "!/proc/100/cgroup" },
	{ "idle", GOOD, "more than 20us", "-" CPU "cpu2/cpuidle/state0/latency\t-" CPU
	  "cpu3/cpuidle/state0/latency\t-" CPU "cpu2/cpuidle/state1/latency\t-" CPU
	  "cpu3/cpuidle/state1/latency" },
	{ "idle", BAD, "1 CPUs may sleep in states like C6 of CPU 2, which takes 133us",
	  CPU "cpu2/cpuidle/state1/disable=0\n", wakes_late },
	{ "idle", GOOD, "more than 20us", CPU "cpu2/cpuidle/state1/disable=0\n\t" CPU
	  "cpu2/power/pm_qos_resume_latency_us=n/a\n" },
	{ "idle", GOOD, "more than 20us",
	  CPU "cpu2/cpuidle/state1/disable=0\n\t/dev/cpu_dma_latency=5" },
	{ "idle", UNKNOWN, "cpu_dma_latency\" cannot be read, and CPU 2 has C6",
	  CPU "cpu2/cpuidle/state1/disable=0\n\t!/dev/cpu_dma_latency" },
	{ "idle", UNKNOWN, "\"cpuidle\" of 1 CPUs", "!" CPU "cpu2/cpuidle/state0/latency" },
	{ "governor", BAD, "1 CPUs have another governor than \"performance\": CPU 2 \"schedutil\"",
	  CPU "cpu2/cpufreq/scaling_governor=schedutil\n\t" CPU
	  "cpu2/cpufreq/energy_performance_preference=balance_power\n" },
	{ "governor", GOOD, "performance", CPU "cpu2/cpufreq/scaling_governor=powersave\n" },
	{ "governor", UNKNOWN, "of 1 CPUs", "-" CPU "cpu2/cpufreq/scaling_governor" },
	{ "energy-preference", BAD, "1 CPUs prefer to save energy: CPU 3 \"balance_power\"",
	  CPU "cpu3/cpufreq/energy_performance_preference=balance_power\n" },
	{ "energy-preference", UNKNOWN, "of 1 CPUs",
	  "!" CPU "cpu3/cpufreq/energy_performance_preference" },
	{ "thp", BAD, "never",
	  "/sys/kernel/mm/transparent_hugepage/enabled=always madvise [never]\n" },
	{ "thp", GOOD, "this kernel", "-/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "thp", UNKNOWN, "cannot be read", "!/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "thp", UNKNOWN, "says \"???\"",
	  "/sys/kernel/mm/transparent_hugepage/enabled=\033\002\177" },
	{ "thp-defrag", BAD, "always",
	  "/sys/kernel/mm/transparent_hugepage/defrag=[always] defer madvise never\n" },
	{ "thp-defrag", UNKNOWN, "cannot be read", "!/sys/kernel/mm/transparent_hugepage/defrag" },
	{ "huge-pages", BAD, "of VM 1: 0 of 976 MiB; less than half of \"db\"",
	  "/proc/100/smaps_rollup=" MEMORY("1000000", "0") },
	{ "huge-pages", GOOD, "0 of 1", "/proc/100/smaps_rollup=" MEMORY("1000", "0") },
	{ "huge-pages", UNKNOWN, "\"smaps_rollup\" of 1 VMMs", "!/proc/100/smaps_rollup" },
	{ "ksm", BAD, "KSM: on",
	  "/sys/kernel/mm/ksm/run=1\n\t/sys/kernel/mm/ksm/pages_sharing=9\n" },
	{ "ksm", GOOD, "this kernel", "-/sys/kernel/mm/ksm/run" },
	{ "ksm", UNKNOWN, "cannot be read", "!/sys/kernel/mm/ksm/run" },
	{ "numa", BAD, "\"db\" has 1024 of 1152 MiB on nodes",
	  "/proc/100/numa_maps=7f0 default anon=9 N0=262144 N1=32768 kernelpagesize_kB=4\n" },
	{ "numa", GOOD, "one node", "/sys/devices/system/node/online=0\n" },
	{ "numa", UNKNOWN, "of 1 guests \"numa_maps\"", "!/proc/100/numa_maps" },
	{ "numa", UNKNOWN, "node/online\" cannot be read", "!/sys/devices/system/node/online" },
	{ "numa-balancing", BAD, "on, with nodes 0-1", "/proc/sys/kernel/numa_balancing=1\n" },
	{ "numa-balancing", GOOD, "one node",
	  "/proc/sys/kernel/numa_balancing=1\n\t/sys/devices/system/node/online=0\n" },
	{ "numa-balancing", UNKNOWN, "cannot be read", "!/proc/sys/kernel/numa_balancing" },
	{ "swap", BAD, "512 KiB of VMMs are swapped out: \"db\"",
	  "/proc/100/status=Name:\tqemu\nVmSwap:\t     512 kB\n" },
	{ "swap", UNKNOWN, "\"status\" of 1 VMMs", "!/proc/100/status" },
	{ "tdp", BAD, "kvm_intel.ept: off", INTEL "ept=N\n" },
	{ "tdp", BAD, "kvm_amd.npt: off", "-" INTEL "ept\t" AMD "npt=N\n" },
	{ "tdp", UNKNOWN, "neither", "-" INTEL "ept" },
	{ "tdp", UNKNOWN, "neither Y nor N", INTEL "ept=maybe\n" },
	{ "apicv", BAD, "off, and the processor has it", INTEL "enable_apicv=N\n" },
	{ "apicv", BAD, "something inhibits it", "", injects },
	{ "apicv", GOOD, "this processor has none",
	  INTEL "enable_apicv=N\n\t/proc/cpuinfo=vendor_id : GenuineIntel\nflags : tsc\n" },
	{ "apicv", UNKNOWN, "cannot be read", "!" INTEL "enable_apicv" },
	{ "apicv", UNKNOWN, "not loaded", "", no_module },
	{ "nested", BAD, "30 exits of nested guests, 0 of them", "", nests },
	{ "nested", UNKNOWN, "not loaded", "", no_module },
	{ "nx-huge-pages", BAD, "1/60 of the split pages",
	  PARAM "nx_huge_pages=Y\n\t" PARAM "nx_huge_pages_recovery_ratio=60\n" },
	{ "nx-huge-pages", GOOD, "without recovery",
	  PARAM "nx_huge_pages=Y\n\t" PARAM "nx_huge_pages_recovery_ratio=0\n" },
	{ "nx-huge-pages", UNKNOWN, "recovery_ratio\" cannot be read",
	  PARAM "nx_huge_pages=Y\n\t!" PARAM "nx_huge_pages_recovery_ratio" },
	{ "timer-advance", BAD, "lapic_timer_advance_ns: 0", PARAM "lapic_timer_advance_ns=0\n" },
	{ "timer-advance", BAD, "lapic_timer_advance: off",
	  "-" PARAM "lapic_timer_advance_ns\t" PARAM "lapic_timer_advance=N\n" },
	{ "timer-advance", GOOD, "on",
	  "-" PARAM "lapic_timer_advance_ns\t" PARAM "lapic_timer_advance=Y\n" },
	{ "timer-advance", UNKNOWN, "neither", "-" PARAM "lapic_timer_advance_ns" },
	{ "clock-sync", BAD, "on, with 2 vCPUs", PARAM "kvmclock_periodic_sync=Y\n" },
	{ "clock-sync", UNKNOWN, "cannot be read", "!" PARAM "kvmclock_periodic_sync" },
	{ "halt-poll", BAD, "kvm.halt_poll_ns: 2000us", PARAM "halt_poll_ns=2000000\n" },
	{ "halt-poll", BAD, "kvm.halt_poll_ns: 0", PARAM "halt_poll_ns=0\n" },
	{ "halt-poll", GOOD, "kvm.halt_poll_ns: 0; halts of 200us or less: 0 of 990",
	  PARAM "halt_poll_ns=0\n", halts_for_long },
	{ "halt-poll", UNKNOWN, "no halt was counted", PARAM "halt_poll_ns=0\n", never_halts },
	{ "halt-poll", UNKNOWN, "cannot be read", "!" PARAM "halt_poll_ns" },
	{ "halt-poll", UNKNOWN, "cannot be read", PARAM "halt_poll_ns=99999999999999999999\n" },
	{ "halt-poll-grow", BAD, "grow: 0, with a window of 200us", PARAM "halt_poll_ns_grow=0\n" },
	{ "halt-poll-grow", UNKNOWN, "cannot be read", "-" PARAM "halt_poll_ns_grow" },
	{ "ple", BAD, "ple_gap: 0, and 9 vCPUs share 4 CPUs", INTEL "ple_gap=0\n", more_vcpus },
	{ "ple", BAD, "ple_gap: 128, and each of 2 vCPUs", "", spins },
	{ "ple", UNKNOWN, "cannot be read", "!" INTEL "ple_gap" },
	{ "mitigations", BAD, "vmscape: \"IBPB before exit to userspace\", at each visit",
	  CPU "vulnerabilities/vmscape=Mitigation: IBPB before exit to userspace\n" },
	{ "mitigations", UNKNOWN, "cannot be read", "!" CPU "vulnerabilities/vmscape" },
	{ "clocksource", BAD, "clock source: hpet",
	  "/sys/devices/system/clocksource/clocksource0/current_clocksource=hpet\n" },
	{ "clocksource", UNKNOWN, "cannot be read",
	  "!/sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "tsc", BAD, "clock sources are hpet acpi_pm",
	  "/sys/devices/system/clocksource/clocksource0/available_clocksource=hpet acpi_pm\n" },
	{ "tsc", UNKNOWN, "cannot be read",
	  "!/sys/devices/system/clocksource/clocksource0/available_clocksource" },
	{ "guest-clock", BAD, "guest \"db\" reads the clock \"hpet\"", "", reads_hpet },
	{ "guest-clock", UNKNOWN, "\"kvmlat detail on\" switches them on", "", no_details },
	{ "guest-poll", BAD, "or its VMM: \"db\"", "", is_not_polled },
	{ "guest-poll", UNKNOWN, "no halt was counted", "", never_halts },
	{ "devices", BAD, "guest \"db\": port 0x1f7, ide1", "", asks_ide },
	{ "devices", UNKNOWN, "no details of the exits of VM 1", "", no_details },
	{ "tracing", BAD, "the tracer \"function\" is on", TRACING "current_tracer=function\n" },
	{ "tracing", BAD, "2 trace events are on, as \"kvm:kvm_exit\"",
	  TRACING "set_event=kvm:kvm_exit\nkvm:kvm_entry\n" },
	{ "tracing", GOOD, "2 trace events",
	  TRACING "set_event=kvm:kvm_exit\nkvm:kvm_entry\n\t" TRACING "tracing_on=0\n" },
	{ "tracing", UNKNOWN, "set_event\" cannot be read", "!" TRACING "set_event" },
	{ "tracing", UNKNOWN, "current_tracer\" cannot be read", "-" TRACING "current_tracer" },
	{ "perf", BAD, "1 processes have performance events open, as \"per?f\" (200)",
	  "@/proc/200/fd/3=anon_inode:[perf_event]" },
	{ "perf", UNKNOWN, "cannot be read", "-/proc/self/fd/0" },
	{ "nmi-watchdog", BAD, "on, with 2 vCPUs", "/proc/sys/kernel/nmi_watchdog=1\n" },
	{ "nmi-watchdog", UNKNOWN, "cannot be read", "!/proc/sys/kernel/nmi_watchdog" },
	{ "tuned", BAD, "tuned: balanced", "/etc/tuned/active_profile=balanced\n" },
	{ "tuned", GOOD, "no profile", "-/etc/tuned/active_profile" },
	{ "tuned", UNKNOWN, "\"mine?\"", "/etc/tuned/active_profile=mine\033\n" },
	{ "modprobe", BAD, "1 parameters have two values, as kvm.halt_poll_ns: \"/etc/modprobe.d/a.conf\" has 200000, \"/usr/lib/modprobe.d/b.conf\" has 7, and the last",
	  "/usr/lib/modprobe.d/b.conf=options kvm halt_poll_ns=7\n" },
	{ "modprobe", BAD, "\"/proc/cmdline\" has 9",
	  "/proc/cmdline=kvm.halt_poll_ns=9 preempt=full\n" },
	{ "modprobe", GOOD, "none to two values",
	  "/usr/lib/modprobe.d/b.conf=options kvm halt_poll_ns=0x30d40\n" },
	{ "modprobe", UNKNOWN, "modprobe.d\" cannot be read",
	  "-/etc/modprobe.d/a.conf\t/etc/modprobe.d=x" },
	{ "smi", BAD, "900000 SMIs in 10.0 hours", "", NULL },
	{ "smi", UNKNOWN, "msr\" cannot be read", "!/dev/cpu/0/msr" },
	{ "smi", UNKNOWN, "only Intel's", "/proc/cpuinfo=vendor_id : AuthenticAMD\n" },
};

#endif /* _UNIT_DOCTOR_CASES_H */
