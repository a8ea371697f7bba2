/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest as a hypervisor, for either vendor; guest.S includes this. A nested guest runs with the
 * registers of the guest around it but for %eax and %esp: it counts %edi down, with one instruction
 * each that KVM handles itself since we do not ask for it, then calls us, which KVM hands to us.
 */
/* Of a VMCB: AMD64 Architecture Programmer's Manual, volume 2, appendix B */
#define VMCB_EXIT_CODE		0x70
#define VMCB_RIP		0x578
#define VMCB_EXIT_VMMCALL	0x81

/* Of a VMCS: Intel SDM, volume 3, appendix B and C */
#define GUEST_ES_SELECTOR		0x0800
#define GUEST_CS_SELECTOR		0x0802
#define HOST_ES_SELECTOR		0x0c00
#define HOST_CS_SELECTOR		0x0c02
#define HOST_TR_SELECTOR		0x0c0c
#define VMCS_LINK_POINTER		0x2800
#define VMCS_LINK_POINTER_HIGH		0x2801
#define PIN_BASED_VM_EXEC_CONTROL	0x4000
#define CPU_BASED_VM_EXEC_CONTROL	0x4002
#define VM_EXIT_CONTROLS		0x400c
#define VM_ENTRY_CONTROLS		0x4012
#define VM_EXIT_REASON			0x4402
#define GUEST_ES_LIMIT			0x4800
#define GUEST_TR_LIMIT			0x480e
#define GUEST_ES_AR_BYTES		0x4814
#define GUEST_CS_AR_BYTES		0x4816
#define GUEST_LDTR_AR_BYTES		0x4820
#define GUEST_TR_AR_BYTES		0x4822
#define GUEST_CR0			0x6800
#define GUEST_CR3			0x6802
#define GUEST_CR4			0x6804
#define GUEST_DR7			0x681a
#define GUEST_RIP			0x681e
#define GUEST_RFLAGS			0x6820
#define HOST_CR0			0x6c00
#define HOST_CR3			0x6c02
#define HOST_CR4			0x6c04
#define HOST_GDTR_BASE			0x6c0c
#define HOST_IDTR_BASE			0x6c0e
#define HOST_RIP			0x6c16
#define VMCS_FLAT_CODE			0xc09b
#define VMCS_FLAT_DATA			0xc093
#define VMCS_BUSY_TSS			0x008b
#define VMCS_UNUSABLE			0x10000
#define VMX_EXIT_VMCALL			18

do_nested:
	movl	OP_ARG(%esi), %edi
run_l2:
	cmpl	$0, PAGE_VMX(%ebp)
	jne	run_vmx
	movl	PAGE_L2(%ebp), %eax
	movl	$(GUEST_BASE + guest_l2_svm - guest_start), VMCB_RIP(%eax)
	vmrun	%eax
	movl	VMCB_EXIT_CODE(%eax), %ebx
	stgi
	cmpl	$VMCB_EXIT_VMMCALL, %ebx
	jne	l2_failed
l2_ended:
	testl	%edi, %edi
	jnz	l2_failed
	ret
l2_failed:
	movl	$FAIL_NESTED, %eax
	jmp	fail

guest_l2_svm:
	testl	%edi, %edi
	jz	2f
1:	xorl	%eax, %eax
	xorl	%ecx, %ecx
	cpuid
	decl	%edi
	jnz	1b
2:	vmmcall
	jmp	2b

	/* CPUID belongs to us here, whether we ask for it or not; an OUT is KVM's */
guest_l2_vmx:
	testl	%edi, %edi
	jz	2f
1:	movb	$0xff, %al
	outb	%al, $PORT_KERNEL
	decl	%edi
	jnz	1b
2:	vmcall
	jmp	2b

	.macro	put field, value
	movl	$\field, %edx
	movl	\value, %eax
	vmwrite	%eax, %edx
	jbe	l2_failed
	.endm

	/* The RIP is written each time, since it stands at the VMCALL */
