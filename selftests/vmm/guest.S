/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest: 32-bit flat protected mode, no paging, interrupts off but where a kind needs them.
 *
 * %ebp points to the vCPU's page, %esi to the order at work; a kind may use %eax, %ebx, %ecx, %edx
 * and %edi. Every order's instruction is counted in the guest's own memory after it has happened:
 * the answer does not rest on what was asked.
 */
#include "guest.h"

	.section .rodata
	.balign	4096
	.global	guest_start, guest_end, guest_entry, guest_gdt, guest_idt
guest_start:
	.code32

guest_entry:
	/* Touch every page that an order may touch: no first-touch fault is left for later */
	movl	GUEST_BASE, %eax
	movl	GUEST_BASE + GUEST_PAGE_SIZE, %eax
	movl	PAGE_CR4(%ebp), %eax
	pushl	%eax
	popl	%eax
	/* A nested guest's pages are mapped anew: touch them, too */
	cmpl	$0, PAGE_L2(%ebp)
	je	1f
	movl	$1, %edi
	call	run_l2
1:	movw	$PORT_READY, %dx
	outl	%eax, %dx

round:
	leal	PAGE_OPS(%ebp), %esi
	movl	PAGE_NR_OPS(%ebp), %edi
next_op:
	testl	%edi, %edi
	jz	round_done
	pushl	%edi
	movl	%esi, PAGE_AT(%ebp)
	movl	OP_COUNT(%esi), %eax
	movl	%eax, PAGE_LEFT(%ebp)
	movl	OP_COUNT + 4(%esi), %eax
	movl	%eax, PAGE_LEFT + 4(%ebp)
again:
	movl	PAGE_LEFT(%ebp), %eax
	orl	PAGE_LEFT + 4(%ebp), %eax
	jz	op_done
	cmpl	$0, PAGE_STOP(%ebp)
	jne	op_done
	movl	OP_KIND(%esi), %eax
	movl	GUEST_BASE + table - guest_start(, %eax, 4), %eax
	call	*%eax
	addl	$1, OP_DONE(%esi)
	adcl	$0, OP_DONE + 4(%esi)
	subl	$1, PAGE_LEFT(%ebp)
	sbbl	$0, PAGE_LEFT + 4(%ebp)
	jmp	again
op_done:
	popl	%edi
	addl	$OP_SIZE, %esi
	decl	%edi
	jmp	next_op
round_done:
	addl	$1, PAGE_ROUNDS(%ebp)
	adcl	$0, PAGE_ROUNDS + 4(%ebp)
	movl	PAGE_ROUNDS(%ebp), %eax
	movw	$PORT_END, %dx
	outl	%eax, %dx
	jmp	round

do_cpuid:
	movl	OP_ARG(%esi), %eax
	xorl	%ecx, %ecx
	cpuid
	ret

do_leaves:
	movl	OP_DONE(%esi), %eax
	andl	OP_ARG(%esi), %eax
	orl	$LEAF_MIX, %eax
	xorl	%ecx, %ecx
	cpuid
	ret

do_pio:
	movl	OP_DONE(%esi), %eax
	movl	OP_ARG(%esi), %edx
	outl	%eax, %dx
	ret

	/* The VMM answers what it has counted itself */
do_pioin:
	movl	OP_ARG(%esi), %edx
	inl	%dx, %eax
	cmpl	%eax, OP_DONE(%esi)
	movl	$FAIL_ANSWER, %eax
	jne	fail
	ret

do_kpio:
	movb	$0xff, %al
	outb	%al, $PORT_KERNEL
	ret

do_mmio:
	movl	OP_ARG(%esi), %ebx
	movl	OP_DONE(%esi), %eax
	movl	%eax, (%ebx)
	ret

do_mmiord:
	movl	OP_ARG(%esi), %ebx
	movl	(%ebx), %eax
	cmpl	%eax, OP_DONE(%esi)
	movl	$FAIL_ANSWER, %eax
	jne	fail
	ret

do_msr:
	movl	$2, PAGE_SKIP(%ebp)
	movl	OP_ARG(%esi), %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$0, PAGE_SKIP(%ebp)
	ret

