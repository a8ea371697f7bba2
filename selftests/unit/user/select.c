// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "model/selection.h"
#include "tap.h"

static struct kvmlat_vm vms[] = {
	{ .vm_id = 1, .pid = 10, .gone = 5 },
	{ .vm_id = 2, .pid = 10 },
	{ .vm_id = 3, .pid = 11 },
	{ .vm_id = 4, .pid = 12 },
	{ .vm_id = 5, .pid = 13, .gone = 6 },
	{ .vm_id = 6, .pid = 14, .gone = 7 },
	{ .vm_id = 8, .pid = 15, .gone = 8 },
	{ .vm_id = 9, .pid = 16 },
};

static struct entry names[] = {
	{ 1, "web", NO_UID }, { 2, "web", 107 }, { 3, "db", 0 }, { 4, "db", 1000 },
	{ 5, "old", NO_UID }, { 6, "old", NO_UID }, { 8, "web", NO_UID }, { 9, "x@0", 1000 },
};

static const struct kvmlat_snapshot snap = { .nr_vms = 8, .vms = vms };
static const struct guests guests = { .nr = 8, .entries = names };

static struct kvmlat_filter filter;
static struct trouble cause;

static int pick(uint32_t vm_id, uint32_t pid, const char *name)
{
	struct selection sel = { vm_id, pid, .nr_guests = !!name, .guests = { name } };

	memset(&filter, 0, sizeof(filter));
	return select_vms(&sel, &guests, &snap, &filter, &cause) ? cause.kind : TROUBLE_NONE;
}

static void all(void)
{
	static const struct kvmlat_snapshot empty;
	struct selection sel = { 0 };

	EXPECT_EQ(pick(0, 0, NULL), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 0);
	EXPECT_EQ(filter.pid, 0);
	EXPECT_EQ(select_vms(&sel, &guests, &empty, &filter, &cause), -1);
	EXPECT_EQ(cause.kind, TROUBLE_NO_VM);
}

static void by_process(void)
{
	EXPECT_EQ(pick(0, 10, NULL), TROUBLE_NONE);
	EXPECT_EQ(filter.pid, 10);
	EXPECT_EQ(filter.vm_id, 0);
	EXPECT_EQ(pick(0, 99, NULL), TROUBLE_NO_VM);
}

static void by_id(void)
{
	EXPECT_EQ(pick(3, 0, NULL), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 3);
	EXPECT_EQ(pick(7, 0, NULL), TROUBLE_NO_VM);
	EXPECT_EQ(pick(3, 10, NULL), TROUBLE_NO_VM);
}

