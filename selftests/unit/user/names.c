// SPDX-License-Identifier: GPL-2.0-only
#include <asm/kvm.h>
#include <asm/svm.h>
#include <asm/vmx.h>
#include <linux/kvm.h>

#include "lib/internal.h"
#include "tap.h"

static void names_are_the_kernels(void)
{
	char hex[16];
	const uint32_t cls = KVMLAT_REASON_CLASS_EXIT;

	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, cls, 0x72, hex, sizeof(hex)), "cpuid");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, cls, 0x7b, hex, sizeof(hex)), "io");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, cls, 0x78, hex, sizeof(hex)), "hlt");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, cls, 0x400, hex, sizeof(hex)), "npf");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, cls, ~0U, hex, sizeof(hex)),
		   "invalid_guest_state");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_INTEL, cls, 12, hex, sizeof(hex)), "HLT");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_INTEL, cls, 10, hex, sizeof(hex)), "CPUID");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_INTEL, cls, 0xbeef, hex, sizeof(hex)),
		   "0xbeef");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_NONE, cls, 12, hex, sizeof(hex)), "0xc");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, KVMLAT_REASON_CLASS_OTHER, 0, hex,
				      sizeof(hex)), "other");
	EXPECT_STR(kvmlat_reason_name(KVMLAT_VENDOR_AMD, KVMLAT_REASON_CLASS_UNKNOWN, 0, hex,
				      sizeof(hex)), "unknown");
}

/* The kernel's own table, as far as the headers at hand have it. */
static void names_of_the_headers_at_hand_are_the_same(void)
{
	static const struct {
		uint32_t	code;
		const char	*name;
	} vmx[] = { VMX_EXIT_REASONS }, svm[] = { SVM_EXIT_REASONS };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vmx); i++)
		EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, vmx[i].code), vmx[i].name);
	for (i = 0; i < ARRAY_SIZE(svm); i++)
		EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_AMD, svm[i].code), svm[i].name);
}

static void names_that_no_old_header_has(void)
{
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_AMD, 0xa5), "buslock");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_AMD, 0xa6), "idle-halt");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_AMD, 0x4d), "GP excp");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, 6), "OTHER_SMI");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, 76), "SEAMCALL");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, 77), "TDCALL");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, 84), "MSR_READ_IMM");
	EXPECT_STR(kvmlat_exit_name(KVMLAT_VENDOR_INTEL, 85), "MSR_WRITE_IMM");
	EXPECT(!kvmlat_exit_name(KVMLAT_VENDOR_NONE, 10));
}

static const char *user_name(uint32_t code)
{
	static char buf[16];

	return kvmlat_reason_name(KVMLAT_VENDOR_AMD, KVMLAT_REASON_CLASS_USER, code, buf,
				  sizeof(buf));
}

/* By linux/kvm.h of 6.1, the oldest that this is built with; the later ones by number. */
static void visits_to_the_vmm_have_the_names_of_kvm_h(void)
{
#define EXIT(name) { KVM_EXIT_ ## name, #name }
	static const struct {
		uint32_t	code;
		const char	*name;
	} exits[] = {
		EXIT(UNKNOWN), EXIT(EXCEPTION), EXIT(IO), EXIT(HYPERCALL), EXIT(DEBUG),
		EXIT(HLT), EXIT(MMIO), EXIT(IRQ_WINDOW_OPEN), EXIT(SHUTDOWN), EXIT(FAIL_ENTRY),
		EXIT(INTR), EXIT(SET_TPR), EXIT(TPR_ACCESS), EXIT(S390_SIEIC), EXIT(S390_RESET),
		EXIT(DCR), EXIT(NMI), EXIT(INTERNAL_ERROR), EXIT(OSI), EXIT(PAPR_HCALL),
		EXIT(S390_UCONTROL), EXIT(WATCHDOG), EXIT(S390_TSCH), EXIT(EPR),
		EXIT(SYSTEM_EVENT), EXIT(S390_STSI), EXIT(IOAPIC_EOI), EXIT(HYPERV),
		EXIT(ARM_NISV), EXIT(X86_RDMSR), EXIT(X86_WRMSR), EXIT(DIRTY_RING_FULL),
		EXIT(AP_RESET_HOLD), EXIT(X86_BUS_LOCK), EXIT(XEN), EXIT(RISCV_SBI),
		EXIT(RISCV_CSR), EXIT(NOTIFY),
		{ 38, "LOONGARCH_IOCSR" }, { 39, "MEMORY_FAULT" }, { 40, "TDX" }, { 41, "ARM_SEA" },
		{ 42, "ARM_LDST64B" }, { 43, "SNP_REQ_CERTS" },
	};
#undef EXIT
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exits); i++)
		EXPECT_STR(user_name(exits[i].code), exits[i].name);
	EXPECT_STR(user_name(ARRAY_SIZE(exits)), "0x2c");
	EXPECT_STR(user_name(4711), "0x1267");
	EXPECT_STR(user_name(KVMLAT_USER_INTERRUPTED), "interrupted");
	EXPECT_STR(user_name(KVMLAT_USER_ERROR), "error");
}

static const char *row_name(uint32_t cls, uint32_t code)
{
	static char buf[64];

	kvmlat_row_name(KVMLAT_VENDOR_AMD, cls, code, buf, sizeof(buf));
	return buf;
}

static void names_of_rows_are_unique(void)
{
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_EXIT, 0x72), "cpuid");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_NESTED, 0x72), "nested:cpuid");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_REFLECTED, 0xabc), "reflected:0xabc");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_USER, 2), "user:IO");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_POLL_MISS, 0), "poll-miss");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_WAKE, 0), "wake");
	EXPECT_STR(row_name(KVMLAT_REASON_CLASS_TIMER, 0), "timer");
	EXPECT_STR(row_name(99, 1), "unknown");
}

static void exits_are_told_from_spans(void)
{
	uint32_t cls, exits = 0, codes = 0;

	for (cls = 0; cls <= KVMLAT_REASON_CLASS_MAX; cls++) {
		exits |= (uint32_t)kvmlat_reason_is_exit(cls) << cls;
		codes |= (uint32_t)kvmlat_reason_has_code(cls) << cls;
		EXPECT(cls == KVMLAT_REASON_CLASS_UNKNOWN ||
		       strcmp(kvmlat_class_name(cls), "unknown"));
	}
	EXPECT_EQ(exits, 1U << KVMLAT_REASON_CLASS_EXIT | 1U << KVMLAT_REASON_CLASS_UNKNOWN |
		  1U << KVMLAT_REASON_CLASS_OTHER | 1U << KVMLAT_REASON_CLASS_NESTED |
		  1U << KVMLAT_REASON_CLASS_REFLECTED);
	EXPECT_EQ(codes, 1U << KVMLAT_REASON_CLASS_EXIT | 1U << KVMLAT_REASON_CLASS_NESTED |
		  1U << KVMLAT_REASON_CLASS_REFLECTED | 1U << KVMLAT_REASON_CLASS_USER);
	EXPECT(!kvmlat_reason_is_exit(KVMLAT_REASON_CLASS_MAX + 1));
}

static const struct tap_case cases[] = {
	{ "names of the headers at hand are the same", names_of_the_headers_at_hand_are_the_same },
	{ "names that no old header has", names_that_no_old_header_has },
	{ "names are the kernel's", names_are_the_kernels },
	{ "visits to the VMM have the names of linux/kvm.h",
	  visits_to_the_vmm_have_the_names_of_kvm_h },
	{ "names of rows are unique", names_of_rows_are_unique },
	{ "exits are told from spans", exits_are_told_from_spans },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
