// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <asm/kvm.h>
#include <asm/svm.h>
#include <asm/vmx.h>

#include "internal.h"

struct name {
	uint32_t	code;
	const char	*name;
};

static const struct name vmx_names[] = { VMX_EXIT_REASONS };
static const struct name svm_names[] = { SVM_EXIT_REASONS };

static const char * const class_names[] = {
	[KVMLAT_REASON_CLASS_EXIT]	= "exit",
	[KVMLAT_REASON_CLASS_UNKNOWN]	= "unknown",
	[KVMLAT_REASON_CLASS_OTHER]	= "other",
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
};

#define PICK(names, i)	((i) < ARRAY_SIZE(names) ? (names)[i] : "unknown")

const char *kvmlat_class_name(uint32_t cls)
{
	return PICK(class_names, cls);
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

const char *kvmlat_reason_name(uint32_t vendor, uint32_t cls, uint32_t code, char *buf,
			       size_t size)
{
	const struct name *names = NULL;
	size_t i, n = 0;

	if (cls != KVMLAT_REASON_CLASS_EXIT)
		return kvmlat_class_name(cls);
	if (vendor == KVMLAT_VENDOR_INTEL) {
		names = vmx_names;
		n = ARRAY_SIZE(vmx_names);
	} else if (vendor == KVMLAT_VENDOR_AMD) {
		names = svm_names;
		n = ARRAY_SIZE(svm_names);
	}
	for (i = 0; i < n; i++)
		if (names[i].code == code)
			return names[i].name;
	snprintf(buf, size, "0x%x", code);
	return buf;
}
