// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "internal.h"

#define REQUEST_SIZE	256
#define RETRIES		5

struct nlmsghdr *kvmlat_request(char *buf, uint16_t type, uint8_t cmd, uint8_t version,
				uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int take_family(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err)
{
	const struct nlattr *attr;
	uint16_t *family = ctx;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
			*family = mnl_attr_get_u16(attr);
	}
	if (*family)
		return 0;
	return kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0, "the kernel did not tell the family's id");
}

static int resolve(struct kvmlat *k, struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = kvmlat_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, KVMLAT_FAMILY_NAME);
	return kvmlat_talk(k, nlh, take_family, &k->family, NULL, err);
}

static int take_info(struct kvmlat *k, struct kvmlat_info *info, struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(info, 0, sizeof(*info));
	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_INFO, KVMLAT_FAMILY_VERSION, NLM_F_ACK);
	mnl_attr_put_u32(nlh, KVMLAT_A_ABI, KVMLAT_ABI);
	if (!kvmlat_talk(k, nlh, kvmlat_parse_info, info, NULL, err))
		return 0;
	kvmlat_info_free(info);
	return -1;
}

int kvmlat_open(struct kvmlat **handle, struct kvmlat_error *err)
{
	struct kvmlat *k = calloc(1, sizeof(*k));
	struct kvmlat_info info;

	*handle = NULL;
	if (!k)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOMEM, "out of memory");
	k->retries = RETRIES;
	k->buf = malloc(KVMLAT_RECV_SIZE);
	if (!k->buf) {
		kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOMEM, "out of memory");
		goto fail;
	}
	if (kvmlat_socket_open(k, err) || resolve(k, err) || take_info(k, &info, err))
		goto fail;
	kvmlat_info_free(&info);
	*handle = k;
	return 0;
fail:
	kvmlat_close(k);
	return -1;
}

void kvmlat_close(struct kvmlat *k)
{
	if (!k)
		return;
	if (k->sock)
		mnl_socket_close(k->sock);
	free(k->buf);
	free(k);
}

void kvmlat_set_retries(struct kvmlat *k, unsigned int retries)
{
	k->retries = retries;
}

int kvmlat_get_info(struct kvmlat *k, struct kvmlat_info *info, struct kvmlat_error *err)
{
	return take_info(k, info, err);
}

void kvmlat_info_free(struct kvmlat_info *info)
{
	free(info->probes);
	memset(info, 0, sizeof(*info));
}

static void put_vm(struct nlmsghdr *nlh, const struct kvmlat_filter *f)
{
	if (f && f->vm_id)
		mnl_attr_put_u32(nlh, KVMLAT_A_VM_ID, f->vm_id);
	if (f && f->pid)
		mnl_attr_put_u32(nlh, KVMLAT_A_PID, f->pid);
}

static void put_vcpu(struct nlmsghdr *nlh, const struct kvmlat_filter *f)
{
	put_vm(nlh, f);
	if (f && f->has_vcpu_id)
		mnl_attr_put_u32(nlh, KVMLAT_A_VCPU_ID, f->vcpu_id);
	if (f && f->has_code)
		mnl_attr_put_u32(nlh, KVMLAT_A_CODE, f->code);
	if (f && f->histograms)
		mnl_attr_put(nlh, KVMLAT_A_HISTOGRAMS, 0, NULL);
	if (f && f->details)
		mnl_attr_put(nlh, KVMLAT_A_DETAILS, 0, NULL);
}

/* A kind of dump. */
struct dump_kind {
	uint8_t		cmd;
	void		(*put)(struct nlmsghdr *nlh, const struct kvmlat_filter *f);
	kvmlat_msg_fn	add;
	void		(*clear)(struct kvmlat_snapshot *snap);
};

static const struct dump_kind vms = {
	.cmd	= KVMLAT_CMD_VM_GET,
	.put	= put_vm,
	.add	= kvmlat_add_vm,
	.clear	= kvmlat_clear_vms,
};

static const struct dump_kind vcpus = {
	.cmd	= KVMLAT_CMD_VCPU_GET,
	.put	= put_vcpu,
	.add	= kvmlat_add_vcpu,
	.clear	= kvmlat_clear_vcpus,
};

/* With @cursor what changed since then, and how it ended to @end. */
static int dump(struct kvmlat *k, const struct dump_kind *kind, const struct kvmlat_filter *f,
		struct kvmlat_snapshot *snap, const uint64_t *cursor, struct kvmlat_end *end,
		struct kvmlat_error *err)
{
	bool interrupted = false;
	unsigned int try;
	int ret = 1;

