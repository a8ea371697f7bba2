// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_exit does not pass the reason, and no kernel since 6.1 exports a way to ask for it.
 * Each vendor module has a function that fills in the same six fields for the trace event
 * itself. Its address is what a kprobe on it resolves to; the kprobe is never armed. With
 * IBT that is the instruction after the ENDBR: right for a direct call, which a static
 * call is. (Not so kallsyms_lookup_name(), whose ENDBR is sealed: it is never called.)
 *
 * The function is only called in a kvm_exit probe, with a vCPU of that vendor module, which
 * pins the module; so it cannot go away under the call. kvm_intel and kvm_amd exclude each
 * other on a host.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include <asm/svm.h>
#include <asm/vmx.h>

#include "hypercall.h"
#include "ledger/detail.h"
#include "operand.h"
#include "reason.h"

static const struct vendor {
	const char *module;
	const char *symbol;
	u32 id;
	u32 mask;
} vendors[] = {
	{ "kvm_intel", "kvm_intel:vmx_get_exit_info", KVMLAT_VENDOR_INTEL, 0xffff },
	{ "kvm_amd",   "kvm_amd:svm_get_exit_info",   KVMLAT_VENDOR_AMD, ~0U },
};

u32 kvmlat_reason_mask __read_mostly = ~0U;

static DEFINE_MUTEX(reason_mutex);
static const struct vendor *current_vendor;
static const char *why = "neither kvm_intel nor kvm_amd is loaded";

DEFINE_STATIC_CALL(kvmlat_reason_info, kvmlat_reason_none);

/* From where that function takes the reason, if it was found out. Written before it is used. */
static struct kvmlat_operand operand __read_mostly;

void kvmlat_reason_none(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
			u32 *intr_info, u32 *error_code)
{
	*reason = KVMLAT_CODE_UNKNOWN;
}

/* Nothing is known of the function but its address. */
unsigned long kvmlat_reason_asked(const struct kvm_vcpu *vcpu)
{
	u64 unused;

	return kvmlat_reason_info1((struct kvm_vcpu *)vcpu, &unused);
}

static notrace unsigned long reason_in_vcpu(const struct kvm_vcpu *vcpu)
{
	return *(const u32 *)((const char *)vcpu + operand.first);
}

static notrace unsigned long reason_behind_pointer(const struct kvm_vcpu *vcpu)
{
	const char *block = *(const char *const *)((const char *)vcpu + operand.first);

	return *(const u32 *)(block + operand.second);
}

DEFINE_STATIC_CALL(kvmlat_reason_code, kvmlat_reason_asked);

/* Bit 3 of VMX's exit qualification and bit 0 of SVM's exit info say that the port was read. */
static u64 port_key(u64 info1, bool in)
{
	return KVMLAT_DETAIL_KEY(in ? KVMLAT_DETAIL_KIND_PIO_IN : KVMLAT_DETAIL_KIND_PIO_OUT,
				 (info1 >> 16) & 0xffff);
}

static u64 msr_key(const struct kvm_vcpu *vcpu, bool write)
{
	return KVMLAT_DETAIL_KEY(write ? KVMLAT_DETAIL_KIND_MSR_WRITE :
					 KVMLAT_DETAIL_KIND_MSR_READ,
				 (u32)vcpu->arch.regs[VCPU_REGS_RCX]);
}

static u64 rax_key(const struct kvm_vcpu *vcpu, u32 kind)
{
	return KVMLAT_DETAIL_KEY(kind, (u32)vcpu->arch.regs[VCPU_REGS_RAX]);
}

/* Which ABI a hypercall is of is asked as kvm_emulate_hypercall() and kvm_xen_hypercall() do. */
static u64 hypercall_key(const struct kvm_vcpu *vcpu)
{
	return kvmlat_hypercall_key(compat_xen_guest(vcpu), compat_hyperv_guest(vcpu),
				    vcpu->arch.efer & EFER_LMA, vcpu->arch.regs[VCPU_REGS_RAX],
				    vcpu->arch.regs[VCPU_REGS_RCX]);
}

static u64 vmx_key(const struct kvm_vcpu *vcpu, u32 code, u64 info1)
{
	switch (code) {
	case EXIT_REASON_IO_INSTRUCTION:
		return port_key(info1, info1 & 8);
	case EXIT_REASON_MSR_READ:
	case EXIT_REASON_MSR_WRITE:
		return msr_key(vcpu, code == EXIT_REASON_MSR_WRITE);
	case EXIT_REASON_VMCALL:
		return hypercall_key(vcpu);
	case EXIT_REASON_CPUID:
		return rax_key(vcpu, KVMLAT_DETAIL_KIND_CPUID);
	default:
		return 0;
	}
}

