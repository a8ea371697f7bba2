/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/kvmlat.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_KVMLAT_GEN_H
#define _UAPI_LINUX_KVMLAT_GEN_H

#define KVMLAT_FAMILY_NAME	"kvmlat"
#define KVMLAT_FAMILY_VERSION	1

#define KVMLAT_ABI		1
#define KVMLAT_HIST_BUCKETS	274

/**
 * enum kvmlat_vendor - Whose virtualisation the loaded KVM vendor module
 *   drives.
 */
enum kvmlat_vendor {
	KVMLAT_VENDOR_NONE,
	KVMLAT_VENDOR_INTEL,
	KVMLAT_VENDOR_AMD,

	/* private: */
	__KVMLAT_VENDOR_MAX,
	KVMLAT_VENDOR_MAX = (__KVMLAT_VENDOR_MAX - 1)
};

/**
 * enum kvmlat_clock - Where time stamps come from.
 * @KVMLAT_CLOCK_TSC: The time stamp counter, scaled with the kernel's own
 *   calibration.
 * @KVMLAT_CLOCK_MONO: The kernel's CLOCK_MONOTONIC, because the kernel holds
 *   the TSC unstable. Costs more.
 */
enum kvmlat_clock {
	KVMLAT_CLOCK_TSC,
	KVMLAT_CLOCK_MONO,

	/* private: */
	__KVMLAT_CLOCK_MAX,
	KVMLAT_CLOCK_MAX = (__KVMLAT_CLOCK_MAX - 1)
};

enum kvmlat_probe_state {
	KVMLAT_PROBE_STATE_MISSING,
	KVMLAT_PROBE_STATE_ATTACHED,

	/* private: */
	__KVMLAT_PROBE_STATE_MAX,
	KVMLAT_PROBE_STATE_MAX = (__KVMLAT_PROBE_STATE_MAX - 1)
};

/**
 * enum kvmlat_state - What a vCPU is doing. At any instant it is in exactly
 *   one state.
 * @KVMLAT_STATE_GUEST: From kvm_entry to kvm_exit.
 * @KVMLAT_STATE_EXIT: KVM handles an exit in the kernel.
 * @KVMLAT_STATE_USER: From kvm_userspace_exit to the next kvm_entry, the VMM
 *   has the vCPU and runs.
 * @KVMLAT_STATE_POLL: Halted, KVM polls for a wakeup. Known when the halt
 *   ends; until then it is exit.
 * @KVMLAT_STATE_WAIT: Halted, asleep in KVM.
 * @KVMLAT_STATE_RUNQ: Runnable, waiting for a CPU. After a sleep known when it
 *   runs again; until then it is wait or off.
 * @KVMLAT_STATE_OFF: The thread is blocked, in the VMM or in KVM, but not
 *   halted.
 */
enum kvmlat_state {
	KVMLAT_STATE_GUEST,
	KVMLAT_STATE_EXIT,
	KVMLAT_STATE_USER,
	KVMLAT_STATE_POLL,
	KVMLAT_STATE_WAIT,
	KVMLAT_STATE_RUNQ,
	KVMLAT_STATE_OFF,

	/* private: */
	__KVMLAT_STATE_MAX,
	KVMLAT_STATE_MAX = (__KVMLAT_STATE_MAX - 1)
};

