// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "attr.h"

/* A KNOB nest takes at most 104 bytes of a request. */
#define REQUEST_SIZE	(256 + KVMLAT_KNOBS_MAX * 128)

static const struct rule main_rules[] = {
	[KVMLAT_A_KNOB]		= { "knob", MULTI_NEST },
	[KVMLAT_A_CHANGE]	= { "change", U32 },
	[KVMLAT_A_AUTHOR]	= { "author", NEST },
};

static const struct rule knob_rules[] = {
	[KVMLAT_A_KNOB_ID]		= { "id", U32, true },
	[KVMLAT_A_KNOB_NAME]		= { "name", STRING },
	[KVMLAT_A_KNOB_SCOPE]		= { "scope", U32, true },
	[KVMLAT_A_KNOB_VM_ID]		= { "vm-id", U32 },
	[KVMLAT_A_KNOB_PID]		= { "pid", U32 },
	[KVMLAT_A_KNOB_VCPU_ID]		= { "vcpu-id", U32 },
	[KVMLAT_A_KNOB_VALUE]		= { "value", U64 },
	[KVMLAT_A_KNOB_SOURCE]		= { "source", U32 },
	[KVMLAT_A_KNOB_OLD]		= { "old", U64 },
	[KVMLAT_A_KNOB_OLD_SOURCE]	= { "old-source", U32 },
	[KVMLAT_A_KNOB_ORIGINAL]	= { "original", U64 },
	[KVMLAT_A_KNOB_ORIGINAL_SOURCE]	= { "original-source", U32 },
	[KVMLAT_A_KNOB_CHANGE]		= { "change", U32 },
	[KVMLAT_A_KNOB_RANGE_MIN]	= { "range-min", U64 },
	[KVMLAT_A_KNOB_RANGE_MAX]	= { "range-max", U64 },
	[KVMLAT_A_KNOB_UNIT]		= { "unit", U32 },
	[KVMLAT_A_KNOB_LATER]		= { "later", FLAG },
	[KVMLAT_A_KNOB_RESULT]		= { "result", U32 },
	[KVMLAT_A_KNOB_WHY]		= { "why", STRING },
};

static const struct rule author_rules[] = {
	[KVMLAT_A_AUTHOR_ACTION]	= { "action", U32, true },
	[KVMLAT_A_AUTHOR_PID]		= { "pid", U32, true },
	[KVMLAT_A_AUTHOR_UID]		= { "uid", U32, true },
	[KVMLAT_A_AUTHOR_COMM]		= { "comm", STRING },
	[KVMLAT_A_AUTHOR_AT]		= { "at", U64, true },
};

static const struct attr_space main_space = SPACE("message", main_rules);
static const struct attr_space knob_space = SPACE("knob", knob_rules);
static const struct attr_space author_space = SPACE("author", author_rules);

static int parse_main(const struct nlmsghdr *nlh, const struct nlattr **tb,
		      struct kvmlat_error *err)
{
	size_t skip = MNL_ALIGN(sizeof(struct genlmsghdr));

	return kvmlat_attr_parse(&main_space, mnl_nlmsg_get_payload_offset(nlh, skip),
				 mnl_nlmsg_get_payload_len(nlh) - skip, tb, err);
}

static struct kvmlat_level level(const struct nlattr *value, const struct nlattr *source)
{
	struct kvmlat_level l = {
		.known = value,
		.value = kvmlat_attr_u64(value),
		.source = kvmlat_attr_u32(source),
	};

	return l;
}

