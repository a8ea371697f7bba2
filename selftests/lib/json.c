// SPDX-License-Identifier: GPL-2.0-only
/* Running a program for its JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"

struct json_object *json_of(const char *command)
{
	struct json_object *obj = NULL;
	size_t size = 0, len = 0, got;
	char *text = NULL;
	FILE *f = popen(command, "r");

	if (!f)
		return NULL;
	do {
		if (size - len < 65536) {
			char *more = realloc(text, size += 1 << 20);

			if (!more) {
				pclose(f);
				free(text);
				return NULL;
			}
			text = more;
		}
		got = fread(text + len, 1, size - len - 1, f);
		len += got;
	} while (got);
	text[len] = '\0';
	if (pclose(f))
		fprintf(stderr, "# \"%s\" failed\n", command);
	else
		obj = json_tokener_parse(text);
	free(text);
	return obj;
}

struct json_object *json_get(struct json_object *obj, const char *name)
{
	struct json_object *value;

	if (json_object_object_get_ex(obj, name, &value))
		return value;
	fprintf(stderr, "# there is no \"%s\" in %s\n", name, json_object_to_json_string(obj));
	abort();
}

uint64_t json_u64(struct json_object *obj, const char *name)
{
	return json_object_get_uint64(json_get(obj, name));
}
