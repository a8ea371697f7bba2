/* SPDX-License-Identifier: GPL-2.0-only */
/* The JSON that another program prints, through json-c. */
#ifndef SELFTESTS_JSON_H
#define SELFTESTS_JSON_H

#include <stdint.h>

#include <json-c/json.h>

/* What @command (a shell's line) prints, or NULL when it fails or prints no JSON */
struct json_object *json_of(const char *command);
/* A member of an object; aborts the test program with the name when it is absent */
struct json_object *json_get(struct json_object *obj, const char *name);
uint64_t json_u64(struct json_object *obj, const char *name);

#endif