/* Returns 1 for a knob that is left out: nobody can tell what it is a knob of. */
static int parse_knob(const struct nlattr *nest, struct kvmlat_knob_value *knob,
		      struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS];

	if (kvmlat_attr_parse_nest(&knob_space, nest, tb, err))
		return -1;
	memset(knob, 0, sizeof(*knob));
	knob->id = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_ID]);
	kvmlat_attr_string(tb[KVMLAT_A_KNOB_NAME], knob->name, sizeof(knob->name));
	knob->scope = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_SCOPE]);
	knob->vm_id = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_VM_ID]);
	knob->pid = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_PID]);
	knob->vcpu_id = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_VCPU_ID]);
	knob->now = level(tb[KVMLAT_A_KNOB_VALUE], tb[KVMLAT_A_KNOB_SOURCE]);
	knob->old = level(tb[KVMLAT_A_KNOB_OLD], tb[KVMLAT_A_KNOB_OLD_SOURCE]);
	knob->original = level(tb[KVMLAT_A_KNOB_ORIGINAL], tb[KVMLAT_A_KNOB_ORIGINAL_SOURCE]);
	knob->change = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_CHANGE]);
	knob->min = kvmlat_attr_u64(tb[KVMLAT_A_KNOB_RANGE_MIN]);
	knob->max = kvmlat_attr_u64(tb[KVMLAT_A_KNOB_RANGE_MAX]);
	knob->unit = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_UNIT]);
	knob->later = tb[KVMLAT_A_KNOB_LATER];
	knob->result = kvmlat_attr_u32(tb[KVMLAT_A_KNOB_RESULT]);
	kvmlat_attr_string(tb[KVMLAT_A_KNOB_WHY], knob->why, sizeof(knob->why));
	if (knob->scope <= KVMLAT_SCOPE_MAX && knob->now.source <= KVMLAT_SCOPE_MAX)
		return 0;
	kvmlat_skip(unknown, "scope of knobs",
		    knob->scope > KVMLAT_SCOPE_MAX ? knob->scope : knob->now.source);
	return 1;
}

struct answer {
	struct kvmlat_knobs	*knobs;
	struct kvmlat_unknown	*unknown;
};

static int take_knobs(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *attr;
	struct answer *answer = ctx;
	struct kvmlat_knobs *knobs = answer->knobs;
	void *all;
	int ret;

	if (parse_main(nlh, tb, err))
		return -1;
	if (tb[KVMLAT_A_CHANGE])
		knobs->change = kvmlat_attr_u32(tb[KVMLAT_A_CHANGE]);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != KVMLAT_A_KNOB)
			continue;
		all = kvmlat_grow(knobs->all, knobs->nr, sizeof(*knobs->all));
		if (!all)
			return kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOMEM, "out of memory");
		knobs->all = all;
		ret = parse_knob(attr, &knobs->all[knobs->nr], answer->unknown, err);
		if (ret < 0)
			return -1;
		knobs->nr += !ret;
	}
	return 0;
}

int kvmlat_parse_event(const struct nlmsghdr *nlh, struct kvmlat_knob_event *event,
		       struct kvmlat_unknown *unknown, struct kvmlat_error *err)
{
	const struct nlattr *tb[MAX_ATTRS], *author[MAX_ATTRS];
	int ret;

	memset(event, 0, sizeof(*event));
	if (parse_main(nlh, tb, err))
		return -1;
	if (!tb[KVMLAT_A_KNOB] || !tb[KVMLAT_A_AUTHOR])
		return kvmlat_attr_bad(err, &main_space, "knob or author", "is missing");
	ret = parse_knob(tb[KVMLAT_A_KNOB], &event->knob, unknown, err);
	if (ret)
		return ret;
	if (kvmlat_attr_parse_nest(&author_space, tb[KVMLAT_A_AUTHOR], author, err))
		return -1;
	event->change = kvmlat_attr_u32(tb[KVMLAT_A_CHANGE]);
	event->action = kvmlat_attr_u32(author[KVMLAT_A_AUTHOR_ACTION]);
	event->pid = kvmlat_attr_u32(author[KVMLAT_A_AUTHOR_PID]);
	event->uid = kvmlat_attr_u32(author[KVMLAT_A_AUTHOR_UID]);
	event->at = kvmlat_attr_u64(author[KVMLAT_A_AUTHOR_AT]);
	kvmlat_attr_string(author[KVMLAT_A_AUTHOR_COMM], event->comm, sizeof(event->comm));
	return 0;
}

void kvmlat_knobs_free(struct kvmlat_knobs *knobs)
{
	free(knobs->all);
	memset(knobs, 0, sizeof(*knobs));
}

static int compare(const void *a, const void *b)
{
	const struct kvmlat_knob_value *x = a, *y = b;

	if (x->scope == KVMLAT_SCOPE_HOST || y->scope == KVMLAT_SCOPE_HOST) {
		if (x->scope != y->scope)
			return x->scope == KVMLAT_SCOPE_HOST ? -1 : 1;
		return x->id < y->id ? -1 : x->id > y->id;
	}
	if (x->vm_id != y->vm_id)
		return x->vm_id < y->vm_id ? -1 : 1;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->vcpu_id != y->vcpu_id)
		return x->vcpu_id < y->vcpu_id ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

