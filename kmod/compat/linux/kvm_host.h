/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_COMPAT_LINUX_KVM_HOST_H
#define KVMLAT_COMPAT_LINUX_KVM_HOST_H

#include_next <linux/kvm_host.h>
#include <linux/version.h>

/*
 * The probe of kvm_entry, by what the event passes: the vCPU, or also whether an immediate exit
 * is forced. That argument came with 0ec3d6d1f169 (6.9), which stable 6.1.y and 6.6.y have taken,
 * too, so no version tells. The event's own header is not installed; but the same commit gave the
 * argument to vcpu_run, which has had a second one ever since.
 */
#define compat_kvm_entry(vcpu_only, with_bool) \
	__builtin_choose_expr(__builtin_types_compatible_p( \
		typeof(((struct kvm_x86_ops *)0)->vcpu_run), \
		enum exit_fastpath_completion (*)(struct kvm_vcpu *vcpu)), vcpu_only, with_bool)

/*
 * Does KVM take the vCPU's hypercalls for Hyper-V's? Since 6.8 it can be built without; before,
 * there is no such choice.
 */
static inline bool compat_hyperv_guest(const struct kvm_vcpu *vcpu)
{
#if defined(CONFIG_KVM_HYPERV) || LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return vcpu->arch.hyperv_enabled && READ_ONCE(vcpu->kvm->arch.hyperv.hv_guest_os_id);
#else
	return false;
#endif
}

/*
 * Does KVM take the vCPU's hypercalls for Xen's? Its configuration moved with 26e228ec1695 (6.15).
 * KVM asks a static key first, which the first VM with an MSR for Xen's page switches on.
 */
static inline bool compat_xen_guest(const struct kvm_vcpu *vcpu)
{
#ifndef CONFIG_KVM_XEN
	return false;
#else
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	const struct kvm_xen_hvm_config *config = &vcpu->kvm->arch.xen.hvm_config;
#else
	const struct kvm_xen_hvm_config *config = &vcpu->kvm->arch.xen_hvm_config;
#endif
	return READ_ONCE(config->msr) &&
	       READ_ONCE(config->flags) & KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL;
#endif
}

#endif
