/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ATTR_H
#define _KVMLAT_ATTR_H

#include <string.h>

#include "internal.h"

/* What an attribute must be. One that is not listed is of a newer module and is passed over. */
enum kind {
	ANY,
	U32,
	U64,
	FLAG,
	STRING,
	BINARY,
	NEST,
	MULTI_NEST,
};

struct rule {
	const char	*name;
	enum kind	kind;
	bool		required;
};

struct attr_space {
	const char		*name;
	const struct rule	*rules;
	uint16_t		max;
};

#define SPACE(_name, _rules)	{ .name = _name, .rules = _rules, .max = ARRAY_SIZE(_rules) - 1 }
#define MAX_ATTRS		32

int kvmlat_attr_bad(struct kvmlat_error *err, const struct attr_space *space, const char *attr,
		    const char *what);

/* Fills @tb up to the last rule; of an attribute that may come often, with the last of them. */
int kvmlat_attr_parse(const struct attr_space *space, const void *data, size_t len,
		      const struct nlattr **tb, struct kvmlat_error *err);
int kvmlat_attr_parse_nest(const struct attr_space *space, const struct nlattr *nest,
			   const struct nlattr **tb, struct kvmlat_error *err);

/* The top of a message, where @type must be, or END in place of a vCPU or an outlier. */
int kvmlat_parse_main(const struct nlmsghdr *nlh, uint16_t type, const struct nlattr **tb,
		      struct kvmlat_error *err);

/* Of an attribute that is absent: 0, or an empty string. */
static inline uint32_t kvmlat_attr_u32(const struct nlattr *attr)
{
	uint32_t value = 0;

	if (attr)
		memcpy(&value, attr + 1, sizeof(value));
	return value;
}

static inline uint64_t kvmlat_attr_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (attr)
		memcpy(&value, attr + 1, sizeof(value));
	return value;
}

void kvmlat_attr_string(const struct nlattr *attr, char *to, size_t size);

#endif /* _KVMLAT_ATTR_H */