do_rdmsr:
	movl	$2, PAGE_SKIP(%ebp)
	movl	OP_ARG(%esi), %ecx
	rdmsr
	movl	$0, PAGE_SKIP(%ebp)
	ret

	/*
	 * The shadow of sti makes the hlt happen even when the timer has already fired, but QEMU's
	 * emulation loses the shadow when a host interrupt exits in between. The handler then sees
	 * that it came before the hlt, and the order starts over: it would sleep for ever.
	 */
do_hlt:
	cli
	movl	PAGE_IRQS(%ebp), %edi
	movl	$MSR_X2APIC_TMICT, %ecx
	movl	OP_ARG(%esi), %eax
	xorl	%edx, %edx
	addl	$1, PAGE_ARMS(%ebp)
	adcl	$0, PAGE_ARMS + 4(%ebp)
	wrmsr
	sti
the_hlt:
	hlt
	cli
	cmpl	PAGE_IRQS(%ebp), %edi
	movl	$FAIL_HLT, %eax
	je	fail
	ret

	/* As above, with the TSC's deadline for a timer */
do_timer:
	cli
	movl	PAGE_IRQS(%ebp), %edi
	addl	$1, PAGE_ARMS(%ebp)
	adcl	$0, PAGE_ARMS + 4(%ebp)
	movl	$MSR_TSC_DEADLINE, %ecx
	rdtsc
	addl	OP_ARG(%esi), %eax
	adcl	$0, %edx
	movl	%eax, PAGE_DEADLINE(%ebp)
	movl	%edx, PAGE_DEADLINE + 4(%ebp)
	wrmsr
	sti
the_timer_hlt:
	hlt
	cli
	cmpl	PAGE_IRQS(%ebp), %edi
	movl	$FAIL_HLT, %eax
	je	fail
	ret

do_irqwin:
	movl	PAGE_IRQS(%ebp), %edi
	movl	$MSR_X2APIC_SELF_IPI, %ecx
	movl	$VECTOR_SELF, %eax
	xorl	%edx, %edx
	wrmsr
	sti
	nop
	cli
	cmpl	PAGE_IRQS(%ebp), %edi
	movl	$FAIL_IRQWIN, %eax
	je	fail
	ret

do_hypercall:
	movl	OP_ARG(%esi), %eax
	cmpl	$0, PAGE_VMX(%ebp)
	jne	1f
	vmmcall
	jmp	2f
1:	vmcall
2:	cmpl	$-HYPERCALL_ENOSYS, %eax
	movl	$FAIL_HYPERCALL, %eax
	jne	fail
	ret

do_rdpmc:
	movl	$2, PAGE_SKIP(%ebp)
	xorl	%ecx, %ecx
	rdpmc
	movl	$0, PAGE_SKIP(%ebp)
	ret

do_wbinvd:
	wbinvd
	ret

do_invd:
	invd
	ret

do_cr:
	movl	PAGE_CR4(%ebp), %eax
	xorl	$CR4_MCE, %eax
	movl	%eax, PAGE_CR4(%ebp)
	movl	%eax, %cr4
	ret

do_crrd:
	movl	%cr4, %eax
	ret

do_dr:
	movl	OP_DONE(%esi), %eax
	movl	%eax, %dr0
	ret

do_drrd:
	movl	%dr0, %eax
	ret

do_monitor:
	movl	%ebp, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	monitor
	ret

do_mwait:
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	mwait
	ret

do_xsetbv:
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$1, %eax
	xsetbv
	ret

do_rdtscp:
	movl	$3, PAGE_SKIP(%ebp)
	rdtscp
	movl	$0, PAGE_SKIP(%ebp)
	ret

do_ud:
	movl	$2, PAGE_SKIP(%ebp)
	ud2
	movl	$0, PAGE_SKIP(%ebp)
	ret

do_pause:
	movl	OP_ARG(%esi), %ecx
1:	pause
	decl	%ecx
	jnz	1b
	ret

do_spin:
	movl	OP_ARG(%esi), %ecx
	testl	%ecx, %ecx
	jz	2f
1:	decl	%ecx
	jnz	1b
2:	ret

do_uspin:
	movl	OP_ARG(%esi), %eax
	outl	%eax, $PORT_SPIN
	ret

do_usleep:
	movl	OP_ARG(%esi), %eax
	outl	%eax, $PORT_SLEEP
	ret

#include "guest-l2.S"

irq:
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	movl	PAGE_DEADLINE(%ebp), %ecx
	orl	PAGE_DEADLINE + 4(%ebp), %ecx
	jnz	late
