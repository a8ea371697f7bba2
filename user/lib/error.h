/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a call failed, and what all headers need. Part of kvmlat.h, which includes it. */
#ifndef _KVMLAT_ERROR_H
#define _KVMLAT_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/kvmlat.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KVMLAT_API	__attribute__((visibility("default")))

#define KVMLAT_NAME_SIZE	256

/**
 * enum kvmlat_status - what kind of failure a kvmlat_error describes
 * @KVMLAT_E_NONE: no failure
 * @KVMLAT_E_NO_MODULE: the kernel does not know the family: the module is not loaded
 * @KVMLAT_E_PERMISSION: the caller has not the capability that the request needs
 * @KVMLAT_E_ABI: library and module speak different versions of the contract
 * @KVMLAT_E_NOT_FOUND: no such VM or vCPU
 * @KVMLAT_E_REFUSED: the module refused for another reason
 * @KVMLAT_E_PROTOCOL: the reply is not as the contract says
 * @KVMLAT_E_SYSTEM: a system call of this process failed, or memory is short
 */
enum kvmlat_status {
	KVMLAT_E_NONE,
	KVMLAT_E_NO_MODULE,
	KVMLAT_E_PERMISSION,
	KVMLAT_E_ABI,
	KVMLAT_E_NOT_FOUND,
	KVMLAT_E_REFUSED,
	KVMLAT_E_PROTOCOL,
	KVMLAT_E_SYSTEM,
};

/**
 * struct kvmlat_error - why a call failed
 * @status: what kind of failure
 * @error: errno of the kernel or of the system call, 0 where there is none
 * @attr: KVMLAT_A_* of the request's attribute at fault, 0 where none is
 * @item: which of the knobs of a kvmlat_set_knobs is at fault, from 1; 0 if none is
 * @text: a sentence without a full stop; the kernel's own where it sent one
 */
struct kvmlat_error {
	enum kvmlat_status	status;
	int			error;
	uint16_t		attr;
	unsigned int		item;
	char			text[384];
	uint64_t		spare[4];
};

#ifdef __cplusplus
}
#endif

#endif /* _KVMLAT_ERROR_H */