static void by_name(void)
{
	EXPECT_EQ(pick(0, 0, "web"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 2);
	EXPECT_EQ(pick(0, 0, "db"), TROUBLE_AMBIGUOUS);
	EXPECT_EQ(pick(0, 12, "db"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 4);
	EXPECT_EQ(pick(4, 0, "db"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 4);
	EXPECT_EQ(pick(0, 0, "old"), TROUBLE_AMBIGUOUS);
	EXPECT_EQ(pick(0, 14, "old"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 6);
	EXPECT_EQ(pick(0, 0, "we"), TROUBLE_NO_VM);
	EXPECT_EQ(pick(0, 11, "web"), TROUBLE_NO_VM);
}

/* Any user can call his guest "db". */
static void by_name_and_owner(void)
{
	EXPECT_EQ(pick(0, 0, "db"), TROUBLE_AMBIGUOUS);
	EXPECT(strstr(cause.text, "VM 3 (pid 11 of uid 0), VM 4 (pid 12 of uid 1000); choose"));
	EXPECT_EQ(pick(0, 0, "db@1000"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 4);
	EXPECT_EQ(pick(0, 0, "db@0"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 3);
	EXPECT_EQ(pick(0, 0, "db@root"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 3);
	EXPECT_EQ(pick(0, 0, "db@107"), TROUBLE_NO_VM);
	EXPECT_EQ(pick(0, 0, "db@nobody there"), TROUBLE_NO_VM);
	EXPECT_EQ(pick(0, 0, "db@"), TROUBLE_NO_VM);
	/* Of one that ended nobody can tell whose it was, and that is no match. */
	EXPECT_EQ(pick(0, 0, "old@0"), TROUBLE_NO_VM);
	/* A name may have an @ itself, but is not taken for the guest "x" of root. */
	EXPECT_EQ(pick(0, 0, "x@0"), TROUBLE_NO_VM);
	EXPECT_EQ(pick(0, 0, "x@0@1000"), TROUBLE_NONE);
	EXPECT_EQ(filter.vm_id, 9);
	EXPECT_EQ(pick(0, 0, "x@0@0"), TROUBLE_NO_VM);
}

static void names_are_learnt_once(void)
{
	static char * const argv[] = { "qemu", "-name", "guest=short", NULL };
	struct kvmlat_vm vm[] = {
		{ .vm_id = 1, .comm = "ended", .gone = 1 },
		{ .vm_id = 2, .pid = 77, .gone = 1 },
		{ .vm_id = 3 },
	};
	const struct kvmlat_snapshot s = { .nr_vms = 3, .vms = vm };
	struct guests g = { 0 };

	vm[0].pid = getpid();
	vm[2].pid = getpid();
	guests_expect(&g, 77, argv);
	EXPECT(!guests_learn(&g, &s));
	EXPECT_STR(guests_name(&g, 1), "ended");
	EXPECT_STR(guests_name(&g, 2), "short");
	EXPECT_STR(guests_name(&g, 3), "user_select");
	EXPECT_EQ(guests_uid(&g, 1), NO_UID);
	EXPECT_EQ(guests_uid(&g, 2), getuid());
	EXPECT_EQ(guests_uid(&g, 3), getuid());
	vm[2].gone = 1;
	EXPECT(!guests_learn(&g, &s));
	EXPECT_EQ(g.nr, 3);
	EXPECT_STR(guests_name(&g, 3), "user_select");
	EXPECT(!guests_name(&g, 4));
	guests_free(&g);
}

static void options_are_read(void)
{
	struct selection sel = { 0 };
	char why[256];

	EXPECT(!selects(&sel));
	EXPECT(parse_selection('p', "4294967295", &sel, why, sizeof(why)));
	EXPECT(parse_selection('g', "web", &sel, why, sizeof(why)));
	EXPECT(parse_selection(OPT_VM, "7", &sel, why, sizeof(why)));
	EXPECT(parse_selection(OPT_VCPU, "0", &sel, why, sizeof(why)));
	EXPECT_EQ(sel.pid, UINT32_MAX);
	EXPECT_EQ(sel.nr_guests, 1);
	EXPECT_STR(sel.guests[0], "web");
	EXPECT_EQ(sel.vm_id, 7);
	EXPECT(selects_vcpu(&sel, 0) && !selects_vcpu(&sel, 1));
	EXPECT(selects(&sel));

	EXPECT(!parse_selection('p', "0", &sel, why, sizeof(why)));
	EXPECT_STR(why, "pid \"0\" is not a whole number from 1 to 4294967295");
	EXPECT(!parse_selection('g', "", &sel, why, sizeof(why)));
	EXPECT_STR(why, "guest name \"\" is empty");
	EXPECT(!parse_selection(OPT_VM, "web", &sel, why, sizeof(why)));
	EXPECT_STR(why, "VM \"web\" is not a whole number from 1 to 4294967295");
	EXPECT(!parse_selection(OPT_VCPU, "-1", &sel, why, sizeof(why)));
	EXPECT_STR(why,
		   "vCPUs \"-1\" are not a list of whole numbers from 0 to 4294967295, as 0-3,7, of up to 65536 vCPUs in 32 ranges");
}

static bool list(const char *text, struct selection *sel)
{
	char why[256];

	return parse_selection(OPT_VCPU, text, sel, why, sizeof(why));
}

static void lists_are_read(void)
{
	static const char * const wrong[] = {
		"", ",", "1,", ",1", "1,,2", "3-1", "1-", "-1", "1-2-3", "x", "1 ", " 1", "+1", "0x1",
		"4294967296", "0-65536", "0-4294967295", "1;2",
	};
	struct selection sel = { 0 };
	char many[256] = "0", why[256];
	size_t i;

	EXPECT(list("0-3,7", &sel));
	EXPECT(selects_vcpu(&sel, 0) && selects_vcpu(&sel, 3) && selects_vcpu(&sel, 7));
	EXPECT(!selects_vcpu(&sel, 4) && !selects_vcpu(&sel, 8) && !selects_vcpu(&sel, 70));
	EXPECT(list("4294967295", &sel));
	EXPECT(selects_vcpu(&sel, UINT32_MAX) && !selects_vcpu(&sel, 0));
	EXPECT(list("4294967290-4294967295", &sel) && selects_vcpu(&sel, UINT32_MAX));
	EXPECT(list("0-65535", &sel));
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		EXPECT(!list(wrong[i], &sel));
	for (i = 1; i < SELECT_RANGES; i++)
		strcat(many, ",0");
	EXPECT(list(many, &sel));
	strcat(many, ",0");
	EXPECT(!list(many, &sel));
	memset(&sel, 0, sizeof(sel));
	EXPECT(selects_vcpu(&sel, 5));
	for (i = 0; i < SELECT_GUESTS; i++)
		EXPECT(parse_selection('g', "web", &sel, why, sizeof(why)));
	EXPECT(!parse_selection('g', "web", &sel, why, sizeof(why)));
	EXPECT_EQ(sel.nr_guests, SELECT_GUESTS);
}

static int chosen(const struct selection *sel, unsigned int *bits)
{
	size_t i;

	*bits = 0;
	memset(&filter, 0, sizeof(filter));
	if (select_vms(sel, &guests, &snap, &filter, &cause))
		return cause.kind;
	for (i = 0; i < snap.nr_vms; i++)
		if (selects_vm(sel, &guests, &snap, &vms[i]))
			*bits |= 1 << vms[i].vm_id;
	return TROUBLE_NONE;
}

static void patterns_and_lists(void)
{
	unsigned int bits;

	EXPECT_EQ(chosen(&(struct selection){ .nr_guests = 1, .guests = { "w*" } }, &bits), 0);
	EXPECT_EQ(bits, 1 << 1 | 1 << 2 | 1 << 8);
	EXPECT_EQ(filter.vm_id, 0);
	EXPECT_EQ(chosen(&(struct selection){ .nr_guests = 2, .guests = { "web", "x@?" } }, &bits),
		  0);
	EXPECT_EQ(bits, 1 << 2 | 1 << 9);
	EXPECT_EQ(filter.vm_id, 0);
	EXPECT_EQ(chosen(&(struct selection){ .nr_guests = 1, .guests = { "d[ab]@1000" } }, &bits),
		  0);
	EXPECT_EQ(bits, 1 << 4);
	EXPECT_EQ(chosen(&(struct selection){ .pid = 10, .nr_guests = 1, .guests = { "*" } },
			 &bits), 0);
	EXPECT_EQ(bits, 1 << 1 | 1 << 2);
	EXPECT_EQ(filter.pid, 10);
	/* Each must be there, and a name is still that of one. */
	EXPECT_EQ(chosen(&(struct selection){ .nr_guests = 2, .guests = { "w*", "no*" } }, &bits),
		  TROUBLE_NO_VM);
	EXPECT_STR(cause.text, "no VM has a guest name like \"no*\"");
	EXPECT_EQ(chosen(&(struct selection){ .nr_guests = 2, .guests = { "w*", "db" } }, &bits),
		  TROUBLE_AMBIGUOUS);
}

/* Who calls his guest "*" is not to be taken for all. */
static void a_name_is_no_pattern(void)
{
	static struct entry odd[] = { { 1, "*", NO_UID }, { 2, "web", 107 } };
	const struct guests g = { .nr = 2, .entries = odd };
	const struct kvmlat_snapshot two = { .nr_vms = 2, .vms = vms };
	struct selection sel = { .nr_guests = 1, .guests = { "*" } };

	memset(&filter, 0, sizeof(filter));
	EXPECT(!select_vms(&sel, &g, &two, &filter, &cause));
	EXPECT_EQ(filter.vm_id, 1);
	EXPECT(selects_vm(&sel, &g, &two, &vms[0]) && !selects_vm(&sel, &g, &two, &vms[1]));
}

static void snapshots_are_narrowed(void)
{
	struct selection sel = { .nr_guests = 1, .guests = { "?b" } };
	struct kvmlat_snapshot s = { .nr_vms = 3 };
	size_t i;

	s.vms = calloc(3, sizeof(*s.vms));
	s.vcpus = calloc(6, sizeof(*s.vcpus));
	for (i = 0; i < 3; i++)
		s.vms[i] = vms[i];
	for (i = 0; i < 6; i++) {
		s.vcpus[i].vm_id = i / 2 + 1;
		s.vcpus[i].vcpu_id = i % 2;
		s.vcpus[i].account.reasons = calloc(1, sizeof(struct kvmlat_reason));
	}
	s.nr_vcpus = 6;
	EXPECT(list("1-5", &sel));
	select_narrow(&sel, &guests, &s);
	EXPECT_EQ(s.nr_vms, 1);
	EXPECT_EQ(s.vms[0].vm_id, 3);
	EXPECT_EQ(s.nr_vcpus, 1);
	EXPECT_EQ(s.vcpus[0].vm_id, 3);
	EXPECT_EQ(s.vcpus[0].vcpu_id, 1);
	kvmlat_account_free(&s.vcpus[0].account);
	free(s.vms);
	free(s.vcpus);
}

static void a_vcpu_goes_along(void)
{
	struct selection sel = { .nr_guests = 1, .guests = { "web" } };

	EXPECT(list("3", &sel));
	memset(&filter, 0, sizeof(filter));
	EXPECT_EQ(select_vms(&sel, &guests, &snap, &filter, &cause), 0);
	EXPECT_EQ(filter.vm_id, 2);
	EXPECT(filter.has_vcpu_id);
	EXPECT_EQ(filter.vcpu_id, 3);
	/* The kernel knows one; of several the rest is dropped. */
	EXPECT(list("3,5", &sel));
	EXPECT_EQ(select_vms(&sel, &guests, &snap, &filter, &cause), 0);
	EXPECT(!filter.has_vcpu_id);
	trouble_vcpu(&cause, &sel);
	EXPECT_STR(cause.text, "no VM that is asked for has one of the vCPUs 3,5 that ran yet");
}

static const struct tap_case cases[] = {
	{ "options are read", options_are_read },
	{ "lists are read", lists_are_read },
	{ "patterns and lists of names", patterns_and_lists },
	{ "a name is no pattern", a_name_is_no_pattern },
	{ "snapshots are narrowed", snapshots_are_narrowed },
	{ "all VMs", all },
	{ "VMs of a process", by_process },
	{ "a VM by its id", by_id },
	{ "a VM by its name", by_name },
	{ "a vCPU goes along", a_vcpu_goes_along },
	{ "a VM by its name and owner", by_name_and_owner },
	{ "names are learnt once", names_are_learnt_once },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
