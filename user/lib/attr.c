// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "attr.h"

int kvmlat_attr_bad(struct kvmlat_error *err, const struct set *set, const char *attr,
		    const char *what)
{
	return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
			   "the module's reply is malformed: %s%s%s %s",
			   set->name, attr ? "." : "", attr ? attr : "", what);
}

static bool fits(enum kind kind, size_t len)
{
	switch (kind) {
	case U32:
		return len == sizeof(uint32_t);
	case U64:
		return len == sizeof(uint64_t);
	case FLAG:
		return len == 0;
	case STRING:
		return len > 0;
	default:
		return true;
	}
}

int kvmlat_attr_parse(const struct set *set, const void *data, size_t len,
		      const struct nlattr **tb, struct kvmlat_error *err)
{
	const struct nlattr *attr = data;
	const char *end = (const char *)data + len;
	uint16_t type;

	memset(tb, 0, MAX_ATTRS * sizeof(*tb));
	for (; mnl_attr_ok(attr, end - (const char *)attr); attr = mnl_attr_next(attr)) {
		type = mnl_attr_get_type(attr);
		if (type > set->max || set->rules[type].kind == ANY)
			continue;
		if (!fits(set->rules[type].kind, mnl_attr_get_payload_len(attr)))
			return kvmlat_attr_bad(err, set, set->rules[type].name,
					       "has a wrong length");
		if (tb[type] && set->rules[type].kind != MULTI_NEST)
			return kvmlat_attr_bad(err, set, set->rules[type].name, "comes twice");
		tb[type] = attr;
	}
	if ((const char *)attr < end)
		return kvmlat_attr_bad(err, set, NULL, "is cut short");
	for (type = 0; type <= set->max; type++)
		if (set->rules[type].required && !tb[type])
			return kvmlat_attr_bad(err, set, set->rules[type].name, "is missing");
	return 0;
}

int kvmlat_attr_parse_nest(const struct set *set, const struct nlattr *nest,
			   const struct nlattr **tb, struct kvmlat_error *err)
{
	return kvmlat_attr_parse(set, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
				 tb, err);
}

uint32_t kvmlat_attr_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

uint64_t kvmlat_attr_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

void kvmlat_attr_string(const struct nlattr *attr, char *to, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(to, mnl_attr_get_payload(attr), len);
	to[len] = 0;
	kvmlat_printable(to);
}
