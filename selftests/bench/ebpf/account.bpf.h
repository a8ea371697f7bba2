/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The account that the two eBPF peers keep: per vCPU and reason count, sum, maximum and a
 * log-linear histogram, and the guest's time; as complete as kvmlat's. Everything lies in global
 * arrays, which programs reach without a helper and a reader can map. AMD only: the reason is
 * read from private structures of kvm_amd.
 */
#ifndef ACCOUNT_BPF_H
#define ACCOUNT_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "layout.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
/* The compiler would rather compute an address again and again than keep it. */
#define keep(x)		asm volatile("" : "+r"(x))

#define kernel_type	__attribute__((preserve_access_index))

struct kvm_vcpu_arch {
	__u64 last_guest_tsc;
	__u64 l1_tsc_offset;
} kernel_type;

struct kvm_vcpu {
	int vcpu_id;
	struct kvm_vcpu_arch arch;
} kernel_type;

struct vmcb_control_area {
	__u32 exit_code;
} kernel_type;

struct vmcb {
	struct vmcb_control_area control;
} kernel_type;

struct kvm_vmcb_info {
	struct vmcb *ptr;
} kernel_type;

struct vcpu_svm {
	struct vmcb *vmcb;
	struct kvm_vmcb_info vmcb01;
} kernel_type;

struct svm_cpu_data {
	struct vmcb *current_vmcb;
} kernel_type;

struct timespec64 {
	__s64 tv_sec;
} kernel_type;

extern struct svm_cpu_data svm_data __ksym;
void *bpf_rdonly_cast(void *at, __u32 btf_id) __ksym __weak;

struct account accounts[ACCOUNTS] SEC(".bss.accounts");
struct {
	char byte[CELL_SPACE];
} cells SEC(".bss.cells");
__u32 next_cell = sizeof(struct cell);	/* the first one takes what finds no place */
__u8 bucket_of[BUCKET_TABLES][BUCKET_TABLE_LEN] SEC(".bss.tables");

static __always_inline __u32 home_of(__u64 vcpu)
{
	__u32 low = vcpu;

	return low * 0x9e3779b1u >> (32 - ACCOUNT_BITS);
}

static __noinline __u64 code_slow(__u64 vcpu)
{
	__u64 vmcb = 0;
	__u32 code = ~0;

	bpf_probe_read_kernel(&vmcb, sizeof(vmcb),
			      (void *)vcpu + bpf_core_field_offset(struct vcpu_svm, vmcb));
	bpf_probe_read_kernel(&code, sizeof(code),
			      (void *)vmcb + bpf_core_field_offset(struct vmcb, control.exit_code));
	return code;
}

static __always_inline struct timespec64 *word_at(__u64 address)
{
	return bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct timespec64));
}

/*
 * The VMCB that runs is vmcb01 until the guest is a hypervisor itself. Up to 6.12 kvm_amd notes the
 * one that runs where BTF leads to it. Later the verifier has to be told that at the address
 * lies some structure of the kernel, any with a number at its begin: then it reads that
 * without a call.
 */
static __always_inline __u32 code_fast(const struct account *a)
{
	if (bpf_core_field_exists(struct svm_cpu_data, current_vmcb)) {
		struct svm_cpu_data *data = bpf_this_cpu_ptr(&svm_data);

		return data->current_vmcb->control.exit_code;
	}
	return word_at(a->code_at)->tv_sec;
}

/* The place of a vCPU, made when it is new; ACCOUNTS without one. */
static __noinline __u32 place_of(__u64 vcpu)
{
	__u32 i, home = home_of(vcpu);

	for (i = 0; i < PROBES; i++) {
		__u32 place = (home + i) % ACCOUNTS;
		struct account *a = &accounts[place];
		__u64 now = a->vcpu, vmcb = 0, first = 0;

		if (now == vcpu)
			return place;
		if (now || __sync_val_compare_and_swap(&a->vcpu, 0, vcpu))
			continue;
		a->pid = bpf_get_current_pid_tgid() >> 32;
		bpf_probe_read_kernel(&a->id, sizeof(a->id), (void *)vcpu +
				      bpf_core_field_offset(struct kvm_vcpu, vcpu_id));
		bpf_probe_read_kernel(&a->tsc_offset, sizeof(a->tsc_offset), (void *)vcpu +
				      bpf_core_field_offset(struct kvm_vcpu, arch.l1_tsc_offset));
		bpf_probe_read_kernel(&a->last_tsc, sizeof(a->last_tsc), (void *)vcpu +
				      bpf_core_field_offset(struct kvm_vcpu, arch.last_guest_tsc));
		bpf_probe_read_kernel(&vmcb, sizeof(vmcb), (void *)vcpu +
				      bpf_core_field_offset(struct vcpu_svm, vmcb));
		bpf_probe_read_kernel(&first, sizeof(first), (void *)vcpu +
				      bpf_core_field_offset(struct vcpu_svm, vmcb01.ptr));
		a->code_at = vmcb + bpf_core_field_offset(struct vmcb, control.exit_code);
		a->exit_at = 0;
		a->entry_at = bpf_ktime_get_ns();
		if (!i && vmcb == first)
			a->fast = vcpu;
		return place;
	}
	return ACCOUNTS;
}

static __noinline __u32 cell_slow(__u32 place, __u64 code)
{
	struct account *a = &accounts[place % ACCOUNTS];
	__u32 row = code < ROW_NPF ? code : code == 0x400 ? ROW_NPF : ROW_OTHER;
	__u32 offset = a->cell_of[row];

	if (offset)
		return offset;
	offset = __sync_fetch_and_add(&next_cell, sizeof(struct cell));
	if (offset > CELLS_END)
		offset = 0;
	a->cell_of[row] = offset;
	return offset;
}

static __always_inline __u32 bucket(__u64 ns)
{
	if (likely(ns < BUCKET_TABLE_LEN))
		return bucket_of[0][ns];
	if (ns < (__u64)BUCKET_TABLE_LEN << 10)
		return bucket_of[1][ns >> 10];
	ns >>= 20;
	if (ns < BUCKET_TABLE_LEN)
		return bucket_of[2][ns];
	return BUCKETS - 1;
}

static __always_inline void record(struct account *a, __u32 offset, __u64 now, __u64 ns)
{
	struct cell *cell = (void *)&cells + (offset & CELL_MASK);
	__u32 b = bucket(ns), seq = a->seq;

	*(volatile __u32 *)&a->seq = seq + 1;
	barrier();
	a->entry_at = now;
	cell->count++;
	cell->sum += ns;
	if (unlikely(ns > cell->longest))
		cell->longest = ns;
	cell->bucket[b]++;
	barrier();
	*(volatile __u32 *)&a->seq = seq + 2;
}

/* From now on another VMCB may run: the fast way does not know which. */
SEC("fentry/svm_switch_vmcb")
int BPF_PROG(nested, struct vcpu_svm *svm)
{
	struct account *a = &accounts[home_of((__u64)svm)];

	if (a->fast == (__u64)svm)
		a->fast = 0;
	return 0;
}

SEC("fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(destroyed, struct kvm_vcpu *vcpu)
{
	__u32 i, home = home_of((__u64)vcpu);

	for (i = 0; i < PROBES; i++) {
		struct account *a = &accounts[(home + i) % ACCOUNTS];

		if (a->vcpu == (__u64)vcpu) {
			a->fast = 0;
			a->vcpu = 0;
		}
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";

#endif
