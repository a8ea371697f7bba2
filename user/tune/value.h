/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_VALUE_H
#define _KVMLAT_VALUE_H

#include "lib/kvmlat.h"

/**
 * struct value - what a knob shall be
 * @inherit: the value of the scope above, instead of @number
 */
struct value {
	bool		inherit;
	uint64_t	number;
};

/*
 * "50us", "1.5ms", "200000" or "inherit" for a knob whose unit and range are those of @knob.
 * False with a sentence that quotes @text and tells what is allowed.
 */
bool value_parse(const struct kvmlat_knob_value *knob, const char *text, struct value *value,
		 char *why, size_t size);

/* "200us" of a time, exact, in the largest unit that leaves a whole number; else "4096". */
void value_format(uint32_t unit, uint64_t number, char *text, size_t size);

#endif /* _KVMLAT_VALUE_H */
