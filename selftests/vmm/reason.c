// SPDX-License-Identifier: GPL-2.0-only
/* Names of exit reasons, straight from the kernel's uapi tables. */
#include <stddef.h>

/* The table in asm/svm.h names vectors that only the kernel's own headers define */
#define DE_VECTOR 0
#define DB_VECTOR 1
#define BP_VECTOR 3
#define OF_VECTOR 4
#define BR_VECTOR 5
#define UD_VECTOR 6
#define NM_VECTOR 7
#define DF_VECTOR 8
#define TS_VECTOR 10
#define NP_VECTOR 11
#define SS_VECTOR 12
#define GP_VECTOR 13
#define PF_VECTOR 14
#define MF_VECTOR 16
#define AC_VECTOR 17
#define MC_VECTOR 18
#define XM_VECTOR 19

#include <asm/svm.h>
#include <asm/vmx.h>

#include "kind.h"

struct reason {
	uint32_t code;
	const char *name;
};

static const struct reason svm_reasons[] = { SVM_EXIT_REASONS };
static const struct reason vmx_reasons[] = { VMX_EXIT_REASONS };

const char *reason_name(enum vendor vendor, uint32_t code)
{
	const struct reason *table = vendor == VENDOR_SVM ? svm_reasons : vmx_reasons;
	size_t nr = vendor == VENDOR_SVM ? sizeof(svm_reasons) / sizeof(*table) :
					   sizeof(vmx_reasons) / sizeof(*table);

	for (size_t i = 0; i < nr; i++)
		if (table[i].code == code)
			return table[i].name;
	return "unknown";
}
