/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what accounts hold. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_NAMES_H
#define _KVMLAT_NAMES_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvmlat_reason_name - the kernel's own name of a reason; of classes without a code their name
 * @buf: written to only for a code that the kernel's table lacks, which is shown as hex
 *
 * Exits of all classes have the names of the kvm_exit event; reasons of the class user those of
 * the kvm_userspace_exit event without KVM_EXIT_, or "interrupted" or "error".
 */
KVMLAT_API const char *kvmlat_reason_name(uint32_t vendor, uint32_t cls, uint32_t code,
					  char *buf, size_t size);

/** kvmlat_row_name - a name that no other row of an account has: "cpuid", "nested:cpuid", "wake" */
KVMLAT_API void kvmlat_row_name(uint32_t vendor, uint32_t cls, uint32_t code, char *buf,
				size_t size);

/* The name of a constant of linux/kvmlat.h; "unknown" for one of a newer module */
KVMLAT_API const char *kvmlat_class_name(uint32_t cls);
KVMLAT_API const char *kvmlat_detail_kind_name(uint32_t kind);
KVMLAT_API const char *kvmlat_vendor_name(uint32_t vendor);
KVMLAT_API const char *kvmlat_clock_name(uint32_t clock);
KVMLAT_API const char *kvmlat_state_name(uint32_t state);

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_NAMES_H */
