// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "detail_names.h"
#include "lib/kvmlat.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct name {
	uint64_t	first;
	uint64_t	last;
	const char	*name;
};

/* No key takes more than 21 columns with its name, so that a table has a line of 80. */

/* As /proc/ioports calls them on a PC, and what QEMU has beside: docs/specs of it. */
static const struct name ports[] = {
	{ 0x00, 0x0f, "dma1" }, { 0x20, 0x21, "pic1" }, { 0x40, 0x43, "pit" },
	{ 0x60, 0x60, "keyboard" }, { 0x61, 0x61, "speaker" }, { 0x64, 0x64, "keyboard" },
	{ 0x70, 0x71, "rtc" }, { 0x80, 0x80, "post" }, { 0x81, 0x8f, "dma-page" },
	{ 0x92, 0x92, "a20" }, { 0xa0, 0xa1, "pic2" }, { 0xb2, 0xb3, "smi" },
	{ 0xc0, 0xdf, "dma2" }, { 0x170, 0x177, "ide2" }, { 0x1f0, 0x1f7, "ide1" },
	{ 0x278, 0x27a, "parallel2" }, { 0x2e8, 0x2ef, "serial4" }, { 0x2f8, 0x2ff, "serial2" },
	{ 0x376, 0x376, "ide2" }, { 0x378, 0x37a, "parallel" }, { 0x3b0, 0x3df, "vga" },
	{ 0x3e8, 0x3ef, "serial3" }, { 0x3f0, 0x3f5, "floppy" }, { 0x3f6, 0x3f6, "ide1" },
	{ 0x3f7, 0x3f7, "floppy" }, { 0x3f8, 0x3ff, "serial" }, { 0x402, 0x402, "debugcon" },
	{ 0x4d0, 0x4d1, "pic-edge" }, { 0x510, 0x51b, "fw-cfg" }, { 0xcf8, 0xcfb, "pci-addr" },
	{ 0xcfc, 0xcff, "pci-data" }, { 0x5658, 0x5659, "vmport" },
};

/* Of a PC's chipset: the I/O APICs, HPET, TPM and local APIC of Intel's and AMD's manuals. */
static const struct name pages[] = {
	{ 0xa0000, 0xbffff, "vga" }, { 0xfec00000, 0xfec00fff, "ioapic" },
	{ 0xfed00000, 0xfed00fff, "hpet" }, { 0xfed40000, 0xfed44fff, "tpm" },
	{ 0xfee00000, 0xfee00fff, "lapic" },
};