irq_counted:
	addl	$1, PAGE_IRQS(%ebp)
	adcl	$0, PAGE_IRQS + 4(%ebp)
	cmpl	$(GUEST_BASE + the_timer_hlt - guest_start), 12(%esp)
	jne	1f
	movl	$(GUEST_BASE + do_timer - guest_start), 12(%esp)
1:
	cmpl	$(GUEST_BASE + the_hlt - guest_start), 12(%esp)
	jne	1f
	movl	$(GUEST_BASE + do_hlt - guest_start), 12(%esp)
1:	movl	$MSR_X2APIC_EOI, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	popl	%edx
	popl	%ecx
	popl	%eax
	iretl

	/* One that comes twice has its deadline once; one that came too early was not late */
late:
	rdtsc
	subl	PAGE_DEADLINE(%ebp), %eax
	sbbl	PAGE_DEADLINE + 4(%ebp), %edx
	movl	$0, PAGE_DEADLINE(%ebp)
	movl	$0, PAGE_DEADLINE + 4(%ebp)
	addl	$1, PAGE_TIMERS(%ebp)
	adcl	$0, PAGE_TIMERS + 4(%ebp)
	testl	%edx, %edx
	jnz	irq_counted
	addl	%eax, PAGE_LATE(%ebp)
	adcl	$0, PAGE_LATE + 4(%ebp)
	cmpl	PAGE_LATEST(%ebp), %eax
	jbe	irq_counted
	movl	%eax, PAGE_LATEST(%ebp)
	jmp	irq_counted

gp:
	/* Drop the error code: an order that may take #GP has said how long its instruction is */
	addl	$4, %esp
	pushl	$13
	jmp	skip
ud:
	pushl	$6
skip:
	pushl	%eax
	movl	PAGE_SKIP(%ebp), %eax
	testl	%eax, %eax
	jz	unexpected
	addl	%eax, 8(%esp)
	movl	$0, PAGE_SKIP(%ebp)
	addl	$1, PAGE_FAULTS(%ebp)
	adcl	$0, PAGE_FAULTS + 4(%ebp)
	popl	%eax
	addl	$4, %esp
	iretl
unexpected:
	movl	8(%esp), %eax
	movl	%eax, PAGE_FAIL_IP(%ebp)
	movl	4(%esp), %eax
fail:
	movw	$PORT_FAIL, %dx
	outl	%eax, %dx
	jmp	fail

	.altmacro
	.macro	stub vector
stub_\vector:
	/* These push an error code first */
	.if	\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21
	addl	$4, %esp
	.endif
	pushl	$\vector
	pushl	%eax
	jmp	unexpected
	.endm
	.set	i, 0
	.rept	32
	stub	%i
	.set	i, i + 1
	.endr

	.balign	8
table:
	.macro	entries kind, more:vararg
	.long	GUEST_BASE + do_\kind - guest_start
	.ifnb	\more
	entries	\more
	.endif
	.endm
	entries	cpuid, leaves, pio, pioin, kpio, mmio, mmiord, msr, rdmsr, hlt, irqwin
	entries	hypercall, rdpmc, wbinvd, invd, cr, crrd, dr, drrd
	entries	monitor, mwait, xsetbv, rdtscp, ud, pause, spin, uspin, usleep, nested, timer

	/* Accessed bits are set beforehand: the CPU never needs to write to this table */
	.balign	8
guest_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff

	/* GUEST_BASE is 64 KiB aligned, the guest is smaller: the low half is the offset */
	.macro	gate target
	.word	\target - guest_start
	.word	GUEST_CS
	.word	0x8e00
	.word	GUEST_BASE >> 16
	.endm
	.macro	gate_stub vector
	gate	stub_\vector
	.endm
	.balign	8
guest_idt:
	.set	i, 0
	.rept	NR_VECTORS
	.if	i == 6
	gate	ud
	.elseif	i == 13
	gate	gp
	.elseif	i < 32
	gate_stub %i
	.elseif	i >= VECTOR_TIMER
	gate	irq
	.else
	.quad	0
	.endif
	.set	i, i + 1
	.endr
	/* Refuses to assemble when the guest has outgrown its pages */
	.org	guest_start + GUEST_CODE_PAGES * GUEST_PAGE_SIZE
guest_end:

	.section .note.GNU-stack, "", @progbits
