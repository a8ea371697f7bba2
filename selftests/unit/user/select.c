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
	struct selection sel = { .vm_id = vm_id, .pid = pid, .guest = name };

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
	EXPECT_STR(sel.guest, "web");
	EXPECT_EQ(sel.vm_id, 7);
	EXPECT(sel.has_vcpu);
	EXPECT_EQ(sel.vcpu_id, 0);
	EXPECT(selects(&sel));

	EXPECT(!parse_selection('p', "0", &sel, why, sizeof(why)));
	EXPECT_STR(why, "pid \"0\" is not a whole number from 1 to 4294967295");
	EXPECT(!parse_selection('g', "", &sel, why, sizeof(why)));
	EXPECT_STR(why, "guest name \"\" is empty");
	EXPECT(!parse_selection(OPT_VM, "web", &sel, why, sizeof(why)));
	EXPECT_STR(why, "VM \"web\" is not a whole number from 1 to 4294967295");
	EXPECT(!parse_selection(OPT_VCPU, "-1", &sel, why, sizeof(why)));
	EXPECT_STR(why, "vCPU \"-1\" is not a whole number from 0 to 4294967295");
}

static void a_vcpu_goes_along(void)
{
	struct selection sel = { .guest = "web", .has_vcpu = true, .vcpu_id = 3 };

	memset(&filter, 0, sizeof(filter));
	EXPECT_EQ(select_vms(&sel, &guests, &snap, &filter, &cause), 0);
	EXPECT_EQ(filter.vm_id, 2);
	EXPECT(filter.has_vcpu_id);
	EXPECT_EQ(filter.vcpu_id, 3);
}

static const struct tap_case cases[] = {
	{ "options are read", options_are_read },
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
