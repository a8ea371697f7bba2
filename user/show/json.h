/* SPDX-License-Identifier: GPL-2.0-only */
/* What JSON documents are put together with: one object a line, so that a stream can be read. */
#ifndef _KVMLAT_SHOW_JSON_H
#define _KVMLAT_SHOW_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

/* Of all JSON schemas together; grows when a member changes its meaning or goes. */
#define SCHEMA_VERSION		1

static inline void add(struct json_object *o, const char *name, struct json_object *value)
{
	if (json_object_object_add(o, name, value))
		abort();
}

static inline void add_text(struct json_object *o, const char *name, const char *value)
{
	add(o, name, json_object_new_string(value));
}

static inline void add_u64(struct json_object *o, const char *name, uint64_t value)
{
	add(o, name, json_object_new_uint64(value));
}

static inline void add_if(struct json_object *o, const char *name, bool known, uint64_t value)
{
	add(o, name, known ? json_object_new_uint64(value) : NULL);
}

static inline void add_bool(struct json_object *o, const char *name, bool value)
{
	add(o, name, json_object_new_boolean(value));
}

static inline struct json_object *double_of(double value, int digits)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*f", digits, value);
	return json_object_new_double_s(value, text);
}

static inline struct json_object *document(const char *kind)
{
	struct json_object *o = json_object_new_object();

	add_u64(o, "schema_version", SCHEMA_VERSION);
	add_text(o, "kind", kind);
	return o;
}

static inline void print(FILE *to, struct json_object *o)
{
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE), to);
	fputc('\n', to);
	json_object_put(o);
}

#endif /* _KVMLAT_SHOW_JSON_H */
