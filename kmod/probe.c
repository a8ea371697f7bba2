// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes, one short function per tracepoint.
 *
 * Context: kvm_entry and kvm_exit run with IRQs off, except that Linux 6.1 calls kvm_exit with
 * IRQs on for AMD, where the tracepoint turns preemption off, as it does for all before
 * Linux 7.0. From 7.0 on it does not, so those that come with IRQs on do so themselves.
 * sched_switch runs with IRQs off and the run queue's lock held. A probe may not sleep,
 * allocate, wake anybody or touch user memory.
 *
 * The time is taken after the update has begun: a reader who comes in between waits for the
 * commit, so none sees a state go on beyond the event that ended it.
 */
#include <linux/kvm_host.h>

#include <trace/events/kvm.h>
#include <trace/events/sched.h>

#include "clock.h"
#include "knob/halt.h"
#include "ledger/detail.h"
#include "ledger/halt.h"
#include "ledger/outlier.h"
#include "ledger/visit.h"
#include "polls.h"
#include "probe.h"
#include "reason.h"
#include "thread.h"
#include "timer.h"
#include "vms.h"

/*
 * The slow halves: another vCPU, another thread, a note for the vCPU, details. Each has its
 * arguments where the fast half has them at that point, so that they need not be moved or kept.
 */
static noinline __noclone void probe_exit_slow(struct kvm_vcpu *kvm_vcpu)
{
	struct kvmlat_vcpu *vcpu = kvmlat_vcpu_find(kvm_vcpu, KVMLAT_STATE_GUEST);
	struct kvmlat_ledger *l;
	u64 now, info;
	u32 code;

	if (!vcpu)
		return;
	l = &vcpu->ledger;
	code = kvmlat_reason_info1(kvm_vcpu, &info);
	kvmlat_ledger_begin(l);
	now = kvmlat_ledger_after(l, kvmlat_clock());
	if (l->detail)
		kvmlat_ledger_exit_held(l, now, code, kvmlat_reason_key(kvm_vcpu, code, info));
	else
		kvmlat_ledger_exit_slow(l, now, code);
	kvmlat_ledger_commit(l);
}

/* What the VMM was told to do, as it stands in the page that it shares with KVM. */
static void note_visit(const struct kvmlat_ledger *l, struct kvmlat_outliers *outliers)
{
	const struct kvmlat_vcpu *vcpu = container_of(l, struct kvmlat_vcpu, ledger);
	const struct kvm_run *run = vcpu->kvm_vcpu->run;

	outliers->key = 0;
	if (!l->visit_at)
		return;
	if (l->visit_code == KVM_EXIT_IO)
		outliers->key = KVMLAT_DETAIL_KEY(READ_ONCE(run->io.direction) == KVM_EXIT_IO_OUT ?
						  KVMLAT_DETAIL_KIND_PIO_OUT :
						  KVMLAT_DETAIL_KIND_PIO_IN,
						  READ_ONCE(run->io.port));
	else if (l->visit_code == KVM_EXIT_MMIO)
		outliers->key = KVMLAT_DETAIL_KEY(READ_ONCE(run->mmio.is_write) ?
						  KVMLAT_DETAIL_KIND_MMIO_WRITE :
						  KVMLAT_DETAIL_KIND_MMIO_READ,
						  READ_ONCE(run->mmio.phys_addr) & PAGE_MASK);
}

/* Updates that have begun and did nothing yet. Apart, like the above. */
static noinline __noclone void entry_unvisited(struct kvmlat_ledger *l, u64 now)
{
	if (!kvmlat_halt_entry(l, now))
		kvmlat_ledger_entry_slow(l, kvmlat_ledger_after(l, now));
	kvmlat_ledger_commit(l);
}

static noinline __noclone void entry_slow(struct kvmlat_ledger *l, u64 now)
{
	struct kvmlat_outliers *outliers = READ_ONCE(l->outliers);

	if (unlikely(outliers))
		note_visit(l, outliers);
	/* Asked first, so that a halt does not save what only a visit needs. */
	if (l->user_at && likely(kvmlat_visit_entry(l, now)))
		kvmlat_ledger_commit(l);
	else
		entry_unvisited(l, now);
}