/* asm/msr-index.h, asm/apicdef.h for x2APIC, asm/kvm_para.h, and of Hyper-V. */
static const struct name msrs[] = {
	{ 0x10, 0x10, "TSC" }, { 0x1b, 0x1b, "APICBASE" }, { 0x34, 0x34, "SMI_COUNT" },
	{ 0x3a, 0x3a, "FEAT_CTL" }, { 0x3b, 0x3b, "TSC_ADJUST" }, { 0x48, 0x48, "SPEC_CTRL" },
	{ 0x49, 0x49, "PRED_CMD" }, { 0x79, 0x79, "UCODE_WRITE" }, { 0x8b, 0x8b, "UCODE_REV" },
	{ 0xc1, 0xc8, "PERFCTR" }, { 0xce, 0xce, "PLATFORM_INFO" }, { 0xe7, 0xe7, "MPERF" },
	{ 0xe8, 0xe8, "APERF" }, { 0xfe, 0xfe, "MTRRcap" }, { 0x10a, 0x10a, "ARCH_CAPS" },
	{ 0x10b, 0x10b, "FLUSH_CMD" }, { 0x174, 0x174, "SYSENTER_CS" },
	{ 0x175, 0x175, "SYSENTER_ESP" }, { 0x176, 0x176, "SYSENTER_EIP" },
	{ 0x17a, 0x17a, "MCG_STATUS" }, { 0x186, 0x18d, "EVENTSEL" },
	{ 0x198, 0x198, "PERF_STATUS" }, { 0x199, 0x199, "PERF_CTL" },
	{ 0x19c, 0x19c, "THERM_STATUS" }, { 0x1a0, 0x1a0, "MISC_ENABLE" },
	{ 0x1c4, 0x1c4, "XFD" }, { 0x1d9, 0x1d9, "DEBUGCTL" }, { 0x277, 0x277, "PAT" },
	{ 0x2ff, 0x2ff, "MTRRdefType" }, { 0x309, 0x30c, "FIXED_CTR" },
	{ 0x38d, 0x38d, "FIXED_CTRL" }, { 0x38e, 0x38e, "PERF_GSTATUS" },
	{ 0x38f, 0x38f, "PERF_GCTRL" }, { 0x390, 0x390, "PERF_GOVF" },
	{ 0x611, 0x611, "PKG_ENERGY" }, { 0x6e0, 0x6e0, "TSC_DEADLINE" },
	{ 0x802, 0x802, "APIC_ID" }, { 0x808, 0x808, "APIC_TPR" }, { 0x80b, 0x80b, "APIC_EOI" },
	{ 0x80d, 0x80d, "APIC_LDR" }, { 0x80f, 0x80f, "APIC_SPIV" },
	{ 0x828, 0x828, "APIC_ESR" }, { 0x830, 0x830, "APIC_ICR" },
	{ 0x832, 0x832, "APIC_LVTT" }, { 0x834, 0x834, "APIC_LVTPC" },
	{ 0x835, 0x835, "APIC_LVT0" }, { 0x836, 0x836, "APIC_LVT1" },
	{ 0x837, 0x837, "APIC_LVTERR" }, { 0x838, 0x838, "APIC_TMICT" },
	{ 0x839, 0x839, "APIC_TMCCT" }, { 0x83e, 0x83e, "APIC_TDCR" },
	{ 0x83f, 0x83f, "APIC_SELF_IPI" },
	{ 0x40000000, 0x40000000, "HV_OS_ID" }, { 0x40000001, 0x40000001, "HV_HCALL" },
	{ 0x40000002, 0x40000002, "HV_INDEX" }, { 0x40000020, 0x40000020, "HV_REFCNT" },
	{ 0x40000021, 0x40000021, "HV_REFTSC" }, { 0x40000070, 0x40000070, "HV_EOI" },
	{ 0x40000071, 0x40000071, "HV_ICR" }, { 0x40000072, 0x40000072, "HV_TPR" },
	{ 0x40000073, 0x40000073, "HV_ASSIST" }, { 0x40000080, 0x4000009f, "HV_SYNIC" },
	{ 0x400000b0, 0x400000b7, "HV_STIMER" },
	{ 0x4b564d00, 0x4b564d00, "WALLCLOCK" }, { 0x4b564d01, 0x4b564d01, "KVM_TIME" },
	{ 0x4b564d02, 0x4b564d02, "APF_EN" }, { 0x4b564d03, 0x4b564d03, "STEAL" },
	{ 0x4b564d04, 0x4b564d04, "PV_EOI" }, { 0x4b564d05, 0x4b564d05, "POLL_CTL" },
	{ 0x4b564d06, 0x4b564d06, "APF_INT" }, { 0x4b564d07, 0x4b564d07, "APF_ACK" },
	{ 0xc0000080, 0xc0000080, "EFER" }, { 0xc0000081, 0xc0000081, "STAR" },
	{ 0xc0000082, 0xc0000082, "LSTAR" }, { 0xc0000083, 0xc0000083, "CSTAR" },
	{ 0xc0000084, 0xc0000084, "SFMASK" }, { 0xc0000100, 0xc0000100, "FS_BASE" },
	{ 0xc0000101, 0xc0000101, "GS_BASE" }, { 0xc0000102, 0xc0000102, "KERNEL_GS" },
	{ 0xc0000103, 0xc0000103, "TSC_AUX" }, { 0xc0000104, 0xc0000104, "TSC_RATIO" },
	{ 0xc0010000, 0xc0010003, "EVNTSEL" }, { 0xc0010004, 0xc0010007, "PERFCTR" },
	{ 0xc0010015, 0xc0010015, "HWCR" }, { 0xc0010117, 0xc0010117, "VM_HSAVE" },
	{ 0xc0010200, 0xc001020b, "F15H_PERF" }, { 0xc0011029, 0xc0011029, "DE_CFG" },
};

/* linux/kvm_para.h. */
static const struct name hypercalls[] = {
	{ 1, 1, "VAPIC_POLL_IRQ" }, { 5, 5, "KICK_CPU" }, { 9, 9, "CLOCK_PAIRING" },
	{ 10, 10, "SEND_IPI" }, { 11, 11, "SCHED_YIELD" }, { 12, 12, "MAP_GPA_RANGE" },
};

/* xen/interface/xen.h, without what only a guest without KVM's page tables makes. */
static const struct name xen_calls[] = {
	{ 6, 6, "sched_op_old" }, { 12, 12, "memory_op" }, { 13, 13, "multicall" },
	{ 15, 15, "set_timer_op" }, { 16, 16, "evtchn_op_old" }, { 17, 17, "xen_version" },
	{ 18, 18, "console_io" }, { 19, 19, "physdev_op_old" }, { 20, 20, "grant_table_op" },
	{ 21, 21, "vm_assist" }, { 24, 24, "vcpu_op" }, { 27, 27, "xsm_op" },
	{ 28, 28, "nmi_op" }, { 29, 29, "sched_op" }, { 30, 30, "callback_op" },
	{ 31, 31, "xenoprof_op" }, { 32, 32, "event_channel_op" }, { 33, 33, "physdev_op" },
	{ 34, 34, "hvm_op" }, { 35, 35, "sysctl" }, { 36, 36, "domctl" }, { 37, 37, "kexec_op" },
	{ 40, 40, "xenpmu_op" }, { 41, 41, "dm_op" },
};