/**
 * enum kvmlat_reason_class - What kind of row a reason nest is.
 * @KVMLAT_REASON_CLASS_EXIT: One exit reason of the processor, see code.
 * @KVMLAT_REASON_CLASS_UNKNOWN: Exits whose reason could not be read, see the
 *   probe "exit reason" of info.
 * @KVMLAT_REASON_CLASS_OTHER: Exits that found no memory for a row of their
 *   own. Counted here, never lost.
 * @KVMLAT_REASON_CLASS_NESTED: One exit reason of a nested (L2) guest, see
 *   code; KVM handled it itself.
 * @KVMLAT_REASON_CLASS_REFLECTED: One exit reason of a nested (L2) guest, see
 *   code; KVM handed it to the L1 guest.
 * @KVMLAT_REASON_CLASS_USER: Visits to the VMM for one reason, see code. From
 *   kvm_userspace_exit until KVM has the vCPU again.
 * @KVMLAT_REASON_CLASS_HALT: Halts from begin to end, polling included, as KVM
 *   tells in kvm_vcpu_wakeup.
 * @KVMLAT_REASON_CLASS_POLL_HIT: Polls that ended with a wakeup.
 * @KVMLAT_REASON_CLASS_POLL_MISS: Polls after which the vCPU had to sleep.
 * @KVMLAT_REASON_CLASS_SLEEP: Sleeps in KVM, from leaving the CPU to being
 *   runnable.
 * @KVMLAT_REASON_CLASS_WAKE: How late the guest ran, from being runnable after
 *   a halt to kvm_entry.
 * @KVMLAT_REASON_CLASS_RUNQ: Waits for a CPU, from being runnable to running;
 *   after preemption as well as after a sleep.
 * @KVMLAT_REASON_CLASS_PREEMPT: Preemptions, those waits for a CPU that began
 *   because another task took it.
 * @KVMLAT_REASON_CLASS_TIMER: How late interrupts of the guest's timer came,
 *   from its deadline to kvm_entry; 0 if KVM was early and waited.
 */
enum kvmlat_reason_class {
	KVMLAT_REASON_CLASS_EXIT,
	KVMLAT_REASON_CLASS_UNKNOWN,
	KVMLAT_REASON_CLASS_OTHER,
	KVMLAT_REASON_CLASS_NESTED,
	KVMLAT_REASON_CLASS_REFLECTED,
	KVMLAT_REASON_CLASS_USER,
	KVMLAT_REASON_CLASS_HALT,
	KVMLAT_REASON_CLASS_POLL_HIT,
	KVMLAT_REASON_CLASS_POLL_MISS,
	KVMLAT_REASON_CLASS_SLEEP,
	KVMLAT_REASON_CLASS_WAKE,
	KVMLAT_REASON_CLASS_RUNQ,
	KVMLAT_REASON_CLASS_PREEMPT,
	KVMLAT_REASON_CLASS_TIMER,

	/* private: */
	__KVMLAT_REASON_CLASS_MAX,
	KVMLAT_REASON_CLASS_MAX = (__KVMLAT_REASON_CLASS_MAX - 1)
};

#define KVMLAT_USER_INTERRUPTED	4294967294
#define KVMLAT_USER_ERROR	4294967295

/**
 * enum kvmlat_detail_kind - What the key of a detail nest is.
 * @KVMLAT_DETAIL_KIND_PIO_IN: I/O port that was read.
 * @KVMLAT_DETAIL_KIND_PIO_OUT: I/O port that was written.
 * @KVMLAT_DETAIL_KIND_MMIO_READ: Guest-physical address of a page (4096 bytes)
 *   without memory that was read.
 * @KVMLAT_DETAIL_KIND_MMIO_WRITE: The same, written.
 * @KVMLAT_DETAIL_KIND_MSR_READ: Index of the MSR.
 * @KVMLAT_DETAIL_KIND_MSR_WRITE: Index of the MSR.
 * @KVMLAT_DETAIL_KIND_HYPERCALL: Number of the hypercall.
 * @KVMLAT_DETAIL_KIND_CPUID: CPUID leaf.
 * @KVMLAT_DETAIL_KIND_HV_CALL: Code of a hypercall of Hyper-V, bits 0 to 15 of
 *   its control word, while KVM takes all of this VM's hypercalls for such.
 * @KVMLAT_DETAIL_KIND_XEN_CALL: Number of a hypercall of Xen, while KVM takes
 *   all of this VM's hypercalls for such.
 */
enum kvmlat_detail_kind {
	KVMLAT_DETAIL_KIND_PIO_IN,
	KVMLAT_DETAIL_KIND_PIO_OUT,
	KVMLAT_DETAIL_KIND_MMIO_READ,
	KVMLAT_DETAIL_KIND_MMIO_WRITE,
	KVMLAT_DETAIL_KIND_MSR_READ,
	KVMLAT_DETAIL_KIND_MSR_WRITE,
	KVMLAT_DETAIL_KIND_HYPERCALL,
	KVMLAT_DETAIL_KIND_CPUID,
	KVMLAT_DETAIL_KIND_HV_CALL,
	KVMLAT_DETAIL_KIND_XEN_CALL,