static noinline __noclone void exit_slow(struct kvmlat_ledger *l, u64 now, u32 code)
{
	kvmlat_ledger_exit_slow(l, now, code);
	kvmlat_ledger_commit(l);
}

static noinline __noclone void probe_entry_slow(void *data, struct kvm_vcpu *kvm_vcpu)
{
	struct kvmlat_vcpu *vcpu = kvmlat_vcpu_find(kvm_vcpu, KVMLAT_STATE_EXIT);
	struct kvmlat_ledger *l;

	if (!vcpu)
		return;
	l = &vcpu->ledger;
	kvmlat_ledger_begin(l);
	kvmlat_ledger_entry_slow(l, kvmlat_ledger_after(l, kvmlat_clock()));
	kvmlat_ledger_commit(l);
}

/* The time, in ns; never the same twice. */
static __always_inline u64 stamp_tsc(const struct kvmlat_ledger *l)
{
	return kvmlat_clock_tsc();
}

static __always_inline u64 stamp_any(const struct kvmlat_ledger *l)
{
	return max(kvmlat_clock(), l->mark + 1);
}

/* The reason first, while nothing else has to be kept across the call. */
static __always_inline void exit_at(struct kvm_vcpu *kvm_vcpu,
				    u64 (*stamp)(const struct kvmlat_ledger *l))
{
	if (likely(kvmlat_thread_has(kvm_vcpu))) {
		unsigned long code = kvmlat_reason(kvm_vcpu);
		struct kvmlat_ledger *l = kvmlat_thread_ledger();
		u64 now;

		kvmlat_ledger_begin(l);
		now = stamp(l);
		if (likely(kvmlat_ledger_exit(l, now, code)))
			kvmlat_ledger_commit(l);
		else
			exit_slow(l, now, code);
		return;
	}
	probe_exit_slow(kvm_vcpu);
}

static __always_inline void entry_at(void *data, struct kvm_vcpu *kvm_vcpu,
				     u64 (*stamp)(const struct kvmlat_ledger *l))
{
	if (likely(kvmlat_thread_has(kvm_vcpu))) {
		struct kvmlat_ledger *l = kvmlat_thread_ledger();
		u64 now;

		kvmlat_ledger_begin(l);
		now = stamp(l);
		if (likely(kvmlat_ledger_entry(l, now)))
			kvmlat_ledger_commit(l);
		else
			entry_slow(l, now);
		return;
	}
	probe_entry_slow(data, kvm_vcpu);
}

static notrace void probe_exit(void *data, struct kvm_vcpu *kvm_vcpu, u32 isa)
{
	exit_at(kvm_vcpu, stamp_tsc);
}

static notrace void probe_exit_any(void *data, struct kvm_vcpu *kvm_vcpu, u32 isa)
{
	exit_at(kvm_vcpu, stamp_any);
}

/*
 * All arguments, also those that nobody reads: with control flow integrity (CONFIG_CFI_CLANG,
 * FineIBT) a probe is only called as what the event has declared. compat_kvm_entry() chooses.
 */
static notrace void probe_entry(void *data, struct kvm_vcpu *kvm_vcpu, bool force_immediate_exit)
{
	entry_at(data, kvm_vcpu, stamp_tsc);
}

static notrace void probe_entry_any(void *data, struct kvm_vcpu *kvm_vcpu,
				    bool force_immediate_exit)
{
	entry_at(data, kvm_vcpu, stamp_any);
}

static notrace void probe_entry_old(void *data, struct kvm_vcpu *kvm_vcpu)
{
	entry_at(data, kvm_vcpu, stamp_tsc);
}

static notrace void probe_entry_old_any(void *data, struct kvm_vcpu *kvm_vcpu)
{
	entry_at(data, kvm_vcpu, stamp_any);
}

