// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "attr.h"

int kvmlat_attr_bad(struct kvmlat_error *err, const struct attr_space *space, const char *attr,
		    const char *what)
{
	return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0,
			   "the module's reply is malformed: %s%s%s %s",
			   space->name, attr ? "." : "", attr ? attr : "", what);
}

static inline bool fits(enum kind kind, size_t len)
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

int kvmlat_attr_parse(const struct attr_space *space, const void *data, size_t len,
		      const struct nlattr **tb, struct kvmlat_error *err)
{
	const struct rule *rule;
	const char *at = data;
	ptrdiff_t left = len;
	uint16_t type;

	for (type = 0; type <= space->max; type++)
		tb[type] = NULL;
	/* By hand: libmnl has a call for each of these steps, and a dump a million attributes. */
	while (left >= (ptrdiff_t)MNL_ATTR_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t size = attr->nla_len;

		if (size < MNL_ATTR_HDRLEN || size > (size_t)left)
			break;
		at += MNL_ALIGN(size);
		left -= MNL_ALIGN(size);
		type = attr->nla_type & NLA_TYPE_MASK;
		rule = type > space->max ? NULL : &space->rules[type];
		if (!rule || rule->kind == ANY)
			continue;
		if (!fits(rule->kind, size - MNL_ATTR_HDRLEN))
			return kvmlat_attr_bad(err, space, rule->name, "has a wrong length");
		if (tb[type] && rule->kind != MULTI_NEST)
			return kvmlat_attr_bad(err, space, rule->name, "comes twice");
		tb[type] = attr;
	}
	if (left > 0)
		return kvmlat_attr_bad(err, space, NULL, "is cut short");
	for (type = 0; type <= space->max; type++)
		if (space->rules[type].required && !tb[type])
			return kvmlat_attr_bad(err, space, space->rules[type].name, "is missing");
	return 0;
}

int kvmlat_attr_parse_nest(const struct attr_space *space, const struct nlattr *nest,
			   const struct nlattr **tb, struct kvmlat_error *err)
{
	return kvmlat_attr_parse(space, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
				 tb, err);
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