run_vmx:
	movl	%esp, PAGE_L1_SP(%ebp)
	cmpl	$0, PAGE_LAUNCHED(%ebp)
	jne	1f
	call	vmx_on
	put	GUEST_RIP, $(GUEST_BASE + guest_l2_vmx - guest_start)
	incl	PAGE_LAUNCHED(%ebp)
	vmlaunch
	jmp	l2_failed
1:	put	GUEST_RIP, $(GUEST_BASE + guest_l2_vmx - guest_start)
	vmresume
	jmp	l2_failed

	/* KVM comes here with our VMCS's idea of our state: the stack is not in it */
vmx_exit:
	movl	PAGE_L1_SP(%ebp), %esp
	movl	%cr4, %eax
	movl	%eax, PAGE_CR4(%ebp)
	movl	$VM_EXIT_REASON, %edx
	vmread	%edx, %ebx
	cmpl	$VMX_EXIT_VMCALL, %ebx
	jne	l2_failed
	jmp	l2_ended

	/* The page of the VMXON region follows that of the VMCS; the VMM has put KVM's revision there */
vmx_on:
	pushl	$0
	pushl	PAGE_L2(%ebp)
	addl	$GUEST_PAGE_SIZE, (%esp)
	vmxon	(%esp)
	jbe	l2_failed
	subl	$GUEST_PAGE_SIZE, (%esp)
	vmclear	(%esp)
	jbe	l2_failed
	vmptrld	(%esp)
	jbe	l2_failed
	addl	$8, %esp
	movl	$(GUEST_BASE + vmcs_fields - guest_start), %ebx
1:	movl	(%ebx), %edx
	movl	4(%ebx), %eax
	vmwrite	%eax, %edx
	jbe	l2_failed
	addl	$8, %ebx
	cmpl	$(GUEST_BASE + vmcs_fields_end - guest_start), %ebx
	jne	1b
	/* Both guests have the same pages */
	put	GUEST_CR0, %cr0
	put	HOST_CR0, %cr0
	put	GUEST_CR3, %cr3
	put	HOST_CR3, %cr3
	put	GUEST_CR4, %cr4
	put	HOST_CR4, %cr4
	ret

	/*
	 * Controls have nothing but the bits that must be 1 (Intel SDM, volume 3, appendix A). Fields
	 * that are 0 are left out: KVM takes a VMCS's page as it is, and it is empty.
	 */
	.balign	4
vmcs_fields:
	.long	PIN_BASED_VM_EXEC_CONTROL,	0x00000016
	.long	CPU_BASED_VM_EXEC_CONTROL,	0x0401e172
	.long	VM_EXIT_CONTROLS,		0x00036dff
	.long	VM_ENTRY_CONTROLS,		0x000011ff
	.long	VMCS_LINK_POINTER,		0xffffffff
	.long	VMCS_LINK_POINTER_HIGH,		0xffffffff
	.irp	segment, 0, 2, 4, 6, 8, 10
	.long	GUEST_ES_SELECTOR + \segment,	GUEST_DS
	.long	GUEST_ES_LIMIT + \segment,	0xffffffff
	.long	GUEST_ES_AR_BYTES + \segment,	VMCS_FLAT_DATA
	.long	HOST_ES_SELECTOR + \segment,	GUEST_DS
	.endr
	.long	GUEST_CS_SELECTOR,		GUEST_CS
	.long	GUEST_CS_AR_BYTES,		VMCS_FLAT_CODE
	.long	HOST_CS_SELECTOR,		GUEST_CS
	.long	GUEST_LDTR_AR_BYTES,		VMCS_UNUSABLE
	.long	GUEST_TR_AR_BYTES,		VMCS_BUSY_TSS
	.long	GUEST_TR_LIMIT,			0x67
	.long	GUEST_DR7,			0x400
	.long	GUEST_RFLAGS,			2
	/* There is no TSS, but it must have a name */
	.long	HOST_TR_SELECTOR,		GUEST_TSS
	.long	HOST_GDTR_BASE,			GUEST_BASE + guest_gdt - guest_start
	.long	HOST_IDTR_BASE,			GUEST_BASE + guest_idt - guest_start
	.long	HOST_RIP,			GUEST_BASE + vmx_exit - guest_start
vmcs_fields_end:
