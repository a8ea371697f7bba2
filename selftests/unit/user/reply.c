// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"
#include "tap.h"

static void info_is_read(void)
{
	struct kvmlat *k = start();
	struct kvmlat_info i;

	info();
	EXPECT(!kvmlat_get_info(k, &i, NULL));
	EXPECT_STR(i.version, "9.9");
	EXPECT_EQ(i.now, 5000);
	EXPECT_EQ(i.vendor, KVMLAT_VENDOR_AMD);
	EXPECT_EQ(i.abi, INFO_WORD(KVMLAT_A_INFO_ABI));
	EXPECT_EQ(i.clock, INFO_WORD(KVMLAT_A_INFO_CLOCK));
	EXPECT_EQ(i.clock_khz, INFO_WORD(KVMLAT_A_INFO_CLOCK_KHZ));
	EXPECT_EQ(i.monotonic, INFO_LONG(KVMLAT_A_INFO_MONOTONIC));
	EXPECT_EQ(i.vms, INFO_WORD(KVMLAT_A_INFO_VMS));
	EXPECT_EQ(i.vms_gone, INFO_WORD(KVMLAT_A_INFO_VMS_GONE));
	EXPECT_EQ(i.vms_gone_max, INFO_WORD(KVMLAT_A_INFO_VMS_GONE_MAX));
	EXPECT_EQ(i.vms_gone_memory, INFO_LONG(KVMLAT_A_INFO_VMS_GONE_MEMORY));
	EXPECT_EQ(i.vms_gone_memory_max, INFO_LONG(KVMLAT_A_INFO_VMS_GONE_MEMORY_MAX));
	EXPECT_EQ(i.vcpus, INFO_WORD(KVMLAT_A_INFO_VCPUS));
	EXPECT_EQ(i.vcpus_max, INFO_WORD(KVMLAT_A_INFO_VCPUS_MAX));
	EXPECT_EQ(i.user_vcpus_max, INFO_WORD(KVMLAT_A_INFO_USER_VCPUS_MAX));
	EXPECT_EQ(i.memory, INFO_LONG(KVMLAT_A_INFO_MEMORY));
	EXPECT_EQ(i.vcpu_memory_max, INFO_WORD(KVMLAT_A_INFO_VCPU_MEMORY_MAX));
	EXPECT_EQ(i.missed, INFO_LONG(KVMLAT_A_INFO_MISSED));
	EXPECT_EQ(i.spilled, INFO_LONG(KVMLAT_A_INFO_SPILLED));
	EXPECT_EQ(i.refused, INFO_LONG(KVMLAT_A_INFO_REFUSED));
	EXPECT_EQ(i.nr_probes, 3);
	EXPECT_STR(i.probes[0].name, "kvm_entry");
	EXPECT(!i.probes[0].attached && i.probes[1].attached);
	EXPECT_STR(i.probes[2].why, "because");
	kvmlat_info_free(&i);
	kvmlat_close(k);
}

static void refusals_carry_the_kernels_sentence(void)
{
	struct kvmlat_filter f = { .vm_id = 3, .pid = 5 };
	struct kvmlat_error err = { 0 };
	int variant;

	for (variant = 0; variant < 3; variant++) {
		struct kvmlat *k = start();

		refuse(ENOENT, "there is no such VM", 28, variant == 0, variant == 2);
		EXPECT(kvmlat_reset(k, &f, &err));
		EXPECT_EQ(err.status, KVMLAT_E_NOT_FOUND);
		EXPECT_EQ(err.error, ENOENT);
		EXPECT_EQ(err.attr, KVMLAT_A_PID);
		EXPECT_STR(err.text, "there is no such VM (attribute pid)");
		kvmlat_close(k);
	}
}

