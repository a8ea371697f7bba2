// SPDX-License-Identifier: GPL-2.0-only
/* The table of kinds, and what of it this host can do. */
#include <asm/svm.h>
#include <asm/vmx.h>
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "kind.h"

#define SVM_EXIT_UD (SVM_EXIT_EXCP_BASE + 6)

#define SVM(...) [VENDOR_SVM] = { __VA_ARGS__ }
#define VMX(...) [VENDOR_VMX] = { __VA_ARGS__ }

const struct kind kinds[GUEST_NR_KINDS] = {
	[GUEST_CPUID] = { "cpuid", "CPUID",
		{ SVM({ SVM_EXIT_CPUID, 1 }), VMX({ EXIT_REASON_CPUID, 1 }) } },
	[GUEST_PIO] = { "pio", "OUT to a port that this program answers",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) } },
	[GUEST_KPIO] = { "kpio", "OUT to a port that KVM answers (PIC mask, 0x21)",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) } },
	/* On Intel a vCPU's first access is an EPT violation; report.c moves it there */
	[GUEST_MMIO] = { "mmio", "write to an address without memory, answered by this program",
		{ SVM({ SVM_EXIT_NPF, 1 }), VMX({ EXIT_REASON_EPT_MISCONFIG, 1 }) } },
	[GUEST_MSR] = { "msr", "WRMSR to 0x8b (BIOS_SIGN_ID), a write that KVM ignores",
		{ SVM({ SVM_EXIT_MSR, 1 }), VMX({ EXIT_REASON_MSR_WRITE, 1 }) } },
	[GUEST_RDMSR] = { "rdmsr", "RDMSR of 0x8b",
		{ SVM({ SVM_EXIT_MSR, 1 }), VMX({ EXIT_REASON_MSR_READ, 1 }) } },
	[GUEST_HLT] = { "hlt", "arm the x2APIC timer (WRMSR), HLT, end of interrupt (WRMSR)",
		{ SVM({ SVM_EXIT_HLT, 1 }), VMX({ EXIT_REASON_HLT, 1 }) } },
	[GUEST_IRQWIN] = { "irqwin", "self-IPI with interrupts off, STI, end of interrupt",
		{ SVM({ SVM_EXIT_VINTR, 1 }, { SVM_EXIT_MSR, 1 }),
		  VMX({ EXIT_REASON_INTERRUPT_WINDOW, 1 }, { EXIT_REASON_MSR_WRITE, 1 }) } },
	[GUEST_HYPERCALL] = { "hypercall", "VMMCALL or VMCALL with a number that KVM does not know",
		{ SVM({ SVM_EXIT_VMMCALL, 1 }), VMX({ EXIT_REASON_VMCALL, 1 }) } },
	[GUEST_RDPMC] = { "rdpmc", "RDPMC of counter 0",
		{ SVM({ SVM_EXIT_RDPMC, 1 }), VMX({ EXIT_REASON_RDPMC, 1 }) }, .faults = true },
	[GUEST_WBINVD] = { "wbinvd", "WBINVD",
		{ SVM({ SVM_EXIT_WBINVD, 1 }), VMX({ EXIT_REASON_WBINVD, 1 }) } },
	[GUEST_INVD] = { "invd", "INVD",
		{ SVM({ SVM_EXIT_INVD, 1 }), VMX({ EXIT_REASON_INVD, 1 }) } },
	[GUEST_CR] = { "cr", "write CR4, toggling CR4.MCE",
		{ SVM({ SVM_EXIT_WRITE_CR4, 1 }), VMX({ EXIT_REASON_CR_ACCESS, 1 }) } },
	[GUEST_CRRD] = { "crrd", "read CR4 (AMD only)",
		{ SVM({ SVM_EXIT_READ_CR4, 1 }) } },
	[GUEST_DR] = { "dr", "write DR0",
		{ SVM({ SVM_EXIT_WRITE_DR0, 1 }), VMX({ EXIT_REASON_DR_ACCESS, 1 }) } },
	[GUEST_DRRD] = { "drrd", "read DR0",
		{ SVM({ SVM_EXIT_READ_DR0, 1 }), VMX({ EXIT_REASON_DR_ACCESS, 1 }) } },
	[GUEST_MONITOR] = { "monitor", "MONITOR",
		{ SVM({ SVM_EXIT_MONITOR, 1 }), VMX({ EXIT_REASON_MONITOR_INSTRUCTION, 1 }) } },
	[GUEST_MWAIT] = { "mwait", "MWAIT, which KVM treats as a no-op",
		{ SVM({ SVM_EXIT_MWAIT, 1 }), VMX({ EXIT_REASON_MWAIT_INSTRUCTION, 1 }) } },
	[GUEST_XSETBV] = { "xsetbv", "XSETBV of XCR0 = 1",
		{ SVM({ SVM_EXIT_XSETBV, 1 }), VMX({ EXIT_REASON_XSETBV, 1 }) } },
	[GUEST_RDTSCP] = { "rdtscp", "RDTSCP, hidden from the guest's CPUID (AMD only)",
		{ SVM({ SVM_EXIT_RDTSCP, 1 }) }, .faults = true },
	[GUEST_UD] = { "ud", "UD2, which KVM intercepts and hands back to the guest",
		{ SVM({ SVM_EXIT_UD, 1 }), VMX({ EXIT_REASON_EXCEPTION_NMI, 1 }) },
		.faults = true },
	[GUEST_PAUSE] = { "pause", "PAUSE: exits only when the host's pause filter says so",
		.no_exits = true },
	[GUEST_SPIN] = { "spin", "nothing, N times: no exit", .no_exits = true },
};