	for (try = 0; ret > 0 && try <= k->retries; try++) {
		struct kvmlat_builder b = { .snap = snap, .unknown = &k->unknown };
		char buf[REQUEST_SIZE];
		struct nlmsghdr *nlh;

		kind->clear(snap);
		nlh = kvmlat_request(buf, k->family, kind->cmd, KVMLAT_FAMILY_VERSION, NLM_F_DUMP);
		kind->put(nlh, f);
		if (cursor)
			mnl_attr_put_u64(nlh, KVMLAT_A_CURSOR, *cursor);
		ret = kvmlat_talk(k, nlh, kind->add, &b, &interrupted, err);
		if (!ret && interrupted && try < k->retries)
			ret = 1;
		if (!ret) {
			snap->interrupted |= interrupted;
			ret = kvmlat_finish(&b, err);
		}
		if (!ret && cursor && !b.end.seen)
			ret = kvmlat_fail(err, KVMLAT_E_PROTOCOL, 0, "the reply has no end");
		if (end)
			*end = b.end;
		kvmlat_draft_free(&b.draft);
	}
	return ret ? -1 : 0;
}

/* With @cursor by what changed since @old, which may be NULL. */
static int read_vcpus(struct kvmlat *k, const struct kvmlat_filter *f,
		      struct kvmlat_snapshot *snap, const uint64_t *cursor,
		      const struct kvmlat_snapshot *old, struct kvmlat_error *err)
{
	struct kvmlat_end end = { 0 };

	/* vCPUs first: then the VM of each was there before, and is in the list that follows. */
	if (dump(k, &vcpus, f, snap, cursor, &end, err) ||
	    dump(k, &vms, f, snap, NULL, NULL, err))
		return -1;
	/* Of an interrupted one something may be missing, for ever if the next did not have all. */
	snap->cursor = snap->interrupted ? 0 : end.cursor;
	if (end.changes && old && kvmlat_apply(snap, old, end.now))
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, 0, "out of memory");
	kvmlat_drop_unreadable(snap);
	snap->nr_read = snap->nr_vcpus;
	return 0;
}

static struct kvmlat_snapshot *snapshot_new(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_snapshot *snap = calloc(1, sizeof(*snap));
	struct kvmlat_info info;

	if (!snap) {
		kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOMEM, "out of memory");
		return NULL;
	}
	if (take_info(k, &info, err)) {
		free(snap);
		return NULL;
	}
	snap->now = info.now;
	snap->monotonic = info.monotonic;
	snap->vendor = info.vendor;
	kvmlat_info_free(&info);
	return snap;
}

int kvmlat_get_vms(struct kvmlat *k, const struct kvmlat_filter *f, struct kvmlat_snapshot **out,
		   struct kvmlat_error *err)
{
	struct kvmlat_snapshot *snap = snapshot_new(k, err);

	*out = NULL;
	if (!snap)
		return -1;
	if (dump(k, &vms, f, snap, NULL, NULL, err)) {
		kvmlat_snapshot_free(snap);
		return -1;
	}
	*out = snap;
	return 0;
}

static int snapshot(struct kvmlat *k, const struct kvmlat_filter *f, const uint64_t *cursor,
		    const struct kvmlat_snapshot *old, struct kvmlat_snapshot **out,
		    struct kvmlat_error *err)
{
	struct kvmlat_snapshot *snap = snapshot_new(k, err);

	*out = NULL;
	if (!snap)
		return -1;
	if (read_vcpus(k, f, snap, cursor, old, err)) {
		kvmlat_snapshot_free(snap);
		return -1;
	}
	*out = snap;
	return 0;
}

int kvmlat_get_snapshot(struct kvmlat *k, const struct kvmlat_filter *f,
			struct kvmlat_snapshot **out, struct kvmlat_error *err)
{
	return snapshot(k, f, NULL, NULL, out, err);
}

int kvmlat_refresh(struct kvmlat *k, const struct kvmlat_filter *f,
		   const struct kvmlat_snapshot *old, struct kvmlat_snapshot **out,
		   struct kvmlat_error *err)
{
	/* Of a vCPU that is not there any more the rest of its rows would be missing. */
	uint64_t cursor = old && old->nr_vcpus == old->nr_read ? old->cursor : 0;
	struct kvmlat_error e = { 0 };

	if (!snapshot(k, f, &cursor, old, out, &e))
		return 0;
	/* A module that is older than cursors. */
	if (e.error == EINVAL && e.attr == KVMLAT_A_CURSOR)
		return snapshot(k, f, NULL, NULL, out, err);
	if (err)
		*err = e;
	return -1;
}

int kvmlat_reset(struct kvmlat *k, const struct kvmlat_filter *f, struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_RESET, KVMLAT_FAMILY_VERSION, NLM_F_ACK);
	put_vm(nlh, f);
	return kvmlat_talk(k, nlh, NULL, NULL, NULL, err) ? -1 : 0;
}

int kvmlat_set_details(struct kvmlat *k, const struct kvmlat_filter *f, bool on,
		       struct kvmlat_error *err)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_DETAIL_SET, KVMLAT_FAMILY_VERSION,
			     NLM_F_ACK);
	put_vm(nlh, f);
	mnl_attr_put_u32(nlh, KVMLAT_A_SWITCH, on);
	return kvmlat_talk(k, nlh, NULL, NULL, NULL, err) ? -1 : 0;
}