	/* private: */
	__KVMLAT_DETAIL_KIND_MAX,
	KVMLAT_DETAIL_KIND_MAX = (__KVMLAT_DETAIL_KIND_MAX - 1)
};

#define KVMLAT_KNOBS_MAX	32
#define KVMLAT_UNDO_MAX		16

/**
 * enum kvmlat_knob - What can be tuned. The names are those of the parameters
 *   of kvm, kvm_intel and kvm_amd.
 * @KVMLAT_KNOB_HALT_POLL_NS: Halt polling. Of the host and of a VM the maximum
 *   to which KVM adapts each vCPU's poll window; of a vCPU the window itself,
 *   fixed: KVM's grow and shrink do not count for it, and 0 means that it
 *   never polls.
 * @KVMLAT_KNOB_HALT_POLL_NS_GROW: Factor by which a poll window grows, 0 keeps
 *   all windows as they are.
 * @KVMLAT_KNOB_HALT_POLL_NS_GROW_START: Window that polling starts with, and
 *   below which it ends.
 * @KVMLAT_KNOB_HALT_POLL_NS_SHRINK: Divisor by which a poll window shrinks, 0
 *   makes it 0 at once.
 * @KVMLAT_KNOB_PLE_WINDOW: Intel. A loop of PAUSEs that lasts longer exits, in
 *   TSC cycles; where each vCPU starts from.
 * @KVMLAT_KNOB_PLE_WINDOW_GROW: Intel. Factor by which a vCPU's window grows
 *   after such an exit, 0 sets it to ple-window.
 * @KVMLAT_KNOB_PLE_WINDOW_SHRINK: Intel. Divisor by which it shrinks when the
 *   vCPU gets a CPU, 0 sets it to ple-window.
 * @KVMLAT_KNOB_PLE_WINDOW_MAX: Intel. To which a window grows.
 * @KVMLAT_KNOB_PLE_GAP: Intel. PAUSEs further apart than this are no loop.
 *   Only VMs that start later see a change.
 * @KVMLAT_KNOB_PAUSE_FILTER_COUNT: AMD. So many PAUSEs in a loop exit; where
 *   each vCPU starts from.
 * @KVMLAT_KNOB_PAUSE_FILTER_COUNT_GROW: AMD. Factor by which a vCPU's count
 *   grows after such an exit, 0 sets it to pause-filter-count.
 * @KVMLAT_KNOB_PAUSE_FILTER_COUNT_SHRINK: AMD. Divisor by which it shrinks
 *   when the vCPU gets a CPU, 0 sets it to pause-filter-count.
 * @KVMLAT_KNOB_PAUSE_FILTER_COUNT_MAX: AMD. To which a count grows.
 * @KVMLAT_KNOB_PAUSE_FILTER_THRESH: AMD. PAUSEs further apart than this are no
 *   loop. Only VMs that start later see a change.
 */
enum kvmlat_knob {
	KVMLAT_KNOB_HALT_POLL_NS,
	KVMLAT_KNOB_HALT_POLL_NS_GROW,
	KVMLAT_KNOB_HALT_POLL_NS_GROW_START,
	KVMLAT_KNOB_HALT_POLL_NS_SHRINK,
	KVMLAT_KNOB_PLE_WINDOW,
	KVMLAT_KNOB_PLE_WINDOW_GROW,
	KVMLAT_KNOB_PLE_WINDOW_SHRINK,
	KVMLAT_KNOB_PLE_WINDOW_MAX,
	KVMLAT_KNOB_PLE_GAP,
	KVMLAT_KNOB_PAUSE_FILTER_COUNT,
	KVMLAT_KNOB_PAUSE_FILTER_COUNT_GROW,
	KVMLAT_KNOB_PAUSE_FILTER_COUNT_SHRINK,
	KVMLAT_KNOB_PAUSE_FILTER_COUNT_MAX,
	KVMLAT_KNOB_PAUSE_FILTER_THRESH,

