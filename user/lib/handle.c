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

static int fail_no_module(struct kvmlat_error *err)
{
	return kvmlat_fail(err, KVMLAT_E_NO_MODULE, ENOENT,
			   "the kernel module is not loaded; \"modprobe kvmlat\" loads it");
}

static int resolve(struct kvmlat *k, struct kvmlat_error *err)
{
	struct kvmlat_error e = { 0 };
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = kvmlat_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, KVMLAT_FAMILY_NAME);
	if (!kvmlat_talk(k, nlh, take_family, &k->family, NULL, &e))
		return 0;
	if (e.status == KVMLAT_E_NOT_FOUND)
		return fail_no_module(err);
	if (err)
		*err = e;
	return -1;
}

static int take_info(struct kvmlat *k, struct kvmlat_info *info, struct kvmlat_error *err)
{
	struct kvmlat_error e = { 0 };
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(info, 0, sizeof(*info));
	nlh = kvmlat_request(buf, k->family, KVMLAT_CMD_INFO, KVMLAT_FAMILY_VERSION, NLM_F_ACK);
	mnl_attr_put_u32(nlh, KVMLAT_A_ABI, KVMLAT_ABI);
	if (!kvmlat_talk(k, nlh, kvmlat_parse_info, info, NULL, &e))
		return 0;
	kvmlat_info_free(info);
	/* There is nothing to find but the family itself: the module was unloaded meanwhile. */
	if (e.status == KVMLAT_E_NOT_FOUND)
		return fail_no_module(err);
	if (err)
		*err = e;
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

/* What one kind of dump needs. */
struct dump {
	uint8_t		cmd;
	void		(*put)(struct nlmsghdr *nlh, const struct kvmlat_filter *f);
	kvmlat_msg_fn	add;
	void		(*clear)(struct kvmlat_snapshot *snap);
};

static const struct dump vm_dump = {
	.cmd	= KVMLAT_CMD_VM_GET,
	.put	= put_vm,
	.add	= kvmlat_add_vm,
	.clear	= kvmlat_clear_vms,
};

static const struct dump vcpu_dump = {
	.cmd	= KVMLAT_CMD_VCPU_GET,
	.put	= put_vcpu,
	.add	= kvmlat_add_vcpu,
	.clear	= kvmlat_clear_vcpus,
};

static int dump(struct kvmlat *k, const struct dump *d, const struct kvmlat_filter *f,
		struct kvmlat_snapshot *snap, struct kvmlat_error *err)
{
	bool interrupted = false;
	unsigned int try;
	int ret;

	for (try = 0; try <= k->retries; try++) {
		struct kvmlat_builder b = { .snap = snap, .unknown = &k->unknown };
		char buf[REQUEST_SIZE];
		struct nlmsghdr *nlh;

		d->clear(snap);
		nlh = kvmlat_request(buf, k->family, d->cmd, KVMLAT_FAMILY_VERSION, NLM_F_DUMP);
		d->put(nlh, f);
		ret = kvmlat_talk(k, nlh, d->add, &b, &interrupted, err);
		if (ret < 0)
			return -1;
		if (ret)
			continue;
		if (!interrupted || try == k->retries) {
			snap->interrupted |= interrupted;
			return kvmlat_finish(&b, err);
		}
	}
	return -1;
}

static int snapshot(struct kvmlat *k, const struct kvmlat_filter *f, bool vcpus,
		    struct kvmlat_snapshot **out, struct kvmlat_error *err)
{
	struct kvmlat_snapshot *snap = calloc(1, sizeof(*snap));
	struct kvmlat_info info;

	*out = NULL;
	if (!snap)
		return kvmlat_fail(err, KVMLAT_E_SYSTEM, ENOMEM, "out of memory");
	if (take_info(k, &info, err))
		goto fail;
	snap->now = info.now;
	snap->monotonic = info.monotonic;
	snap->vendor = info.vendor;
	kvmlat_info_free(&info);
	/* vCPUs first: then the VM of each was there before, and is in the list that follows. */
	if (vcpus && dump(k, &vcpu_dump, f, snap, err))
		goto fail;
	if (dump(k, &vm_dump, f, snap, err))
		goto fail;
	*out = snap;
	return 0;
fail:
	kvmlat_snapshot_free(snap);
	return -1;
}

int kvmlat_get_vms(struct kvmlat *k, const struct kvmlat_filter *f, struct kvmlat_snapshot **out,
		   struct kvmlat_error *err)
{
	return snapshot(k, f, false, out, err);
}

int kvmlat_get_snapshot(struct kvmlat *k, const struct kvmlat_filter *f,
			struct kvmlat_snapshot **out, struct kvmlat_error *err)
{
	return snapshot(k, f, true, out, err);
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
