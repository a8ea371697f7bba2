// SPDX-License-Identifier: GPL-2.0-only
/* Replies of the module: the first byte says to what, then come packets, each with its length. */
#include <errno.h>

#include "fuzz.h"
#include "lib/internal.h"
#include "model/cause.h"

struct input {
	const uint8_t	*data;
	size_t		left;
};

static ssize_t send_(struct kvmlat *k, const void *buf, size_t len)
{
	(void)k;
	(void)buf;
	return len;
}

static ssize_t recv_(struct kvmlat *k, void *buf, size_t size)
{
	struct input *in = k->priv;
	struct nlmsghdr *nlh = buf;
	uint16_t len;
	int left;

	if (in->left < sizeof(len)) {
		errno = EIO;
		return -1;
	}
	memcpy(&len, in->data, sizeof(len));
	in->data += sizeof(len);
	in->left -= sizeof(len);
	if (len > in->left)
		len = in->left;
	MUST(len <= size);
	memcpy(buf, in->data, len);
	in->data += len;
	in->left -= len;
	/* Else hardly anything would be taken for an answer */
	for (left = len; kvmlat_message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		nlh->nlmsg_seq = k->seq;
	return len;
}

static void event(const struct kvmlat_knob_event *e, void *ctx)
{
	(void)ctx;
	MUST(memchr(e->comm, 0, sizeof(e->comm)));
}

static void outlier(const struct kvmlat_outlier *o, void *ctx)
{
	struct causes causes;
	uint64_t sum = 0;
	size_t i;

	(void)ctx;
	MUST(memchr(o->culprit.comm, 0, sizeof(o->culprit.comm)));
	causes_of(o, KVMLAT_VENDOR_AMD, &causes);
	for (i = 0; i < causes.nr; i++)
		sum += causes.cause[i].ns;
	MUST(sum == o->total);
}

static void use(struct kvmlat_snapshot *s)
{
	struct kvmlat_account all = { 0 };
	struct kvmlat_snapshot *d;
	char name[64];
	uint64_t ns;
	size_t i, n;

	for (i = 0; i < s->nr_vcpus; i++) {
		const struct kvmlat_account *a = &s->vcpus[i].account;

		MUST(kvmlat_find_vcpu(s, s->vcpus[i].vm_id, s->vcpus[i].vcpu_id));
		for (n = 0; n < a->nr_reasons; n++) {
			kvmlat_percentile(&a->reasons[n], 990, &ns);
			kvmlat_row_name(s->vendor, a->reasons[n].cls, a->reasons[n].code, name,
					sizeof(name));
		}
		kvmlat_merge(&all, a);
	}
	kvmlat_account_free(&all);
	d = kvmlat_delta(s, s);
	kvmlat_snapshot_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kvmlat_filter f = { .histograms = true, .details = true };
	const struct kvmlat_knob_change change = { .value = 1 };
	struct input in = { .data = data + 1, .left = size - 1 };
	struct kvmlat k = {
		.send = send_, .recv = recv_, .priv = &in, .family = 33, .retries = 2,
		.buf = malloc(KVMLAT_RECV_SIZE),
	};
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap, *next;
	struct kvmlat_knobs knobs;
	struct kvmlat_info info;
	int ret = 0;

	if (!size)
		goto out;
	switch (*data % 7) {
	case 0:
		ret = kvmlat_get_info(&k, &info, &err);
		if (!ret)
			kvmlat_info_free(&info);
		break;
	case 1:
		ret = kvmlat_get_snapshot(&k, &f, &snap, &err);
		if (!ret) {
			use(snap);
			kvmlat_snapshot_free(snap);
		}
		break;
	case 2:
		ret = kvmlat_get_knobs(&k, NULL, &knobs, &err);
		if (!ret)
			kvmlat_knobs_free(&knobs);
		break;
	case 3:
		ret = kvmlat_set_knobs(&k, &change, 1, false, &knobs, &err);
		if (!ret)
			kvmlat_knobs_free(&knobs);
		break;
	case 4:
		ret = kvmlat_read_events(&k, event, NULL, &err);
		break;
	case 5:
		ret = kvmlat_refresh(&k, &f, NULL, &snap, &err);
		if (ret)
			break;
		ret = kvmlat_refresh(&k, &f, snap, &next, &err);
		if (!ret) {
			use(next);
			kvmlat_snapshot_free(kvmlat_delta(next, snap));
			kvmlat_snapshot_free(next);
		}
		kvmlat_snapshot_free(snap);
		break;
	case 6:
		ret = kvmlat_get_outliers(&k, outlier, NULL, NULL, &err);
		break;
	}
	MUST(ret >= 0 || (err.status && memchr(err.text, 0, sizeof(err.text))));
out:
	free(k.buf);
	return 0;
}