	/* private: */
	__KVMLAT_KNOB_MAX,
	KVMLAT_KNOB_MAX = (__KVMLAT_KNOB_MAX - 1)
};

/**
 * enum kvmlat_scope - What a knob's value is for. A scope without a value of
 *   its own inherits that of the one before.
 */
enum kvmlat_scope {
	KVMLAT_SCOPE_HOST,
	KVMLAT_SCOPE_VM,
	KVMLAT_SCOPE_VCPU,

	/* private: */
	__KVMLAT_SCOPE_MAX,
	KVMLAT_SCOPE_MAX = (__KVMLAT_SCOPE_MAX - 1)
};

/**
 * enum kvmlat_unit
 * @KVMLAT_UNIT_CYCLES: Of the TSC.
 * @KVMLAT_UNIT_COUNT: Of PAUSE instructions.
 */
enum kvmlat_unit {
	KVMLAT_UNIT_NS,
	KVMLAT_UNIT_CYCLES,
	KVMLAT_UNIT_COUNT,
	KVMLAT_UNIT_FACTOR,

	/* private: */
	__KVMLAT_UNIT_MAX,
	KVMLAT_UNIT_MAX = (__KVMLAT_UNIT_MAX - 1)
};

/**
 * enum kvmlat_action - Why a knob was changed.
 * @KVMLAT_ACTION_SET: A KNOB_SET.
 * @KVMLAT_ACTION_ROLLBACK: A later knob of the same KNOB_SET failed.
 * @KVMLAT_ACTION_UNDO: A KNOB_UNDO.
 * @KVMLAT_ACTION_UNLOAD: The module leaves.
 */
enum kvmlat_action {
	KVMLAT_ACTION_SET,
	KVMLAT_ACTION_ROLLBACK,
	KVMLAT_ACTION_UNDO,
	KVMLAT_ACTION_UNLOAD,

	/* private: */
	__KVMLAT_ACTION_MAX,
	KVMLAT_ACTION_MAX = (__KVMLAT_ACTION_MAX - 1)
};

/**
 * enum kvmlat_result - What became of a knob in a request.
 * @KVMLAT_RESULT_APPLIED: It was set.
 * @KVMLAT_RESULT_CHECKED: A dry run. It would have been set or restored.
 * @KVMLAT_RESULT_FAILED: KVM or the VM did not take it; with a set, nothing of
 *   the request stays in effect.
 * @KVMLAT_RESULT_RESTORED: It is what it was before the change.
 * @KVMLAT_RESULT_COVERED: A later change is still in effect. Undoing that one
 *   will go back to before both.
 * @KVMLAT_RESULT_LEFT: Somebody else changed it since, so it was left as it is
 *   and is not ours any more.
 * @KVMLAT_RESULT_GONE: The VM ended or the module was unloaded, and the change
 *   with it.
 */
enum kvmlat_result {
	KVMLAT_RESULT_APPLIED,
	KVMLAT_RESULT_CHECKED,
	KVMLAT_RESULT_FAILED,
	KVMLAT_RESULT_RESTORED,
	KVMLAT_RESULT_COVERED,
	KVMLAT_RESULT_LEFT,
	KVMLAT_RESULT_GONE,

	/* private: */
	__KVMLAT_RESULT_MAX,
	KVMLAT_RESULT_MAX = (__KVMLAT_RESULT_MAX - 1)
};

#define KVMLAT_WATCHERS_MAX	8

/**
 * enum kvmlat_outlier_kind - What took longer than a threshold.
 * @KVMLAT_OUTLIER_KIND_EXIT: What KVM itself took for an exit, the time in the
 *   state exit between kvm_exit and kvm_entry.
 * @KVMLAT_OUTLIER_KIND_USER: A visit to the VMM, as in the rows of the class
 *   user.
 * @KVMLAT_OUTLIER_KIND_RUNQ: A wait for a CPU, as in the row of the class
 *   runq.
 * @KVMLAT_OUTLIER_KIND_WAKE: From being runnable after a halt to kvm_entry, as
 *   in the row of the class wake.
 * @KVMLAT_OUTLIER_KIND_GAP: All the time between kvm_exit and kvm_entry in
 *   which the guest had not asked to sleep, that is without poll and wait.
 */
