/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a function finds the number that it stores first. Pure.
 *
 * get_exit_info() of the vendor modules takes the exit's reason from a place that the compiler
 * chose when that kernel was built, and stores it before it does anything else. To read the same
 * place takes an eighth of the call.
 */
#ifndef KVMLAT_OPERAND_H
#define KVMLAT_OPERAND_H

#include <linux/types.h>

/* As far as the code of a function is read, at most. */
#define KVMLAT_OPERAND_READ	64

struct kvmlat_operand {
	u32 first;	/* offset in the object, of the number or of a pointer */
	u32 second;	/* offset behind the pointer, 0 if there is none */
};

bool kvmlat_operand_find(const u8 *code, size_t size, struct kvmlat_operand *to);

#endif
