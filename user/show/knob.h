/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_KNOB_H
#define _KVMLAT_SHOW_KNOB_H

#include <stdio.h>

#include "lib/kvmlat.h"

struct json_object;

/** struct knob_row - a knob and the name of the guest that it is of, or "" */
struct knob_row {
	const struct kvmlat_knob_value	*knob;
	const char			*guest;
};

/* What a knob is, and of what; "vm 1", "vcpu 1/0". */
const char *knob_scope(const struct kvmlat_knob_value *k, char *text, size_t size);
struct json_object *json_knob(const struct kvmlat_knob_value *k, const char *guest);
void csv_knob(FILE *to, const struct kvmlat_knob_value *k, const char *guest);

/* A value of the knob and whose it is. */
const char *level_text(const struct kvmlat_knob_value *k, const struct kvmlat_level *l,
		       char *text, size_t size);
void json_level(struct json_object *o, const char *name, const char *source,
		const struct kvmlat_level *l);
void csv_level(FILE *to, const struct kvmlat_level *l);

/* A knob with what it was, what it is, and how that came. */
struct json_object *json_changed(const struct kvmlat_knob_value *k, const char *guest);

#endif /* _KVMLAT_SHOW_KNOB_H */
