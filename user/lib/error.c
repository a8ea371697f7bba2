// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "internal.h"

static const char * const attr_names[] = {
	[KVMLAT_A_ABI]		= "abi",
	[KVMLAT_A_VM_ID]	= "vm-id",
	[KVMLAT_A_PID]		= "pid",
	[KVMLAT_A_VCPU_ID]	= "vcpu-id",
	[KVMLAT_A_CODE]		= "code",
	[KVMLAT_A_HISTOGRAMS]	= "histograms",
	[KVMLAT_A_DETAILS]	= "details",
	[KVMLAT_A_SWITCH]	= "switch",
	[KVMLAT_A_THRESHOLD]	= "threshold",
};

int kvmlat_fail(struct kvmlat_error *err, enum kvmlat_status status, int error,
		const char *fmt, ...)
{
	va_list args;

	if (!err)
		return -1;
	err->status = status;
	err->error = error;
	err->attr = 0;
	err->item = 0;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

/* The attribute that @offset is in, and of several knobs which. */
static void find_attr(struct kvmlat_error *err, const struct nlmsghdr *request, uint32_t offset)
{
	const struct nlattr *attr;
	unsigned int item = 0;

	mnl_attr_for_each(attr, request, sizeof(struct genlmsghdr)) {
		uint32_t begin = (const char *)attr - (const char *)request;
		uint16_t type = mnl_attr_get_type(attr);

		item += type == KVMLAT_A_KNOB;
		if (offset < begin || offset >= begin + mnl_attr_get_len(attr))
			continue;
		err->attr = type;
		if (type == KVMLAT_A_KNOB)
			err->item = item;
	}
}

static void read_extack(struct kvmlat_error *err, const struct nlmsghdr *request,
			const char *tlvs, size_t len)
{
	const struct nlattr *attr = (const struct nlattr *)tlvs;
	const char *end = tlvs + len;

	for (; mnl_attr_ok(attr, end - (const char *)attr); attr = mnl_attr_next(attr)) {
		size_t size = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (size >= sizeof(err->text))
				size = sizeof(err->text) - 1;
			memcpy(err->text, mnl_attr_get_payload(attr), size);
			err->text[size] = 0;
			kvmlat_printable(err->text);
			break;
		case NLMSGERR_ATTR_OFFS:
			if (size == sizeof(uint32_t))
				find_attr(err, request, mnl_attr_get_u32(attr));
			break;
		}
	}
}

static enum kvmlat_status status_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return KVMLAT_E_PERMISSION;
	case EPROTO:
		return KVMLAT_E_ABI;
	case ENOENT:
		return KVMLAT_E_NOT_FOUND;
	default:
		return KVMLAT_E_REFUSED;
	}
}

/* The code leads the payload of both; an error goes on with the request, whole or its header. */
int kvmlat_fail_ack(struct kvmlat_error *err, const struct nlmsghdr *reply,
		    const struct nlmsghdr *request)
{
	size_t skip = sizeof(int), len = mnl_nlmsg_get_payload_len(reply);
	const char *payload = mnl_nlmsg_get_payload(reply);
	struct kvmlat_error e = { 0 };
	size_t used;

	memcpy(&e.error, payload, sizeof(e.error));
	/* No kernel sends INT_MIN, of which there is no negative. */
	e.error = e.error == INT_MIN ? EPROTO : -e.error;
	e.status = status_of(e.error);

	if (reply->nlmsg_type == NLMSG_ERROR && len >= sizeof(struct nlmsgerr)) {
		skip = sizeof(struct nlmsgerr);
		if (!(reply->nlmsg_flags & NLM_F_CAPPED)) {
			const struct nlmsgerr *msg = (const void *)payload;

			if (msg->msg.nlmsg_len >= sizeof(msg->msg))
				skip += MNL_ALIGN(msg->msg.nlmsg_len) - sizeof(msg->msg);
		}
	}
	if ((reply->nlmsg_flags & NLM_F_ACK_TLVS) && skip < len)
		read_extack(&e, request, payload + skip, len - skip);

	/* The module says what is not there; netlink itself has no such family. */
	if (!e.text[0] && e.error == ENOENT)
		return kvmlat_fail(err, KVMLAT_E_NO_MODULE, ENOENT,
				   "the kernel module is not loaded; \"modprobe kvmlat\" loads it");
	if (!e.text[0])
		snprintf(e.text, sizeof(e.text), "the kernel refused: %s", strerror(e.error));
	used = strlen(e.text);
	if (e.attr < ARRAY_SIZE(attr_names) && attr_names[e.attr])
		snprintf(e.text + used, sizeof(e.text) - used, " (attribute %s)",
			 attr_names[e.attr]);
	if (err)
		*err = e;
	return -1;
}