enum kvmlat_outlier_kind {
	KVMLAT_OUTLIER_KIND_EXIT,
	KVMLAT_OUTLIER_KIND_USER,
	KVMLAT_OUTLIER_KIND_RUNQ,
	KVMLAT_OUTLIER_KIND_WAKE,
	KVMLAT_OUTLIER_KIND_GAP,

	/* private: */
	__KVMLAT_OUTLIER_KIND_MAX,
	KVMLAT_OUTLIER_KIND_MAX = (__KVMLAT_OUTLIER_KIND_MAX - 1)
};

/**
 * enum kvmlat_part_kind - Whose a part of an outlier's time is.
 * @KVMLAT_PART_KIND_TASK: A task's, which had the CPU that the vCPU waited
 *   for; ID is its thread id, 0 of the idle task.
 * @KVMLAT_PART_KIND_IRQ: That of an interrupt's handler; ID is its number, as
 *   in /proc/interrupts.
 * @KVMLAT_PART_KIND_VECTOR: That of an interrupt of the processor's own, the
 *   timer or another CPU; ID is its vector.
 * @KVMLAT_PART_KIND_SOFTIRQ: That of a softirq; ID is its number, in the order
 *   of /proc/softirqs.
 * @KVMLAT_PART_KIND_NMI: That of handlers of NMIs.
 */
enum kvmlat_part_kind {
	KVMLAT_PART_KIND_TASK,
	KVMLAT_PART_KIND_IRQ,
	KVMLAT_PART_KIND_VECTOR,
	KVMLAT_PART_KIND_SOFTIRQ,
	KVMLAT_PART_KIND_NMI,

	/* private: */
	__KVMLAT_PART_KIND_MAX,
	KVMLAT_PART_KIND_MAX = (__KVMLAT_PART_KIND_MAX - 1)
};

enum {
	KVMLAT_A_ABI = 1,
	KVMLAT_A_VM_ID,
	KVMLAT_A_PID,
	KVMLAT_A_VCPU_ID,
	KVMLAT_A_CODE,
	KVMLAT_A_HISTOGRAMS,
	KVMLAT_A_INFO,
	KVMLAT_A_VM,
	KVMLAT_A_VCPU,
	KVMLAT_A_MORE,
	KVMLAT_A_DETAILS,
	KVMLAT_A_SWITCH,
	KVMLAT_A_KNOB,
	KVMLAT_A_WHICH_KNOB,
	KVMLAT_A_SCOPE,
	KVMLAT_A_CHANGE,
	KVMLAT_A_DRY_RUN,
	KVMLAT_A_AUTHOR,
	KVMLAT_A_CURSOR,
	KVMLAT_A_END,
	KVMLAT_A_THRESHOLD,
	KVMLAT_A_OUTLIER,

	__KVMLAT_A_MAX,
	KVMLAT_A_MAX = (__KVMLAT_A_MAX - 1)
};

enum {
	KVMLAT_A_INFO_PAD = 1,
	KVMLAT_A_INFO_VERSION,
	KVMLAT_A_INFO_ABI,
	KVMLAT_A_INFO_VENDOR,
	KVMLAT_A_INFO_CLOCK,
	KVMLAT_A_INFO_CLOCK_KHZ,
	KVMLAT_A_INFO_NOW,
	KVMLAT_A_INFO_MONOTONIC,
	KVMLAT_A_INFO_VMS,
	KVMLAT_A_INFO_VMS_GONE,
	KVMLAT_A_INFO_VMS_GONE_MAX,
	KVMLAT_A_INFO_VCPUS,
	KVMLAT_A_INFO_MEMORY,
	KVMLAT_A_INFO_VCPU_MEMORY_MAX,
	KVMLAT_A_INFO_MISSED,
	KVMLAT_A_INFO_SPILLED,
	KVMLAT_A_INFO_PROBE,
	KVMLAT_A_INFO_VMS_GONE_MEMORY,
	KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX,
	KVMLAT_A_INFO_VCPUS_MAX,
	KVMLAT_A_INFO_USER_VCPUS_MAX,
	KVMLAT_A_INFO_REFUSED,

