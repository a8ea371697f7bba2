// SPDX-License-Identifier: GPL-2.0-only
/* Of what a hypercall is the key: each ABI has its number elsewhere. */
#include "hypercall.h"
#include "tap.h"

#define GARBAGE	0xffff8881deadbeefULL

static void kvm_s_number_is_in_rax(void)
{
	u64 key = kvmlat_hypercall_key(false, false, true, 0xabcd000000000bULL, GARBAGE);

	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_HYPERCALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0xb);
	key = kvmlat_hypercall_key(false, false, false, 0xffffffffULL, 5);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0xffffffff);
}

static void hyper_v_s_code_is_in_rcx(void)
{
	/* Fast (bit 16), of 3 repetitions from the second on */
	u64 control = 0x000100030001005dULL, key;

	key = kvmlat_hypercall_key(false, true, true, GARBAGE, control);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_HV_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0x5d);
	/* Outside of long mode in EAX */
	key = kvmlat_hypercall_key(false, true, false, 0x0001000b, GARBAGE);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_HV_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0xb);
}

static void xen_s_number_is_in_rax(void)
{
	u64 key = kvmlat_hypercall_key(true, false, true, 0xabcd00000000001dULL, GARBAGE);

	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_XEN_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 29);
	/* A guest may make Hyper-V's, too, by a page that marks them; others are Xen's */
	key = kvmlat_hypercall_key(true, true, true, 0x80000000, 0x1005d);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_HV_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0x5d);
	key = kvmlat_hypercall_key(true, true, false, 0x8001000b, GARBAGE);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_HV_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 0xb);
	key = kvmlat_hypercall_key(true, true, true, 32, 0x1005d);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_XEN_CALL);
	EXPECT_EQ(KVMLAT_DETAIL_VALUE(key), 32);
	key = kvmlat_hypercall_key(true, false, true, 0x80000000, 0x5d);
	EXPECT_EQ(KVMLAT_DETAIL_KIND(key), KVMLAT_DETAIL_KIND_XEN_CALL);
}

static const struct tap_case cases[] = {
	{ "KVM's number is in RAX", kvm_s_number_is_in_rax },
	{ "Hyper-V's code is in RCX", hyper_v_s_code_is_in_rcx },
	{ "Xen's number is in RAX", xen_s_number_is_in_rax },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
