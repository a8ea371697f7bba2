// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which attributes the module's replies have to have, and that each has its length: of each
 * message that has all, one after the other is taken away, or cut.
 */
#include "replies.h"
#include "tap.h"

enum harm { HIDE, CUT };

/* To attribute @n of what is there, nests before what is in them. */
static bool harm_in(enum harm harm, struct nlattr *attr, size_t len, unsigned int *n)
{
	struct nlattr *next;

	for (; mnl_attr_ok(attr, len); attr = next) {
		next = mnl_attr_next(attr);
		len -= (char *)next - (char *)attr;
		if (!(*n)--) {
			if (harm == HIDE)
				attr->nla_type |= 0x3f00;
			else if (!(attr->nla_type & NLA_F_NESTED) && attr->nla_len % 4 != 1)
				attr->nla_len--;
			return true;
		}
		if (attr->nla_type & NLA_F_NESTED &&
		    harm_in(harm, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr), n))
			return true;
	}
	return false;
}

static bool harmed(enum harm harm, unsigned int part, unsigned int n)
{
	struct nlmsghdr *one = (struct nlmsghdr *)script.text[part];
	const size_t head = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);

	EXPECT_EQ(one->nlmsg_type, FAMILY);
	return harm_in(harm, (struct nlattr *)(script.text[part] + head), one->nlmsg_len - head,
		       &n);
}

/* With each attribute of message @part harmed: how many were refused, and in @names which. */
static unsigned int refused(enum harm harm, const char *ends, void (*build)(void),
			    unsigned int part,
			    int (*ask)(struct kvmlat *k, struct kvmlat_error *err), char *names)
{
	static const char begins[] = "the module's reply is malformed: ";
	unsigned int n, nr = 0;
	bool any = true;

	*names = 0;
	for (n = 0; any; n++) {
		struct kvmlat_error err = { 0 };
		struct kvmlat *k = start();

		build();
		any = harmed(harm, part, n);
		if (ask(k, &err)) {
			size_t len = strlen(err.text);

			EXPECT(any);
			EXPECT_EQ(err.status, KVMLAT_E_PROTOCOL);
			EXPECT(len > strlen(ends) && !strcmp(err.text + len - strlen(ends), ends));
			EXPECT(!strncmp(err.text, begins, strlen(begins)));
			sprintf(names + strlen(names), "%s%.*s", nr ? ", " : "",
				(int)(len - strlen(begins) - strlen(ends)),
				err.text + strlen(begins));
			nr++;
		}
		kvmlat_close(k);
	}
	return nr;
}

static const char *needed(void (*build)(void), unsigned int part,
			  int (*ask)(struct kvmlat *k, struct kvmlat_error *err))
{
	static char names[4096];

	refused(HIDE, " is missing", build, part, ask, names);
	return names;
}

/* How many have a length: strings do not, and nests say by themselves what is in them. */
static unsigned int measured(void (*build)(void), unsigned int part,
			     int (*ask)(struct kvmlat *k, struct kvmlat_error *err))
{
	static char names[4096];

	return refused(CUT, " has a wrong length", build, part, ask, names);
}

static void of_info(void)
{
	EXPECT_STR(needed(an_info, 0, ask_info),
		   "message.info, info.version, info.abi, info.vms, info.vms-gone, "
		   "info.vms-gone-max, info.vcpus, info.vcpu-memory-max, info.clock, "
		   "info.monotonic, info.memory, info.missed, info.spilled, info.vendor, "
		   "info.now, probe.name, probe.state, probe.name, probe.state, probe.name, "
		   "probe.state");
	EXPECT_EQ(measured(an_info, 0, ask_info), 22);
}

static void of_vms(void)
{
	EXPECT_STR(needed(a_vm, 3, ask_snapshot),
		   "message.vm, vm.vm-id, vm.pid, vm.vcpus, vm.since");
	EXPECT_EQ(measured(a_vm, 3, ask_snapshot), 5);
}

static void of_vcpus(void)
{
	EXPECT_STR(needed(a_vcpu, 2, ask_snapshot),
		   "message.vcpu, vcpu.vm-id, vcpu.pid, vcpu.vcpu-id, vcpu.since, vcpu.now, "
		   "open.class, open.since, vcpu.times, times.guest, times.exit, times.user, "
		   "preemptor.comm, preemptor.tid, preemptor.cpu, preemptor.at, preemptor.time, "
		   "detail.kind, detail.key, detail.count, detail.total, detail.longest, "
		   "reason.class, reason.count, reason.total, reason.longest");
	EXPECT_EQ(measured(a_vcpu, 2, ask_snapshot), 45);
}

static void of_ends(void)
{
	EXPECT_STR(needed(an_end, 2, ask_changes),
		   "message.vcpu, end.cursor, end.now");
	EXPECT_EQ(measured(an_end, 2, ask_changes), 2);
}

static void of_knobs(void)
{
	EXPECT_STR(needed(a_knob, 0, ask_knobs),
		   "knob.id, knob.scope");
	EXPECT_EQ(measured(a_knob, 0, ask_knobs), 16);
}

static void of_events(void)
{
	EXPECT_STR(needed(an_event, 0, ask_events),
		   "message.knob or author, author.action, author.pid, author.uid, author.at, "
		   "message.knob or author, knob.id, knob.scope");
	EXPECT_EQ(measured(an_event, 0, ask_events), 7);
}

static void of_outliers(void)
{
	EXPECT_STR(needed(an_outlier, 0, ask_outliers),
		   "message.outlier, outlier.vm-id, outlier.pid, outlier.vcpu-id, outlier.kind, "
		   "outlier.class, outlier.begin, outlier.end, outlier.total, outlier.times, "
		   "outlier.preemptor.comm, outlier.preemptor.tid, outlier.preemptor.time, "
		   "outlier.part.kind, outlier.part.state, outlier.part.id, outlier.part.cpu, "
		   "outlier.part.time, outlier.waker.comm, outlier.waker.tid, "
		   "outlier.waker.cpu, outlier.waker.at");
	EXPECT_EQ(measured(an_outlier, 0, ask_outliers), 39);
	EXPECT_STR(needed(an_outlier, 1, ask_outliers),
		   "message.outlier, end.now, end.dropped");
	EXPECT_EQ(measured(an_outlier, 1, ask_outliers), 2);
}

static const struct tap_case cases[] = {
	{ "what is needed of info", of_info },
	{ "what is needed of VMs", of_vms },
	{ "what is needed of vCPUs", of_vcpus },
	{ "what is needed of ends", of_ends },
	{ "what is needed of knobs", of_knobs },
	{ "what is needed of events", of_events },
	{ "what is needed of outliers", of_outliers },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