int kind_by_name(const char *name, size_t len)
{
	for (int i = 0; i < GUEST_NR_KINDS; i++)
		if (strlen(kinds[i].name) == len && !strncmp(kinds[i].name, name, len))
			return i;
	return -1;
}

static uint32_t cpuid_bit(uint32_t leaf, int reg, int bit)
{
	uint32_t r[4] = { 0 };

	if (!__get_cpuid(leaf, &r[0], &r[1], &r[2], &r[3]))
		return 0;
	return r[reg] >> bit & 1;
}

enum vendor host_vendor(void)
{
	return cpuid_bit(0x80000001, 2, 2) ? VENDOR_SVM : VENDOR_VMX;
}

const char *vendor_name(enum vendor vendor)
{
	return vendor == VENDOR_SVM ? "svm" : "vmx";
}

bool host_has_apicv(enum vendor vendor)
{
	const char *path = vendor == VENDOR_SVM ? "/sys/module/kvm_amd/parameters/avic" :
						  "/sys/module/kvm_intel/parameters/enable_apicv";
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return false;
	c = fgetc(f);
	fclose(f);
	return c == 'Y' || c == '1';
}

bool cpu_is_tcg(void)
{
	uint32_t eax, sig[3];

	if (!cpuid_bit(1, 2, 31))
		return false;
	__cpuid(0x40000000, eax, sig[0], sig[1], sig[2]);
	return !memcmp(sig, "TCGTCGTCGTCG", sizeof(sig));
}

const char *kind_refused(uint32_t kind, enum vendor vendor)
{
	if (!kinds[kind].no_exits && !kinds[kind].costs[vendor][0].count)
		return "it does not exit on this vendor's CPUs";

	/* Seen with QEMU 7.2: the first two do not exit at all, the last one does so as a WBINVD */
	if (cpu_is_tcg() && (kind == GUEST_XSETBV || kind == GUEST_RDTSCP || kind == GUEST_INVD))
		return "QEMU's emulated CPU does not intercept it";

	switch (kind) {
	case GUEST_IRQWIN:
		return host_has_apicv(vendor) ?
			"with APIC virtualisation (avic, enable_apicv) it does not exit" : NULL;
	case GUEST_MONITOR:
	case GUEST_MWAIT:
		return cpuid_bit(1, 2, 3) ? NULL : "this CPU has no MONITOR and MWAIT";
	case GUEST_XSETBV:
		return cpuid_bit(1, 2, 26) ? NULL : "this CPU has no XSAVE";
	case GUEST_RDTSCP:
		return cpuid_bit(0x80000001, 3, 27) ? NULL : "this CPU has no RDTSCP";
	default:
		return NULL;
	}
}