static u64 svm_key(const struct kvm_vcpu *vcpu, u32 code, u64 info1)
{
	switch (code) {
	case SVM_EXIT_IOIO:
		return port_key(info1, info1 & 1);
	case SVM_EXIT_MSR:
		return msr_key(vcpu, info1 & 1);
	case SVM_EXIT_VMMCALL:
		return hypercall_key(vcpu);
	case SVM_EXIT_CPUID:
		return rax_key(vcpu, KVMLAT_DETAIL_KIND_CPUID);
	default:
		return 0;
	}
}

/*
 * The general registers are in vcpu->arch.regs since before kvm_exit, but for those of guests
 * whose state is encrypted.
 */
u64 kvmlat_reason_key(struct kvm_vcpu *vcpu, u32 code, u64 info1)
{
	if (vcpu->arch.guest_state_protected)
		return 0;
	switch (kvmlat_reason_vendor()) {
	case KVMLAT_VENDOR_INTEL:
		return vmx_key(vcpu, code, info1);
	case KVMLAT_VENDOR_AMD:
		return svm_key(vcpu, code, info1);
	default:
		return 0;
	}
}

/*
 * Reading where the function reads saves its call. What it begins with is read as it is now: it may
 * be traced, or have a kprobe of somebody else in it, and then it is called.
 */
static void find_operand(const void *function)
{
	/* What follows the function's page may be no memory. */
	size_t size = min_t(size_t, KVMLAT_OPERAND_READ, PAGE_SIZE - offset_in_page(function));
	u8 code[KVMLAT_OPERAND_READ];

	lockdep_assert_held(&reason_mutex);
	memcpy(code, function, size);
	if (kvmlat_operand_find(code, size, &operand))
		static_call_update(kvmlat_reason_code,
				   operand.second ? reason_behind_pointer : reason_in_vcpu);
}

static void resolve(const struct vendor *vendor)
{
	struct kprobe kp = { .symbol_name = vendor->symbol, .flags = KPROBE_FLAG_DISABLED };

	lockdep_assert_held(&reason_mutex);
	if (current_vendor)
		return;
	if (register_kprobe(&kp)) {
		why = "the vendor module has no get_exit_info: exits count without reason";
		return;
	}
	kvmlat_reason_mask = vendor->mask;
	static_call_update(kvmlat_reason_info, (void *)kp.addr);
	find_operand(kp.addr);
	current_vendor = vendor;
	why = NULL;
	unregister_kprobe(&kp);
}

static void forget(void)
{
	lockdep_assert_held(&reason_mutex);
	static_call_update(kvmlat_reason_code, kvmlat_reason_asked);
	static_call_update(kvmlat_reason_info, kvmlat_reason_none);
	kvmlat_reason_mask = ~0U;
	current_vendor = NULL;
	why = "neither kvm_intel nor kvm_amd is loaded";
}

/**
 * kvmlat_reason_module() - a module comes or goes
 * @mod: the module
 * @state: MODULE_STATE_COMING, before its first VM, or MODULE_STATE_GOING, after its last
 */
void kvmlat_reason_module(const struct module *mod, unsigned long state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (strcmp(mod->name, vendors[i].module))
			continue;
		mutex_lock(&reason_mutex);
		if (state == MODULE_STATE_COMING)
			resolve(&vendors[i]);
		else if (current_vendor == &vendors[i])
			forget();
		mutex_unlock(&reason_mutex);
	}
}

u32 kvmlat_reason_vendor(void)
{
	const struct vendor *vendor = READ_ONCE(current_vendor);

	return vendor ? vendor->id : KVMLAT_VENDOR_NONE;
}

const char *kvmlat_reason_why(void)
{
	return READ_ONCE(why);
}

/* For a vendor module that is loaded already. After the module notifier is in place. */
void kvmlat_reason_init(void)
{
	size_t i;

	mutex_lock(&reason_mutex);
	for (i = 0; i < ARRAY_SIZE(vendors); i++) {
		struct kprobe kp = { .symbol_name = vendors[i].symbol,
				     .flags = KPROBE_FLAG_DISABLED };

		if (current_vendor || register_kprobe(&kp))
			continue;
		unregister_kprobe(&kp);
		resolve(&vendors[i]);
	}
	mutex_unlock(&reason_mutex);
}

/* No probe runs any more. */
void kvmlat_reason_exit(void)
{
	mutex_lock(&reason_mutex);
	forget();
	mutex_unlock(&reason_mutex);
}