int kvmlat_get_knobs(struct kvmlat *k, const struct kvmlat_filter *f, struct kvmlat_knobs *knobs,
		     struct kvmlat_error *err)
{
	struct answer answer = { .knobs = knobs, .unknown = &k->unknown };
	bool interrupted = true;
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;
	unsigned int try;
	int ret = -1;

	memset(knobs, 0, sizeof(*knobs));
	for (try = 0; try <= k->retries && interrupted; try++) {
		kvmlat_knobs_free(knobs);
		nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_KNOB_GET, KVMLAT_FAMILY_VERSION,
				     NLM_F_DUMP);
		if (f && f->vm_id)
			mnl_attr_put_u32(nlh, KVMLAT_A_VM_ID, f->vm_id);
		if (f && f->pid)
			mnl_attr_put_u32(nlh, KVMLAT_A_PID, f->pid);
		if (f && f->has_vcpu_id)
			mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_ID, f->vcpu_id);
		ret = kvmlat_talk(k, nlh, take_knobs, &answer, &interrupted, err);
		if (ret < 0)
			break;
		interrupted |= ret;
	}
	if (ret) {
		kvmlat_knobs_free(knobs);
		return -1;
	}
	if (knobs->nr)
		qsort(knobs->all, knobs->nr, sizeof(*knobs->all), compare);
	return 0;
}

static void put_knob(struct nlmsghdr *nlh, const struct kvmlat_knob_change *c)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KVMLAT_A_KNOB);

	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_ID, c->id);
	mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_SCOPE, c->scope);
	if (c->scope != KVMLAT_SCOPE_HOST)
		mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_VM_ID, c->vm_id);
	if (c->scope == KVMLAT_SCOPE_VCPU)
		mnl_attr_put_u32(nlh, KVMLAT_A_KNOB_VCPU_ID, c->vcpu_id);
	if (c->inherit)
		mnl_attr_put(nlh, KVMLAT_A_KNOB_INHERIT, 0, NULL);
	else
		mnl_attr_put_u64(nlh, KVMLAT_A_KNOB_VALUE, c->value);
	if (c->has_expect)
		mnl_attr_put_u64(nlh, KVMLAT_A_KNOB_EXPECT, c->expect);
	if (c->expect_inherit)
		mnl_attr_put(nlh, KVMLAT_A_KNOB_EXPECT_INHERIT, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static int change_knobs(struct kvmlat *k, struct nlmsghdr *nlh, bool dry_run,
			struct kvmlat_knobs *knobs, struct kvmlat_error *err)
{
	struct answer answer = { .knobs = knobs, .unknown = &k->unknown };

	if (dry_run)
		mnl_attr_put(nlh, KVMLAT_A_DRY_RUN, 0, NULL);
	if (!kvmlat_talk(k, nlh, take_knobs, &answer, NULL, err))
		return 0;
	kvmlat_knobs_free(knobs);
	return -1;
}

int kvmlat_set_knobs(struct kvmlat *k, const struct kvmlat_knob_change *changes, size_t nr,
		     bool dry_run, struct kvmlat_knobs *knobs, struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;
	size_t i;

	memset(knobs, 0, sizeof(*knobs));
	if (nr > KVMLAT_KNOBS_MAX)
		return kvmlat_fail(err, KVMLAT_E_REFUSED, E2BIG,
				   "%zu knobs are too many for one request, %d are allowed", nr,
				   KVMLAT_KNOBS_MAX);
	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_KNOB_SET, KVMLAT_FAMILY_VERSION,
			     NLM_F_ACK);
	for (i = 0; i < nr; i++)
		put_knob(nlh, &changes[i]);
	return change_knobs(k, nlh, dry_run, knobs, err);
}

int kvmlat_undo_knobs(struct kvmlat *k, uint32_t change, bool dry_run, struct kvmlat_knobs *knobs,
		      struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(knobs, 0, sizeof(*knobs));
	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_KNOB_UNDO, KVMLAT_FAMILY_VERSION,
			     NLM_F_ACK);
	if (change)
		mnl_attr_put_u32(nlh, KVMLAT_A_CHANGE, change);
	return change_knobs(k, nlh, dry_run, knobs, err);
}