static void statuses_tell_apart(void)
{
	static const struct { int error; enum kvmlat_status status; } want[] = {
		{ EPERM, KVMLAT_E_PERMISSION }, { EPROTO, KVMLAT_E_ABI },
		{ ENOENT, KVMLAT_E_NOT_FOUND }, { EINVAL, KVMLAT_E_REFUSED },
	};
	struct kvmlat_error err;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		struct kvmlat *k = start();

		refuse(want[i].error, "so it is", 0, true, false);
		EXPECT(kvmlat_reset(k, NULL, &err));
		EXPECT_EQ(err.status, want[i].status);
		EXPECT(err.text[0]);
		kvmlat_close(k);
	}
}

static void unloaded_meanwhile_is_no_module(void)
{
	struct kvmlat *k = start();
	struct kvmlat_error err = { 0 };
	struct kvmlat_info i;

	refuse(ENOENT, NULL, 0, true, false);
	EXPECT(kvmlat_get_info(k, &i, &err));
	EXPECT_EQ(err.status, KVMLAT_E_NO_MODULE);
	err = (struct kvmlat_error){ 0 };
	/* Whatever is asked for: no request of ours is refused without a sentence by the module. */
	refuse(ENOENT, NULL, 0, true, false);
	EXPECT(kvmlat_reset(k, NULL, &err));
	EXPECT_EQ(err.status, KVMLAT_E_NO_MODULE);
	EXPECT_EQ(err.error, ENOENT);
	EXPECT_STR(err.text, "the kernel module is not loaded; \"modprobe kvmlat\" loads it");
	kvmlat_close(k);
}

static void requests_carry_the_filters(void)
{
	struct kvmlat_filter f = { .vm_id = 4, .has_vcpu_id = true, .vcpu_id = 0,
				   .has_code = true, .code = 0x72, .histograms = true,
				   .details = true };
	const struct nlmsghdr *nlh = (const void *)script.request;
	struct kvmlat *k = start();
	struct kvmlat_snapshot *s;
	const struct nlattr *attr;
	uint32_t seen = 0, value[KVMLAT_A_MAX + 1] = { 0 };

	info();
	errno_part(EIO);
	EXPECT(kvmlat_get_snapshot(k, &f, &s, NULL));
	EXPECT_EQ(nlh->nlmsg_type, FAMILY);
	EXPECT((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		seen |= 1U << mnl_attr_get_type(attr);
		if (mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
			value[mnl_attr_get_type(attr)] = mnl_attr_get_u32(attr);
	}
	EXPECT_EQ(seen, 1U << KVMLAT_A_VM_ID | 1U << KVMLAT_A_VCPU_ID | 1U << KVMLAT_A_CODE |
		  1U << KVMLAT_A_HISTOGRAMS | 1U << KVMLAT_A_DETAILS);
	EXPECT_EQ(value[KVMLAT_A_VM_ID], 4);
	EXPECT_EQ(value[KVMLAT_A_VCPU_ID], 0);
	EXPECT_EQ(value[KVMLAT_A_CODE], 0x72);
	kvmlat_close(k);
}

static void a_request_without_filters_is_bare(void)
{
	const struct nlmsghdr *nlh = (const void *)script.request;
	struct kvmlat_filter f = { .pid = 77, .vcpu_id = 3, .code = 5 };
	struct kvmlat *k = start();
	const struct nlattr *attr;

	/* Without has_vcpu_id and has_code their values are nothing. */
	refuse(EINVAL, NULL, 0, true, false);
	EXPECT(kvmlat_reset(k, &f, NULL));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		EXPECT_EQ(mnl_attr_get_type(attr), KVMLAT_A_PID);
		EXPECT_EQ(mnl_attr_get_u32(attr), 77);
	}
	kvmlat_close(k);
}

static const struct tap_case cases[] = {
	{ "info is read", info_is_read },
	{ "refusals carry the kernel's sentence", refusals_carry_the_kernels_sentence },
	{ "statuses tell apart", statuses_tell_apart },
	{ "unloaded meanwhile is no module", unloaded_meanwhile_is_no_module },
	{ "requests carry the filters", requests_carry_the_filters },
	{ "a request without filters is bare", a_request_without_filters_is_bare },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
