// SPDX-License-Identifier: GPL-2.0-only
/* Two raw tracepoints: every exit, timed between KVM's own two events. */
#include "account.bpf.h"

static __noinline int exit_slow(__u64 vcpu, __u64 now)
{
	__u32 place = place_of(vcpu);

	if (place < ACCOUNTS) {
		accounts[place].guest += now - accounts[place].entry_at;
		accounts[place].exit_at = now;
	}
	return 0;
}

static __noinline int entry_slow(__u64 vcpu, __u64 now)
{
	__u32 place = place_of(vcpu);
	struct account *a;
	__u64 since;

	if (place >= ACCOUNTS)
		return 0;
	a = &accounts[place];
	since = a->exit_at;
	a->exit_at = 0;
	if (since)
		record(a, cell_slow(place, code_slow(vcpu)), now, now - since);
	else
		a->entry_at = now;
	return 0;
}

SEC("raw_tp/kvm_exit")
int exited(__u64 *ctx)
{
	__u64 now, vcpu = ctx[0];
	struct account *a = &accounts[home_of(vcpu)];

	keep(a);
	now = bpf_ktime_get_ns();
	if (unlikely(a->fast != vcpu))
		return exit_slow(vcpu, now);
	a->guest += now - a->entry_at;
	a->exit_at = now;
	return 0;
}

/* The VMCB still holds the reason at the next entry, where it needs not be kept until then. */
SEC("raw_tp/kvm_entry")
int entered(__u64 *ctx)
{
	__u64 now, since, vcpu = ctx[0];
	struct account *a = &accounts[home_of(vcpu)];
	__u32 code, offset = 0;

	keep(a);
	now = bpf_ktime_get_ns();
	if (unlikely(a->fast != vcpu))
		return entry_slow(vcpu, now);
	since = a->exit_at;
	if (unlikely(!since)) {
		/* Again without an exit: KVM's fast path, which is guest time to its tracepoints */
		a->guest += now - a->entry_at;
		a->entry_at = now;
		return 0;
	}
	a->exit_at = 0;
	code = code_fast(a);
	if (likely(code < ROW_NPF))
		offset = a->cell_of[code];
	else if (code == 0x400)
		offset = a->cell_of[ROW_NPF];
	if (unlikely(!offset))
		offset = cell_slow(home_of(vcpu), code);
	record(a, offset, now, now - since);
	return 0;
}