/*
 * KVM has let go of the vCPU by now, and it may be another than the one that the thread owns, whose
 * next thread can be taking it. Not if KVM_RUN of the owned one was seen and has not returned yet:
 * then this is its return, and KVM's mutex is still held. The CPU is looked at after the account:
 * who takes the vCPU takes it from the CPU before he writes the account.
 */
static bool returns_from(const struct kvmlat_vcpu *vcpu)
{
	if (!READ_ONCE(vcpu->ledger.inside) || READ_ONCE(vcpu->ledger.reset_at))
		return false;
	/* Pairs with the cmpxchg() of own(). */
	smp_rmb();
	return kvmlat_thread_vcpu() == vcpu;
}

static void write_return(struct kvmlat_ledger *l, u32 code)
{
	kvmlat_ledger_begin(l);
	kvmlat_ledger_obey(l);
	kvmlat_ledger_user(l, kvmlat_ledger_after(l, kvmlat_clock()), code);
	kvmlat_ledger_commit(l);
}

static noinline __noclone void user_slow(u32 code)
{
	struct kvmlat_vcpu *vcpu = kvmlat_thread_vcpu();
	unsigned long flags;

	if (!vcpu)
		return;
	if (returns_from(vcpu)) {
		write_return(&vcpu->ledger, code);
		return;
	}
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (vcpu->task == current)
		write_return(&vcpu->ledger, code);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
}

/* As certain as above, by the row of an exit that has not been entered after yet. */
static __always_inline void user_at(u32 reason, int error,
				    u64 (*stamp)(const struct kvmlat_ledger *l))
{
	const struct kvm_vcpu *kvm_vcpu;
	struct kvmlat_ledger *l;
	u32 code = reason;

	if (unlikely(error < 0))
		code = error == -EINTR ? KVMLAT_USER_INTERRUPTED : KVMLAT_USER_ERROR;
	preempt_disable_notrace();
	kvm_vcpu = raw_cpu_read(kvmlat_thread.key);
	if (likely(kvm_vcpu)) {
		struct kvmlat_cell *row;

		l = kvmlat_thread_ledger();
		row = kvmlat_visit_row(l);
		/* Pairs with the cmpxchg() of own(). */
		smp_rmb();
		if (likely(row) && likely(kvmlat_thread_has(kvm_vcpu))) {
			kvmlat_ledger_begin(l);
			kvmlat_visit_begin(l, row, stamp(l), code);
			kvmlat_ledger_commit(l);
			goto out;
		}
	}
	user_slow(code);
out:
	preempt_enable_notrace();
}

static notrace void probe_user(void *data, u32 reason, int error)
{
	user_at(reason, error, stamp_tsc);
}

static notrace void probe_user_any(void *data, u32 reason, int error)
{
	user_at(reason, error, stamp_any);
}

static void probe_wakeup(void *data, u64 ns, bool waited, bool valid)
{
	struct kvmlat_ledger *l;

	preempt_disable_notrace();
	l = kvmlat_thread_begin();
	if (l) {
		struct kvmlat_vcpu *vcpu = container_of(l, struct kvmlat_vcpu, ledger);
		struct kvm_vcpu *kvm_vcpu = (struct kvm_vcpu *)vcpu->kvm_vcpu;

		if (unlikely(kvmlat_knob_halt_is_active(vcpu)))
			kvmlat_knob_halt_adapt(vcpu, kvm_vcpu, ns, valid);
		kvmlat_ledger_halt(l, kvmlat_ledger_after(l, kvmlat_clock()),
				   (struct kvmlat_halt){ .ns = ns, .valid = valid,
							 .window = kvm_vcpu->halt_poll_ns },
				   kvmlat_polls_of(kvm_vcpu));
		kvmlat_ledger_commit(l);
	}
	preempt_enable_notrace();
}

static void probe_poll_window(void *data, bool grow, unsigned int vcpu_id, unsigned int window,
			      unsigned int old)
{
	struct kvmlat_ledger *l;

	preempt_disable_notrace();
	l = kvmlat_thread_begin();
	if (l) {
		kvmlat_ledger_poll_window(l, grow, window);
		kvmlat_ledger_commit(l);
	}
	preempt_enable_notrace();
}

