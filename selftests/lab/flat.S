/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands where a bzImage has its decompressor: brings a kernel that is not compressed to where it was
 * linked to run, and starts it in 64-bit mode. lab/flat assembles it with
 *
 *	LOAD	 where the boot loader puts this
 *	RUN	 where the kernel belongs, above LOAD
 *	FILE_LEN length of the kernel that follows this, a multiple of 8
 *	FULL_LEN its length with what it wants as zeros, a multiple of 8
 *	ENTRY	 its 64-bit entry
 */
#define CR0_PG		0x80000000
#define CR4_PAE		0x20
#define EFER		0xc0000080
#define EFER_LME	0x100
#define PTE_TABLE	0x3
#define PTE_2M		0x83

	.text
	.code32
start32:
	cld
	movl	%esi, %ebx

	/* Backwards, since both places overlap when the kernel is large */
	std
	movl	$(LOAD + kernel - start32 + FILE_LEN - 4), %esi
	movl	$(RUN + FILE_LEN - 4), %edi
	movl	$(FILE_LEN / 4), %ecx
	rep movsl
	cld
	movl	$(RUN + FILE_LEN), %edi
	movl	$((FULL_LEN - FILE_LEN) / 4), %ecx
	xorl	%eax, %eax
	rep stosl
	movl	%ebx, %esi

	lgdt	LOAD + gdt_pointer - start32
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$(LOAD + pml4 - start32), %eax
	movl	%eax, %cr3
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	ljmp	$8, $(LOAD + start64 - start32)

	.code64
start64:
	movl	$16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movq	$ENTRY, %rax
	jmp	*%rax

	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	LOAD + gdt - start32

	/* The first 4 GiB, each address to itself */
	.balign	4096
pml4:
	.quad	LOAD + pdpt - start32 + PTE_TABLE
	.fill	511, 8, 0
pdpt:
	.set	i, 0
	.rept	4
	.quad	LOAD + pd - start32 + i * 4096 + PTE_TABLE
	.set	i, i + 1
	.endr
	.fill	508, 8, 0
pd:
	.set	i, 0
	.rept	4 * 512
	.quad	i * 0x200000 + PTE_2M
	.set	i, i + 1
	.endr
kernel:
