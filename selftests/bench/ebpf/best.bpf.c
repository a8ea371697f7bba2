// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hook, on kvm_entry: when the guest was left is what KVM itself noted, in the guest's TSC.
 * Cheaper than two hooks, and not exact: KVM overwrites its note when it updates the guest's clock.
 */
#include "account.bpf.h"

struct tk_read_base {
	__u64 cycle_last;
	__u32 mult;
	__u32 shift;
	__u64 xtime_nsec;
	__s64 base;
} kernel_type;

struct timekeeper {
	struct tk_read_base tkr_mono;
} kernel_type;

/* The kernel's clock as a line through a point, pushed here whenever the kernel moves it. */
struct line {
	__u64 cycles;
	__u64 ns;
	__u64 mult;		/* ns per cycle, << 24 */
	__u64 unused;
} lines[2];
__u32 line_now;
__u64 untimed;

static __always_inline __u64 ns_of(const struct line *line, __u64 tsc)
{
	return line->ns + ((__s64)((tsc - line->cycles) * line->mult) >> 24);
}

/* The verifier lets nobody compute with a typed pointer, which the first argument is. */
static __noinline __u64 vcpu_of(__u64 *ctx)
{
	__u64 vcpu = 0;

	bpf_probe_read_kernel(&vcpu, sizeof(vcpu), ctx);
	return vcpu;
}

/* A count without a time: the note is not of this exit. */
static __noinline int without_time(__u64 *ctx, __u64 now)
{
	__u64 vcpu = vcpu_of(ctx);
	__u32 place = place_of(vcpu), offset;

	if (place >= ACCOUNTS)
		return 0;
	offset = cell_slow(place, code_slow(vcpu));
	((struct cell *)((void *)&cells + (offset & CELL_MASK)))->count++;
	accounts[place].entry_at = now;
	__sync_fetch_and_add(&untimed, 1);
	return 0;
}

static __noinline int entry_slow(__u64 *ctx, __u64 now)
{
	struct line *line = &lines[line_now & 1];
	__u64 vcpu = vcpu_of(ctx), tsc = 0, since;
	struct account *a;
	__u32 place;

	place = place_of(vcpu);
	if (place >= ACCOUNTS)
		return 0;
	a = &accounts[place];
	bpf_probe_read_kernel(&tsc, sizeof(tsc), (void *)vcpu +
			      bpf_core_field_offset(struct kvm_vcpu, arch.last_guest_tsc));
	if (tsc == a->last_tsc || !line->mult) {
		a->entry_at = now;
		return 0;
	}
	a->last_tsc = tsc;
	since = ns_of(line, tsc - a->tsc_offset);
	if (a->offset_written) {
		/* The offset has changed since the last entry: which one it was is a guess */
		a->tsc_offset = a->new_tsc_offset;
		a->offset_written = 0;
		if (since < a->entry_at || since > now)
			since = ns_of(line, tsc - a->tsc_offset);
		if (place == home_of(vcpu))
			a->fast = vcpu;
	}
	if (since < a->entry_at || since > now)
		return without_time(ctx, now);
	a->guest += since - a->entry_at;
	record(a, cell_slow(place, code_slow(vcpu)), now, now - since);
	return 0;
}

SEC("tp_btf/kvm_entry")
int BPF_PROG(entered, struct kvm_vcpu *vcpu)
{
	__u64 now = bpf_ktime_get_ns(), tsc, since, before;
	struct account *a = &accounts[home_of((__u64)vcpu)];
	__u32 code, offset = 0;
	struct line *line;

	keep(a);
	/* From 6.12 on the verifier wants to be told that it is not NULL. */
	if (unlikely(a->fast != (__u64)vcpu || !vcpu))
		return entry_slow(ctx, now);
	tsc = vcpu->arch.last_guest_tsc;
	if (unlikely(tsc == a->last_tsc)) {
		a->entry_at = now;
		return 0;
	}
	a->last_tsc = tsc;
	line = &lines[line_now & 1];
	keep(line);
	since = ns_of(line, tsc - a->tsc_offset);
	before = a->entry_at;
	if (unlikely((__s64)(since - before) < 0))
		return without_time(ctx, now);
	a->guest += since - before;
	code = code_fast(a);
	if (likely(code < ROW_NPF))
		offset = a->cell_of[code];
	else if (code == 0x400)
		offset = a->cell_of[ROW_NPF];
	if (unlikely(!offset))
		offset = cell_slow(home_of(vcpu_of(ctx)), code);
	record(a, offset, now, now - since);
	return 0;
}

SEC("fentry/update_vsyscall")
int BPF_PROG(clock_moved, struct timekeeper *tk)
{
	__u32 next = line_now + 1, shift = tk->tkr_mono.shift;
	struct line *line = &lines[next & 1];

	line->cycles = tk->tkr_mono.cycle_last;
	line->mult = ((__u64)tk->tkr_mono.mult << 24) >> shift;
	line->ns = tk->tkr_mono.base + (tk->tkr_mono.xtime_nsec >> shift);
	barrier();
	*(volatile __u32 *)&line_now = next;
	return 0;
}

SEC("fentry/svm_write_tsc_offset")
int BPF_PROG(offset_moved, struct kvm_vcpu *vcpu)
{
	__u64 offset = vcpu->arch.l1_tsc_offset;
	__u32 i, home = home_of((__u64)vcpu);

	for (i = 0; i < PROBES; i++) {
		struct account *a = &accounts[(home + i) % ACCOUNTS];

		if (a->vcpu != (__u64)vcpu || offset == a->tsc_offset)
			continue;
		a->new_tsc_offset = offset;
		a->offset_written = 1;
		a->fast = 0;
	}
	return 0;
}