static void detail_of_page(u64 gpa, bool write)
{
	u32 kind = write ? KVMLAT_DETAIL_KIND_MMIO_WRITE : KVMLAT_DETAIL_KIND_MMIO_READ;
	struct kvmlat_vcpu *vcpu;

	preempt_disable_notrace();
	vcpu = kvmlat_thread_vcpu();
	/* Of an exit that is held: others do not look for a key at entry. */
	if (vcpu && vcpu->ledger.detail && kvmlat_thread_in_kvm(current, vcpu))
		kvmlat_ledger_key(&vcpu->ledger, KVMLAT_DETAIL_KEY(kind, gpa & PAGE_MASK));
	preempt_enable_notrace();
}

/* type is KVM_TRACE_MMIO_*: 0 a read that the VMM has to answer, 1 one that KVM did, 2 a write. */
static void probe_mmio(void *data, int type, int len, u64 gpa, void *val)
{
	detail_of_page(gpa, type == 2);
}

/* A write to an ioeventfd that Intel's misconfigured page table entry told apart. */
static void probe_fast_mmio(void *data, u64 gpa)
{
	detail_of_page(gpa, true);
}

static void nested(bool reflected)
{
	struct kvmlat_ledger *l;

	preempt_disable_notrace();
	l = kvmlat_thread_begin();
	if (l) {
		kvmlat_ledger_nested(l, reflected);
		kvmlat_ledger_commit(l);
	}
	preempt_enable_notrace();
}

/* An exit of an L2 guest, after its kvm_exit. */
static void probe_nested(void *data, struct kvm_vcpu *kvm_vcpu, u32 isa)
{
	nested(false);
}

/* L0 makes an exit for L1: of the L2 exit that it handles, or of an interrupt in between. */
static void probe_reflected(void *data, u32 code, u64 info1, u64 info2, u32 intr_info,
			    u32 error_code, u32 isa)
{
	nested(true);
}

static notrace void probe_switch(void *data, bool preempt, struct task_struct *prev,
				 struct task_struct *next, unsigned int prev_state)
{
	if (unlikely(kvmlat_thread_switches(next)))
		kvmlat_thread_switch(data, preempt, prev, next);
}

/* Entry before exit, and all before a vCPU is learned, so that no account begins in the middle. */
struct kvmlat_probe kvmlat_probes[] = {
	{ "sched_switch", probe_switch, .builtin = true },
	{ "kvm_entry", compat_kvm_entry(probe_entry_old, probe_entry),
	  compat_kvm_entry(probe_entry_old_any, probe_entry_any) },
	{ "kvm_userspace_exit", probe_user, probe_user_any },
	{ "kvm_vcpu_wakeup", probe_wakeup },
	{ "kvm_halt_poll_ns", probe_poll_window },
	{ "kvm_nested_vmexit", probe_nested,
	  .optional = "exits of nested guests count as those of their hypervisor" },
	{ "kvm_nested_vmexit_inject", probe_reflected,
	  .optional = "exits of nested guests all count as handled by KVM itself" },
	{ "kvm_wait_lapic_expire", kvmlat_timer_probe,
	  .optional = "how late a guest's timer was is not known" },
	{ "kvm_mmio", probe_mmio, .details = true, .optional = "details of exits lack pages" },
	{ "kvm_fast_mmio", probe_fast_mmio, .details = true,
	  .optional = "details of exits lack pages of ioeventfds" },
	{ "kvm_exit", probe_exit, probe_exit_any },
};

const size_t kvmlat_nr_probes = ARRAY_SIZE(kvmlat_probes);

/* The compiler compares what it can: those events whose headers are installed. */
static void __maybe_unused compare_prototypes(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_kvm_userspace_exit(probe_user);
	check_trace_callback_type_kvm_vcpu_wakeup(probe_wakeup);
	check_trace_callback_type_kvm_halt_poll_ns(probe_poll_window);
	check_trace_callback_type_kvm_mmio(probe_mmio);
}