/* Of Hyper-V's Top Level Functional Specification. */
static const struct name hv_calls[] = {
	{ 0x02, 0x02, "FlushSpace" }, { 0x03, 0x03, "FlushList" }, { 0x08, 0x08, "LongSpinWait" },
	{ 0x0b, 0x0b, "SendIpi" }, { 0x13, 0x13, "FlushSpaceEx" }, { 0x14, 0x14, "FlushListEx" },
	{ 0x15, 0x15, "SendIpiEx" }, { 0x50, 0x50, "GetVpRegisters" },
	{ 0x51, 0x51, "SetVpRegisters" }, { 0x5c, 0x5c, "PostMessage" },
	{ 0x5d, 0x5d, "SignalEvent" }, { 0x69, 0x69, "PostDebugData" },
	{ 0x6a, 0x6a, "ReadDebugData" }, { 0x6b, 0x6b, "ResetDebug" },
	{ 0x7e, 0x7e, "Retarget" }, { 0xaf, 0xaf, "FlushGpaSpace" },
	{ 0xb0, 0xb0, "FlushGpaList" }, { 0x8001, 0x8001, "Capabilities" },
};

/* Of Intel's and AMD's manuals, and who emulates the machine: Hyper-V's begin there, too. */
static const struct name leaves[] = {
	{ 0x0, 0x0, "vendor" }, { 0x1, 0x1, "features" }, { 0x2, 0x2, "caches" },
	{ 0x3, 0x3, "serial-number" }, { 0x4, 0x4, "caches" }, { 0x5, 0x5, "mwait" },
	{ 0x6, 0x6, "power" }, { 0x7, 0x7, "features" }, { 0x9, 0x9, "dca" },
	{ 0xa, 0xa, "pmu" }, { 0xb, 0xb, "topology" }, { 0xd, 0xd, "xsave" },
	{ 0xf, 0xf, "rdt-monitor" }, { 0x10, 0x10, "rdt-alloc" }, { 0x12, 0x12, "sgx" },
	{ 0x14, 0x14, "pt" }, { 0x15, 0x15, "tsc-ratio" }, { 0x16, 0x16, "frequency" },
	{ 0x18, 0x18, "tlb" }, { 0x19, 0x19, "key-locker" }, { 0x1a, 0x1a, "hybrid" },
	{ 0x1d, 0x1e, "amx" }, { 0x1f, 0x1f, "topology" }, { 0x24, 0x24, "avx10" },
	{ 0x40000000, 0x400000ff, "hypervisor" },
	{ 0x80000000, 0x80000000, "extended" }, { 0x80000001, 0x80000001, "features" },
	{ 0x80000002, 0x80000004, "brand" }, { 0x80000005, 0x80000006, "caches" },
	{ 0x80000007, 0x80000007, "power" }, { 0x80000008, 0x80000008, "addresses" },
	{ 0x8000000a, 0x8000000a, "svm" }, { 0x80000019, 0x80000019, "tlb" },
	{ 0x8000001a, 0x8000001a, "fp-width" }, { 0x8000001b, 0x8000001b, "ibs" },
	{ 0x8000001d, 0x8000001d, "caches" }, { 0x8000001e, 0x8000001e, "topology" },
	{ 0x8000001f, 0x8000001f, "sev" }, { 0x80000021, 0x80000021, "features" },
	{ 0x80000022, 0x80000022, "pmu" }, { 0x80000026, 0x80000026, "topology" },
};

static const char *find(const struct name *names, size_t nr, uint64_t key)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (key >= names[i].first && key <= names[i].last)
			return names[i].name;
	return NULL;
}

const char *detail_name(uint32_t kind, uint64_t key)
{
	switch (kind) {
	case KVMLAT_DETAIL_KIND_PIO_IN:
	case KVMLAT_DETAIL_KIND_PIO_OUT:
		return find(ports, ARRAY_SIZE(ports), key);
	case KVMLAT_DETAIL_KIND_MMIO_READ:
	case KVMLAT_DETAIL_KIND_MMIO_WRITE:
		return find(pages, ARRAY_SIZE(pages), key);
	case KVMLAT_DETAIL_KIND_MSR_READ:
	case KVMLAT_DETAIL_KIND_MSR_WRITE:
		return find(msrs, ARRAY_SIZE(msrs), key);
	case KVMLAT_DETAIL_KIND_HYPERCALL:
		return find(hypercalls, ARRAY_SIZE(hypercalls), key);
	case KVMLAT_DETAIL_KIND_HV_CALL:
		return find(hv_calls, ARRAY_SIZE(hv_calls), key);
	case KVMLAT_DETAIL_KIND_XEN_CALL:
		return find(xen_calls, ARRAY_SIZE(xen_calls), key);
	case KVMLAT_DETAIL_KIND_CPUID:
		return find(leaves, ARRAY_SIZE(leaves), key);
	default:
		return NULL;
	}
}