	__KVMLAT_A_INFO_MAX,
	KVMLAT_A_INFO_MAX = (__KVMLAT_A_INFO_MAX - 1)
};

enum {
	KVMLAT_A_PROBE_NAME = 1,
	KVMLAT_A_PROBE_STATE,
	KVMLAT_A_PROBE_WHY,

	__KVMLAT_A_PROBE_MAX,
	KVMLAT_A_PROBE_MAX = (__KVMLAT_A_PROBE_MAX - 1)
};

enum {
	KVMLAT_A_VM_PAD = 1,
	KVMLAT_A_VM_VM_ID,
	KVMLAT_A_VM_PID,
	KVMLAT_A_VM_COMM,
	KVMLAT_A_VM_VCPUS,
	KVMLAT_A_VM_SINCE,
	KVMLAT_A_VM_GONE,
	KVMLAT_A_VM_MEMORY,
	KVMLAT_A_VM_DETAILS,

	__KVMLAT_A_VM_MAX,
	KVMLAT_A_VM_MAX = (__KVMLAT_A_VM_MAX - 1)
};

enum {
	KVMLAT_A_VCPU_PAD = 1,
	KVMLAT_A_VCPU_VM_ID,
	KVMLAT_A_VCPU_PID,
	KVMLAT_A_VCPU_VCPU_ID,
	KVMLAT_A_VCPU_TID,
	KVMLAT_A_VCPU_SINCE,
	KVMLAT_A_VCPU_NOW,
	KVMLAT_A_VCPU_GONE,
	KVMLAT_A_VCPU_STATE,
	KVMLAT_A_VCPU_STATE_SINCE,
	KVMLAT_A_VCPU_OPEN,
	KVMLAT_A_VCPU_TIMES,
	KVMLAT_A_VCPU_REENTRIES,
	KVMLAT_A_VCPU_MEMORY,
	KVMLAT_A_VCPU_REASON,
	KVMLAT_A_VCPU_PREEMPTED,
	KVMLAT_A_VCPU_HALT,
	KVMLAT_A_VCPU_PREEMPTOR,
	KVMLAT_A_VCPU_DETAIL,
	KVMLAT_A_VCPU_DETAILS_EVICTED,
	KVMLAT_A_VCPU_DETAILS_SINCE,
	KVMLAT_A_VCPU_UNREADABLE,

	__KVMLAT_A_VCPU_MAX,
	KVMLAT_A_VCPU_MAX = (__KVMLAT_A_VCPU_MAX - 1)
};

enum {
	KVMLAT_A_END_PAD = 1,
	KVMLAT_A_END_CURSOR,
	KVMLAT_A_END_NOW,
	KVMLAT_A_END_CHANGES,
	KVMLAT_A_END_DROPPED,

	__KVMLAT_A_END_MAX,
	KVMLAT_A_END_MAX = (__KVMLAT_A_END_MAX - 1)
};

enum {
	KVMLAT_A_OPEN_PAD = 1,
	KVMLAT_A_OPEN_CLASS,
	KVMLAT_A_OPEN_CODE,
	KVMLAT_A_OPEN_SINCE,

	__KVMLAT_A_OPEN_MAX,
	KVMLAT_A_OPEN_MAX = (__KVMLAT_A_OPEN_MAX - 1)
};

enum {
	KVMLAT_A_TIMES_PAD = 1,
	KVMLAT_A_TIMES_GUEST,
	KVMLAT_A_TIMES_EXIT,
	KVMLAT_A_TIMES_USER,
	KVMLAT_A_TIMES_POLL,
	KVMLAT_A_TIMES_WAIT,
	KVMLAT_A_TIMES_RUNQ,
	KVMLAT_A_TIMES_OFF,

	__KVMLAT_A_TIMES_MAX,
	KVMLAT_A_TIMES_MAX = (__KVMLAT_A_TIMES_MAX - 1)
};

enum {
	KVMLAT_A_HALT_PAD = 1,
	KVMLAT_A_HALT_WINDOW,
	KVMLAT_A_HALT_GROW,
	KVMLAT_A_HALT_SHRINK,
	KVMLAT_A_HALT_INVALID,

