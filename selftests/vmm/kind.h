/* SPDX-License-Identifier: GPL-2.0-only */
/* What one iteration of each kind costs in exits, per vendor. */
#ifndef VMM_KIND_H
#define VMM_KIND_H

#include <stdbool.h>
#include <stdint.h>

enum vendor { VENDOR_SVM, VENDOR_VMX, NR_VENDORS };

#define MAX_COSTS 3

struct cost {
	uint32_t code;
	uint32_t count;
};

struct kind {
	const char *name;
	const char *help;
	/*
	 * Ends at the first count of 0; a kind that costs nothing anywhere has no_exits set. What
	 * an interrupt costs (its end is a WRMSR) comes on top for each that the guest has taken,
	 * and so does the WRMSR that arms the timer of a hlt, for each that it has armed.
	 */
	struct cost costs[NR_VENDORS][MAX_COSTS];
	/* What stands behind the colon of KIND=N:ARG; no name: nothing may */
	const char *arg;
	uint32_t arg_default;
	uint32_t arg_min;
	uint32_t arg_max;
	bool no_exits;
	bool faults;	/* may end in a fault that the guest skips over */
};

extern const struct kind kinds[];

enum vendor host_vendor(void);
const char *vendor_name(enum vendor vendor);
const char *reason_name(enum vendor vendor, uint32_t code);
/* APIC virtualisation changes which APIC accesses exit */
bool host_has_apicv(enum vendor vendor);
/* Then STGI of a nested hypervisor does not exit */
bool host_has_vgif(void);
/* Then VMREAD and VMWRITE of the fields that a nested hypervisor uses most do not exit */
bool host_has_shadow_vmcs(void);
bool cpu_is_tcg(void);
/* NULL, or why this host cannot run the kind with known exits */
const char *kind_refused(uint32_t kind, enum vendor vendor);
/* NULL, or why an argument inside the kind's range is refused even so */
const char *kind_arg_refused(uint32_t kind, uint32_t arg);
int kind_by_name(const char *name, size_t len);

#endif
