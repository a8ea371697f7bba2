// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "read.h"

#define KVM	"/sys/module/kvm/parameters"
#define INTEL	"/sys/module/kvm_intel/parameters"
#define AMD	"/sys/module/kvm_amd/parameters"
#define MM	"/sys/kernel/mm"
#define CPU	"/sys/devices/system/cpu"
#define CLOCK	"/sys/devices/system/clocksource/clocksource0"
#define TRACING	"/sys/kernel/tracing"

/* @folder: if it is there and the file is not, the kernel, or the host, has no such thing */
static const struct {
	const char	*path;
	const char	*folder;
} files[NR_FACT_FILES] = {
	[FACT_RELEASE]		= { "/proc/sys/kernel/osrelease", "/proc/sys/kernel" },
	[FACT_VERSION]		= { "/proc/version", "/proc" },
	[FACT_CMDLINE]		= { "/proc/cmdline", "/proc" },
	[FACT_CPUINFO]		= { "/proc/cpuinfo", "/proc" },
	[FACT_REALTIME]		= { "/sys/kernel/realtime", "/sys/kernel" },
	[FACT_PREEMPT]		= { "/sys/kernel/debug/sched/preempt", "/sys/kernel/debug/sched" },
	[FACT_SCHED_EXT]	= { "/sys/kernel/sched_ext/state", "/sys/kernel" },
	[FACT_SCHED_EXT_OPS]	= { "/sys/kernel/sched_ext/root/ops", "/sys/kernel" },
	[FACT_SMT]		= { CPU "/smt/active", CPU },
	[FACT_IDLE_DRIVER]	= { CPU "/cpuidle/current_driver", CPU },
	[FACT_THP]		= { MM "/transparent_hugepage/enabled", MM },
	[FACT_THP_DEFRAG]	= { MM "/transparent_hugepage/defrag", MM },
	[FACT_KSM]		= { MM "/ksm/run", MM },
	[FACT_KSM_SHARING]	= { MM "/ksm/pages_sharing", MM },
	[FACT_NODES]		= { "/sys/devices/system/node/online", "/sys/devices/system" },
	[FACT_NUMA_BALANCING]	= { "/proc/sys/kernel/numa_balancing", "/proc/sys/kernel" },
	[FACT_CLOCKSOURCE]	= { CLOCK "/current_clocksource", CLOCK },
	[FACT_CLOCKSOURCES]	= { CLOCK "/available_clocksource", CLOCK },
	[FACT_HALT_POLL]	= { KVM "/halt_poll_ns", KVM },
	[FACT_HALT_POLL_GROW]	= { KVM "/halt_poll_ns_grow", KVM },
	[FACT_NX_HUGE_PAGES]	= { KVM "/nx_huge_pages", KVM },
	[FACT_NX_RECOVERY]	= { KVM "/nx_huge_pages_recovery_ratio", KVM },
	[FACT_TIMER_ADVANCE_NS]	= { KVM "/lapic_timer_advance_ns", KVM },
	[FACT_TIMER_ADVANCE]	= { KVM "/lapic_timer_advance", KVM },
	[FACT_CLOCK_SYNC]	= { KVM "/kvmclock_periodic_sync", KVM },
	[FACT_EPT]		= { INTEL "/ept", INTEL },
	[FACT_NPT]		= { AMD "/npt", AMD },
	[FACT_APICV]		= { INTEL "/enable_apicv", INTEL },
	[FACT_AVIC]		= { AMD "/avic", AMD },
	[FACT_PLE_GAP]		= { INTEL "/ple_gap", INTEL },
	[FACT_PAUSE_FILTER]	= { AMD "/pause_filter_thresh", AMD },
	[FACT_TRACER]		= { TRACING "/current_tracer", TRACING },
	[FACT_TRACE_EVENTS]	= { TRACING "/set_event", TRACING },
	[FACT_TRACING_ON]	= { TRACING "/tracing_on", TRACING },
	[FACT_NMI_WATCHDOG]	= { "/proc/sys/kernel/nmi_watchdog", "/proc/sys/kernel" },
	[FACT_TUNED]		= { "/etc/tuned/active_profile", "/etc" },
	[FACT_UPTIME]		= { "/proc/uptime", "/proc" },
};

const char *fact_path(enum fact_file file)
{
	return files[file].path;
}

void read_files(struct facts *f)
{
	size_t i;

	for (i = 0; i < NR_FACT_FILES; i++) {
		f->file[i].text = read_text(files[i].path);
		f->file[i].known = f->file[i].text ? READ : absent_in(files[i].folder);
	}
}