	__KVMLAT_A_HALT_MAX,
	KVMLAT_A_HALT_MAX = (__KVMLAT_A_HALT_MAX - 1)
};

enum {
	KVMLAT_A_PREEMPTOR_PAD = 1,
	KVMLAT_A_PREEMPTOR_COMM,
	KVMLAT_A_PREEMPTOR_TID,
	KVMLAT_A_PREEMPTOR_AT,
	KVMLAT_A_PREEMPTOR_TIME,
	KVMLAT_A_PREEMPTOR_CPU,
	KVMLAT_A_PREEMPTOR_PRIO,

	__KVMLAT_A_PREEMPTOR_MAX,
	KVMLAT_A_PREEMPTOR_MAX = (__KVMLAT_A_PREEMPTOR_MAX - 1)
};

enum {
	KVMLAT_A_DETAIL_PAD = 1,
	KVMLAT_A_DETAIL_KIND,
	KVMLAT_A_DETAIL_KEY,
	KVMLAT_A_DETAIL_COUNT,
	KVMLAT_A_DETAIL_TOTAL,
	KVMLAT_A_DETAIL_LONGEST,
	KVMLAT_A_DETAIL_ERROR,

	__KVMLAT_A_DETAIL_MAX,
	KVMLAT_A_DETAIL_MAX = (__KVMLAT_A_DETAIL_MAX - 1)
};

enum {
	KVMLAT_A_REASON_PAD = 1,
	KVMLAT_A_REASON_CLASS,
	KVMLAT_A_REASON_CODE,
	KVMLAT_A_REASON_COUNT,
	KVMLAT_A_REASON_TOTAL,
	KVMLAT_A_REASON_LONGEST,
	KVMLAT_A_REASON_BUCKET_INDEX,
	KVMLAT_A_REASON_BUCKET_COUNT,
	KVMLAT_A_REASON_LONGEST_AT,
	KVMLAT_A_REASON_LONGEST_CPU,
	KVMLAT_A_REASON_AWAY,

	__KVMLAT_A_REASON_MAX,
	KVMLAT_A_REASON_MAX = (__KVMLAT_A_REASON_MAX - 1)
};

enum {
	KVMLAT_A_KNOB_PAD = 1,
	KVMLAT_A_KNOB_ID,
	KVMLAT_A_KNOB_NAME,
	KVMLAT_A_KNOB_SCOPE,
	KVMLAT_A_KNOB_VM_ID,
	KVMLAT_A_KNOB_PID,
	KVMLAT_A_KNOB_VCPU_ID,
	KVMLAT_A_KNOB_VALUE,
	KVMLAT_A_KNOB_INHERIT,
	KVMLAT_A_KNOB_EXPECT,
	KVMLAT_A_KNOB_EXPECT_INHERIT,
	KVMLAT_A_KNOB_SOURCE,
	KVMLAT_A_KNOB_OLD,
	KVMLAT_A_KNOB_OLD_SOURCE,
	KVMLAT_A_KNOB_ORIGINAL,
	KVMLAT_A_KNOB_ORIGINAL_SOURCE,
	KVMLAT_A_KNOB_CHANGE,
	KVMLAT_A_KNOB_RANGE_MIN,
	KVMLAT_A_KNOB_RANGE_MAX,
	KVMLAT_A_KNOB_UNIT,
	KVMLAT_A_KNOB_LATER,
	KVMLAT_A_KNOB_RESULT,
	KVMLAT_A_KNOB_WHY,

	__KVMLAT_A_KNOB_MAX,
	KVMLAT_A_KNOB_MAX = (__KVMLAT_A_KNOB_MAX - 1)
};

enum {
	KVMLAT_A_AUTHOR_PAD = 1,
	KVMLAT_A_AUTHOR_ACTION,
	KVMLAT_A_AUTHOR_PID,
	KVMLAT_A_AUTHOR_UID,
	KVMLAT_A_AUTHOR_COMM,
	KVMLAT_A_AUTHOR_AT,

