// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest needs for a nested guest, which has the same flat memory and code as the guest
 * around it. Of a VMCB all is filled in here, with the offsets of the AMD64 Architecture
 * Programmer's Manual, volume 2, appendix B; the fields of a VMCS the guest writes (guest-l2.S).
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kind.h"
#include "vmm.h"

#define EFER_SVME	0x1000
#define CR0_NE		0x20
#define CR0_PG		0x80000000
#define CR4_PSE		0x10
#define CR4_VMXE	0x2000

#define MSR_FEATURE_CONTROL	0x3a
#define MSR_VMX_BASIC		0x480
#define MSR_VM_HSAVE_PA		0xc0010117
#define LOCKED_WITH_VMXON	0x5
#define REVISION_MASK		0x7fffffff

#define INTERCEPT_VEC4	0x010
#define ASID		0x058
#define SAVE		0x400
#define EFER		(SAVE + 0x0d0)
#define CR0		(SAVE + 0x158)
#define DR7		(SAVE + 0x160)
#define DR6		(SAVE + 0x168)
#define RFLAGS		(SAVE + 0x170)
#define G_PAT		(SAVE + 0x268)

#define VMRUN_AND_VMMCALL	0x3
#define CR0_PE_AND_ET		0x11
#define FLAT_CODE		0xc9b
#define FLAT_DATA		0xc93

/* Present, writable, accessed, dirty, a page of 4 MiB */
#define PRESENT_DIRTY_4M	0xe3

struct segment {
	uint16_t selector;
	uint16_t attributes;
	uint32_t limit;
	uint64_t base;
};

enum { ES, CS, SS, DS, FS, GS, GDTR, LDTR, IDTR, TR };

/* VMRUN and VMXON want paging on: everything, one to one, in pages of 4 MiB */
void page_directory_fill(void *directory)
{
	uint32_t *entry = directory;

	for (uint32_t i = 0; i < GUEST_PAGE_SIZE / sizeof(*entry); i++)
		entry[i] = i << 22 | PRESENT_DIRTY_4M;
}

static void put(void *vmcb, unsigned int offset, uint64_t value)
{
	memcpy((char *)vmcb + offset, &value, sizeof(value));
}

static void put_segment(void *vmcb, unsigned int which, uint16_t selector, uint16_t attributes,
			uint32_t limit)
{
	struct segment s = { .selector = selector, .attributes = attributes, .limit = limit };

	memcpy((char *)vmcb + SAVE + which * sizeof(s), &s, sizeof(s));
}

static void vmcb_fill(void *vmcb)
{
	put(vmcb, INTERCEPT_VEC4, VMRUN_AND_VMMCALL);
	put(vmcb, ASID, 1);
	for (unsigned int which = ES; which <= GS; which++)
		put_segment(vmcb, which, which == CS ? GUEST_CS : GUEST_DS,
			    which == CS ? FLAT_CODE : FLAT_DATA, 0xffffffff);
	/* Empty: the nested guest loads no segment and takes no interrupt */
	put_segment(vmcb, GDTR, 0, 0, 0);
	put_segment(vmcb, IDTR, 0, 0, 0);
	put(vmcb, EFER, EFER_SVME);
	put(vmcb, CR0, CR0_PE_AND_ET);
	put(vmcb, DR7, 0x400);
	put(vmcb, DR6, 0xffff0ff0);
	put(vmcb, RFLAGS, 2);
	put(vmcb, G_PAT, 0x0007040600070406);
}

static void nested_msr(const struct vcpu *vcpu, unsigned long request, uint32_t index,
		       uint64_t *value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head.nmsrs = 1,
		.entry = { .index = index, .data = *value },
	};

	if (ioctl(vcpu->fd, request, &msrs) != 1)
		die(EXIT_SYSTEM, "VM %u vCPU %u: KVM refused MSR '0x%x', which nested guests need: %s",
		    vcpu->vm->index, vcpu->id, index, strerror(errno));
	*value = msrs.entry.data;
}

/* Before KVM_SET_SREGS: what the registers of a hypervisor have more */
void nested_sregs(const struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	sregs->cr3 = vcpu->vm->page_directory;
	sregs->cr4 |= CR4_PSE;
	sregs->cr0 |= CR0_PG;
	if (host_vendor() == VENDOR_SVM) {
		sregs->efer = EFER_SVME;
	} else {
		sregs->cr0 |= CR0_NE;
		sregs->cr4 |= CR4_VMXE;
	}
}

/* What the guest could do itself, at the cost of exits. @l2: its two pages */
void nested_prepare(const struct vcpu *vcpu, void *l2)
{
	uint64_t host_save = vcpu->page->l2 + GUEST_PAGE_SIZE, basic = 0;
	uint64_t control = LOCKED_WITH_VMXON;
	uint32_t revision;

	if (host_vendor() == VENDOR_SVM) {
		vmcb_fill(l2);
		nested_msr(vcpu, KVM_SET_MSRS, MSR_VM_HSAVE_PA, &host_save);
		return;
	}
	nested_msr(vcpu, KVM_SET_MSRS, MSR_FEATURE_CONTROL, &control);
	nested_msr(vcpu, KVM_GET_MSRS, MSR_VMX_BASIC, &basic);
	revision = basic & REVISION_MASK;
	memcpy(l2, &revision, sizeof(revision));
	memcpy((char *)l2 + GUEST_PAGE_SIZE, &revision, sizeof(revision));
}
