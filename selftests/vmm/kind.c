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

#define HLT_MAX_US 4000000U
#define TIMER_MAX_US 400000U
#define MMIO_MAX_PAGE 0xffU

#define SVM(...) [VENDOR_SVM] = { __VA_ARGS__ }
#define VMX(...) [VENDOR_VMX] = { __VA_ARGS__ }

#define ARG(what, standard, least, most) \
	.arg = what, .arg_default = standard, .arg_min = least, .arg_max = most

const struct kind kinds[GUEST_NR_KINDS] = {
	[GUEST_CPUID] = { "cpuid", "CPUID",
		{ SVM({ SVM_EXIT_CPUID, 1 }), VMX({ EXIT_REASON_CPUID, 1 }) },
		ARG("LEAF", 0, 0, UINT32_MAX) },
	[GUEST_LEAVES] = { "leaves", "CPUID of leaf 0x50000000 + n % (MASK + 1), n counting up",
		{ SVM({ SVM_EXIT_CPUID, 1 }), VMX({ EXIT_REASON_CPUID, 1 }) },
		ARG("MASK", 0xff, 0, 0xffff) },
	[GUEST_PIO] = { "pio", "OUT to a port that this program answers",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) },
		ARG("PORT", PORT_WORK, PORT_WORK, 0xfffc) },
	[GUEST_PIOIN] = { "pioin", "IN from a port that this program answers",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) },
		ARG("PORT", PORT_WORK, PORT_WORK, 0xfffc) },
	[GUEST_KPIO] = { "kpio", "OUT to a port that KVM answers (PIC mask, 0x21)",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) } },
	/* On Intel a vCPU's first access to a page is an EPT violation; report.c moves it there */
	[GUEST_MMIO] = { "mmio", "write to an address without memory, answered by this program",
		{ SVM({ SVM_EXIT_NPF, 1 }), VMX({ EXIT_REASON_EPT_MISCONFIG, 1 }) },
		ARG("PAGE", 0, 0, MMIO_MAX_PAGE) },
	[GUEST_MMIORD] = { "mmiord", "read from such an address",
		{ SVM({ SVM_EXIT_NPF, 1 }), VMX({ EXIT_REASON_EPT_MISCONFIG, 1 }) },
		ARG("PAGE", 0, 0, MMIO_MAX_PAGE) },
	[GUEST_MSR] = { "msr", "WRMSR of 0; to 0x8b (BIOS_SIGN_ID) a write that KVM ignores",
		{ SVM({ SVM_EXIT_MSR, 1 }), VMX({ EXIT_REASON_MSR_WRITE, 1 }) },
		ARG("INDEX", MSR_WORK, 0, UINT32_MAX) },
	[GUEST_RDMSR] = { "rdmsr", "RDMSR",
		{ SVM({ SVM_EXIT_MSR, 1 }), VMX({ EXIT_REASON_MSR_READ, 1 }) },
		ARG("INDEX", MSR_WORK, 0, UINT32_MAX) },
	/* 0: what --hlt-us says */
	[GUEST_HLT] = { "hlt", "arm the x2APIC timer (WRMSR), HLT, end of interrupt (WRMSR)",
		{ SVM({ SVM_EXIT_HLT, 1 }), VMX({ EXIT_REASON_HLT, 1 }) },
		ARG("US", 0, 1, HLT_MAX_US) },
	[GUEST_IRQWIN] = { "irqwin", "self-IPI with interrupts off, STI, end of interrupt",
		{ SVM({ SVM_EXIT_VINTR, 1 }, { SVM_EXIT_MSR, 1 }),
		  VMX({ EXIT_REASON_INTERRUPT_WINDOW, 1 }, { EXIT_REASON_MSR_WRITE, 1 }) } },
	[GUEST_HYPERCALL] = { "hypercall", "VMMCALL or VMCALL with a number that KVM does not know",
		{ SVM({ SVM_EXIT_VMMCALL, 1 }), VMX({ EXIT_REASON_VMCALL, 1 }) },
		ARG("NUMBER", HYPERCALL_UNKNOWN, HYPERCALL_MIN, UINT32_MAX) },
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
		.no_exits = true, ARG("PAUSES", 1, 1, UINT32_MAX) },
	[GUEST_SPIN] = { "spin", "a loop of two instructions, LOOPS times: no exit",
		.no_exits = true, ARG("LOOPS", 0, 0, UINT32_MAX) },
	[GUEST_USPIN] = { "uspin", "OUT that keeps this program computing for US microseconds",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) },
		ARG("US", 100, 1, HLT_MAX_US) },
	[GUEST_USLEEP] = { "usleep", "OUT that makes this program sleep for US microseconds",
		{ SVM({ SVM_EXIT_IOIO, 1 }), VMX({ EXIT_REASON_IO_INSTRUCTION, 1 }) },
		ARG("US", 1000, 1, UINT32_MAX) },
	/* What the nested guest does comes on top, report.c adds it */
	[GUEST_NESTED] = { "nested", "run a guest that makes EXITS exits that KVM handles, then calls",
		{ SVM({ SVM_EXIT_VMRUN, 1 }), VMX({ EXIT_REASON_VMRESUME, 1 }) },
		ARG("EXITS", 1, 0, 0xffffff) },
	[GUEST_TIMER] = { "timer", "set the TSC's deadline (WRMSR), HLT, end of interrupt (WRMSR)",
		{ SVM({ SVM_EXIT_HLT, 1 }), VMX({ EXIT_REASON_HLT, 1 }) },
		ARG("US", 1000, 1, TIMER_MAX_US) },
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

static bool is_on(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return false;
	c = fgetc(f);
	fclose(f);
	return c == 'Y' || c == '1';
}

bool host_has_apicv(enum vendor vendor)
{
	return is_on(vendor == VENDOR_SVM ? "/sys/module/kvm_amd/parameters/avic" :
					    "/sys/module/kvm_intel/parameters/enable_apicv");
}

bool host_has_vgif(void)
{
	return is_on("/sys/module/kvm_amd/parameters/vgif");
}

bool host_has_shadow_vmcs(void)
{
	return is_on("/sys/module/kvm_intel/parameters/enable_shadow_vmcs");
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
	case GUEST_NESTED:
		return is_on(vendor == VENDOR_SVM ? "/sys/module/kvm_amd/parameters/nested" :
						    "/sys/module/kvm_intel/parameters/nested") ?
			NULL : "KVM's vendor module is loaded without nested=1";
	case GUEST_XSETBV:
		return cpuid_bit(1, 2, 26) ? NULL : "this CPU has no XSAVE";
	case GUEST_RDTSCP:
		return cpuid_bit(0x80000001, 3, 27) ? NULL : "this CPU has no RDTSCP";
	default:
		return NULL;
	}
}

const char *kind_arg_refused(uint32_t kind, uint32_t arg)
{
	if (kind != GUEST_PIO && kind != GUEST_PIOIN)
		return NULL;
	if (arg > PORT_WORK && arg < 0x100)
		return "this program has other uses for ports up to 0xff";
	/* The PIC's edge and level registers */
	if (arg > 0x4d0 - 4 && arg < 0x4d2)
		return "KVM answers ports 0x4d0 and 0x4d1 itself";
	return NULL;
}