	__KVMLAT_A_AUTHOR_MAX,
	KVMLAT_A_AUTHOR_MAX = (__KVMLAT_A_AUTHOR_MAX - 1)
};

enum {
	KVMLAT_A_THRESHOLD_PAD = 1,
	KVMLAT_A_THRESHOLD_KIND,
	KVMLAT_A_THRESHOLD_NS,

	__KVMLAT_A_THRESHOLD_MAX,
	KVMLAT_A_THRESHOLD_MAX = (__KVMLAT_A_THRESHOLD_MAX - 1)
};

enum {
	KVMLAT_A_OUTLIER_PAD = 1,
	KVMLAT_A_OUTLIER_VM_ID,
	KVMLAT_A_OUTLIER_PID,
	KVMLAT_A_OUTLIER_VCPU_ID,
	KVMLAT_A_OUTLIER_TID,
	KVMLAT_A_OUTLIER_KIND,
	KVMLAT_A_OUTLIER_DROPPED,
	KVMLAT_A_OUTLIER_BEGIN,
	KVMLAT_A_OUTLIER_END,
	KVMLAT_A_OUTLIER_TOTAL,
	KVMLAT_A_OUTLIER_THRESHOLD,
	KVMLAT_A_OUTLIER_TIMES,
	KVMLAT_A_OUTLIER_CLASS,
	KVMLAT_A_OUTLIER_CODE,
	KVMLAT_A_OUTLIER_VISIT,
	KVMLAT_A_OUTLIER_DETAIL_KIND,
	KVMLAT_A_OUTLIER_DETAIL_KEY,
	KVMLAT_A_OUTLIER_PREEMPTOR,
	KVMLAT_A_OUTLIER_CPU_BEFORE,
	KVMLAT_A_OUTLIER_CPU,
	KVMLAT_A_OUTLIER_PREEMPTED,
	KVMLAT_A_OUTLIER_PART,
	KVMLAT_A_OUTLIER_WAKER,
	KVMLAT_A_OUTLIER_MOVES,

	__KVMLAT_A_OUTLIER_MAX,
	KVMLAT_A_OUTLIER_MAX = (__KVMLAT_A_OUTLIER_MAX - 1)
};

enum {
	KVMLAT_A_PART_PAD = 1,
	KVMLAT_A_PART_KIND,
	KVMLAT_A_PART_STATE,
	KVMLAT_A_PART_TIME,
	KVMLAT_A_PART_COUNT,
	KVMLAT_A_PART_ID,
	KVMLAT_A_PART_CPU,
	KVMLAT_A_PART_COMM,
	KVMLAT_A_PART_PRIO,
	KVMLAT_A_PART_IDLE_STATE,
	KVMLAT_A_PART_PREEMPTED,

	__KVMLAT_A_PART_MAX,
	KVMLAT_A_PART_MAX = (__KVMLAT_A_PART_MAX - 1)
};

enum {
	KVMLAT_A_WAKER_PAD = 1,
	KVMLAT_A_WAKER_COMM,
	KVMLAT_A_WAKER_TID,
	KVMLAT_A_WAKER_CPU,
	KVMLAT_A_WAKER_AT,
	KVMLAT_A_WAKER_INTERRUPT,

	__KVMLAT_A_WAKER_MAX,
	KVMLAT_A_WAKER_MAX = (__KVMLAT_A_WAKER_MAX - 1)
};

enum {
	KVMLAT_CMD_INFO = 1,
	KVMLAT_CMD_VM_GET,
	KVMLAT_CMD_VCPU_GET,
	KVMLAT_CMD_RESET,
	KVMLAT_CMD_DETAIL_SET,
	KVMLAT_CMD_KNOB_GET,
	KVMLAT_CMD_KNOB_SET,
	KVMLAT_CMD_KNOB_UNDO,
	KVMLAT_CMD_KNOB_CHANGED,
	KVMLAT_CMD_OUTLIER_WATCH,
	KVMLAT_CMD_OUTLIER_GET,

	__KVMLAT_CMD_MAX,
	KVMLAT_CMD_MAX = (__KVMLAT_CMD_MAX - 1)
};

#define KVMLAT_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_KVMLAT_GEN_H */
