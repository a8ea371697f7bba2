/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest and the VMM agree on. Both the assembler and the C compiler read this.
 *
 * Guest-physical memory is one slot: the code from GUEST_BASE, never written to, then one page
 * per vCPU that holds the vCPU's orders, its counters and, from its end downwards, its stack.
 * With nested guests follow two more pages per vCPU, a VMCB and the host save area or a VMCS and
 * the VMXON region, and at the end a page directory.
 */
#ifndef VMM_GUEST_H
#define VMM_GUEST_H

#define GUEST_BASE		0x10000
#define GUEST_CODE_PAGES	2
#define GUEST_PAGE_SIZE		4096
#define GUEST_VCPU_BASE		(GUEST_BASE + GUEST_CODE_PAGES * GUEST_PAGE_SIZE)
#define GUEST_MMIO_BASE		0xd0000000

#define GUEST_CS		0x08
#define GUEST_DS		0x10

/* Ports that the VMM answers */
#define PORT_READY		0xf0
#define PORT_END		0xf1
#define PORT_FAIL		0xf2
#define PORT_WORK		0xf4
/* The value is how many microseconds the VMM shall compute, or sleep */
#define PORT_SPIN		0xf5
#define PORT_SLEEP		0xf6
/* The PIC's mask register: answered inside KVM */
#define PORT_KERNEL		0x21

#define VECTOR_TIMER		0x40
#define VECTOR_SELF		0x41
#define NR_VECTORS		0x42

/* What the guest writes to PORT_FAIL beside an exception's vector */
#define FAIL_HLT		0x100
#define FAIL_IRQWIN		0x101
#define FAIL_HYPERCALL		0x102
#define FAIL_NESTED		0x103
#define FAIL_ANSWER		0x104

/* IA32_BIOS_SIGN_ID: always intercepted, never in a fastpath, a guest's write has no effect */
#define MSR_WORK		0x8b
#define MSR_X2APIC_EOI		0x80b
#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC_TMICT	0x838
#define MSR_X2APIC_SELF_IPI	0x83f

#define HYPERCALL_UNKNOWN	0x6b766d
#define HYPERCALL_MIN		64	/* KVM knows none from here on */
#define HYPERCALL_ENOSYS	1000

/* From here on no processor has CPUID leaves */
#define LEAF_MIX		0x50000000

#define CR4_MCE			0x40
/* Named by what a VM exit loads only */
#define GUEST_TSS		0x18

/* struct guest_page */
#define PAGE_STOP		0
#define PAGE_L2			4
#define PAGE_VMX		8
#define PAGE_NR_OPS		12
#define PAGE_SKIP		16
#define PAGE_CR4		20
#define PAGE_FAIL_IP		24
#define PAGE_AT			28
#define PAGE_IRQS		32
#define PAGE_FAULTS		40
#define PAGE_LEFT		48
#define PAGE_ROUNDS		56
#define PAGE_ARMS		64
#define PAGE_L1_SP		72
#define PAGE_LAUNCHED		76
#define PAGE_DEADLINE		80
#define PAGE_TIMERS		88
#define PAGE_LATE		96
#define PAGE_LATEST		104
#define PAGE_OPS		112

/* struct guest_op */
#define OP_KIND			0
#define OP_ARG			4
#define OP_COUNT		8
#define OP_DONE			16
#define OP_SIZE			24

#define GUEST_MAX_OPS		64

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct guest_op {
	uint32_t kind;
	uint32_t arg;
	uint64_t count;
	uint64_t done;
};

struct guest_page {
	uint32_t stop;
	uint32_t l2;		/* address of a VMCB or VMCS; 0: no nested guests */
	uint32_t vmx;
	uint32_t nr_ops;
	uint32_t skip;
	uint32_t cr4;
	uint32_t fail_ip;
	uint32_t at;		/* address of the order at work */
	uint64_t irqs;
	uint64_t faults;
	uint64_t left;
	uint64_t rounds;
	uint64_t arms;
	uint32_t l1_sp;		/* of VMX, while the nested guest runs */
	uint32_t launched;
	/* In ticks of the TSC, which the handler reads: */
	uint64_t deadline;	/* 0: none */
	uint64_t timers;	/* that came, */
	uint64_t late;		/* how late all of them together, */
	uint64_t latest;	/* and the latest */
	struct guest_op ops[GUEST_MAX_OPS];
};

_Static_assert(offsetof(struct guest_page, fail_ip) == PAGE_FAIL_IP, "guest.h offsets");
_Static_assert(offsetof(struct guest_page, irqs) == PAGE_IRQS, "guest.h offsets");
_Static_assert(offsetof(struct guest_page, arms) == PAGE_ARMS, "guest.h offsets");
_Static_assert(offsetof(struct guest_page, deadline) == PAGE_DEADLINE, "guest.h offsets");
_Static_assert(offsetof(struct guest_page, ops) == PAGE_OPS, "guest.h offsets");
_Static_assert(offsetof(struct guest_op, done) == OP_DONE, "guest.h offsets");
_Static_assert(sizeof(struct guest_op) == OP_SIZE, "guest.h offsets");
_Static_assert(sizeof(struct guest_page) <= GUEST_PAGE_SIZE - 512, "no room for the stack");

/* In the order of the guest's dispatch table */
enum guest_kind {
	GUEST_CPUID,
	GUEST_LEAVES,
	GUEST_PIO,
	GUEST_PIOIN,
	GUEST_KPIO,
	GUEST_MMIO,
	GUEST_MMIORD,
	GUEST_MSR,
	GUEST_RDMSR,
	GUEST_HLT,
	GUEST_IRQWIN,
	GUEST_HYPERCALL,
	GUEST_RDPMC,
	GUEST_WBINVD,
	GUEST_INVD,
	GUEST_CR,
	GUEST_CRRD,
	GUEST_DR,
	GUEST_DRRD,
	GUEST_MONITOR,
	GUEST_MWAIT,
	GUEST_XSETBV,
	GUEST_RDTSCP,
	GUEST_UD,
	GUEST_PAUSE,
	GUEST_SPIN,
	GUEST_USPIN,
	GUEST_USLEEP,
	GUEST_NESTED,
	GUEST_TIMER,
	GUEST_NR_KINDS
};

extern const unsigned char guest_start[], guest_end[], guest_entry[], guest_gdt[], guest_idt[];
#endif

#endif
