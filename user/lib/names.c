// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "internal.h"

static const char * const class_names[] = {
	[KVMLAT_REASON_CLASS_EXIT]	= "exit",
	[KVMLAT_REASON_CLASS_UNKNOWN]	= "unknown",
	[KVMLAT_REASON_CLASS_OTHER]	= "other",
	[KVMLAT_REASON_CLASS_NESTED]	= "nested",
	[KVMLAT_REASON_CLASS_REFLECTED]	= "reflected",
	[KVMLAT_REASON_CLASS_USER]	= "user",
	[KVMLAT_REASON_CLASS_HALT]	= "halt",
	[KVMLAT_REASON_CLASS_POLL_HIT]	= "poll-hit",
	[KVMLAT_REASON_CLASS_POLL_MISS]	= "poll-miss",
	[KVMLAT_REASON_CLASS_SLEEP]	= "sleep",
	[KVMLAT_REASON_CLASS_WAKE]	= "wake",
	[KVMLAT_REASON_CLASS_RUNQ]	= "runq",
	[KVMLAT_REASON_CLASS_PREEMPT]	= "preempt",
	[KVMLAT_REASON_CLASS_TIMER]	= "timer",
};

/* By number, since an older linux/kvm.h lacks the later ones. */
static const char * const user_names[] = {
	[0] = "UNKNOWN",
	[1] = "EXCEPTION",
	[2] = "IO",
	[3] = "HYPERCALL",
	[4] = "DEBUG",
	[5] = "HLT",
	[6] = "MMIO",
	[7] = "IRQ_WINDOW_OPEN",
	[8] = "SHUTDOWN",
	[9] = "FAIL_ENTRY",
	[10] = "INTR",
	[11] = "SET_TPR",
	[12] = "TPR_ACCESS",
	[13] = "S390_SIEIC",
	[14] = "S390_RESET",
	[15] = "DCR",
	[16] = "NMI",
	[17] = "INTERNAL_ERROR",
	[18] = "OSI",
	[19] = "PAPR_HCALL",
	[20] = "S390_UCONTROL",
	[21] = "WATCHDOG",
	[22] = "S390_TSCH",
	[23] = "EPR",
	[24] = "SYSTEM_EVENT",
	[25] = "S390_STSI",
	[26] = "IOAPIC_EOI",
	[27] = "HYPERV",
	[28] = "ARM_NISV",
	[29] = "X86_RDMSR",
	[30] = "X86_WRMSR",
	[31] = "DIRTY_RING_FULL",
	[32] = "AP_RESET_HOLD",
	[33] = "X86_BUS_LOCK",
	[34] = "XEN",
	[35] = "RISCV_SBI",
	[36] = "RISCV_CSR",
	[37] = "NOTIFY",
	[38] = "LOONGARCH_IOCSR",
	[39] = "MEMORY_FAULT",
	[40] = "TDX",
	[41] = "ARM_SEA",
	[42] = "ARM_LDST64B",
	[43] = "SNP_REQ_CERTS",
};

static const char * const detail_kind_names[] = {
	[KVMLAT_DETAIL_KIND_PIO_IN]	= "pio-in",
	[KVMLAT_DETAIL_KIND_PIO_OUT]	= "pio-out",
	[KVMLAT_DETAIL_KIND_MMIO_READ]	= "mmio-read",
	[KVMLAT_DETAIL_KIND_MMIO_WRITE]	= "mmio-write",
	[KVMLAT_DETAIL_KIND_MSR_READ]	= "msr-read",
	[KVMLAT_DETAIL_KIND_MSR_WRITE]	= "msr-write",
	[KVMLAT_DETAIL_KIND_HYPERCALL]	= "hypercall",
	[KVMLAT_DETAIL_KIND_CPUID]	= "cpuid",
	[KVMLAT_DETAIL_KIND_HV_CALL]	= "hv-call",
	[KVMLAT_DETAIL_KIND_XEN_CALL]	= "xen-call",
};

static const char * const vendor_names[] = {
	[KVMLAT_VENDOR_NONE]	= "none",
	[KVMLAT_VENDOR_INTEL]	= "intel",
	[KVMLAT_VENDOR_AMD]	= "amd",
};

static const char * const clock_names[] = {
	[KVMLAT_CLOCK_TSC]	= "tsc",
	[KVMLAT_CLOCK_MONO]	= "mono",
};

static const char * const state_names[] = {
	[KVMLAT_STATE_GUEST]	= "guest",
	[KVMLAT_STATE_EXIT]	= "exit",
	[KVMLAT_STATE_USER]	= "user",
	[KVMLAT_STATE_POLL]	= "poll",
	[KVMLAT_STATE_WAIT]	= "wait",
	[KVMLAT_STATE_RUNQ]	= "runq",
	[KVMLAT_STATE_OFF]	= "off",
};

#define PICK(names, i)	((i) < ARRAY_SIZE(names) ? (names)[i] : "unknown")

const char *kvmlat_class_name(uint32_t cls)
{
	return PICK(class_names, cls);
}

const char *kvmlat_detail_kind_name(uint32_t kind)
{
	return PICK(detail_kind_names, kind);
}

const char *kvmlat_vendor_name(uint32_t vendor)
{
	return PICK(vendor_names, vendor);
}

const char *kvmlat_clock_name(uint32_t clock)
{
	return PICK(clock_names, clock);
}

const char *kvmlat_state_name(uint32_t state)
{
	return PICK(state_names, state);
}

static const char *hex(uint32_t code, char *buf, size_t size)
{
	snprintf(buf, size, "0x%x", code);
	return buf;
}

static const char *user_name(uint32_t code, char *buf, size_t size)
{
	if (code == KVMLAT_USER_INTERRUPTED)
		return "interrupted";
	if (code == KVMLAT_USER_ERROR)
		return "error";
	return code < ARRAY_SIZE(user_names) ? user_names[code] : hex(code, buf, size);
}

const char *kvmlat_reason_name(uint32_t vendor, uint32_t cls, uint32_t code, char *buf,
			       size_t size)
{
	const char *name;

	if (!kvmlat_reason_has_code(cls))
		return kvmlat_class_name(cls);
	if (cls == KVMLAT_REASON_CLASS_USER)
		return user_name(code, buf, size);
	name = kvmlat_exit_name(vendor, code);
	return name ? name : hex(code, buf, size);
}

void kvmlat_row_name(uint32_t vendor, uint32_t cls, uint32_t code, char *buf, size_t size)
{
	char text[16];
	const char *name = kvmlat_reason_name(vendor, cls, code, text, sizeof(text));

	if (cls == KVMLAT_REASON_CLASS_EXIT || !kvmlat_reason_has_code(cls))
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s:%s", kvmlat_class_name(cls), name);
}
