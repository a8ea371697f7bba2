// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each check of check/ on a host where all is good, and with what makes it bad or keeps it from
 * knowing: files of a tree of its own, and the account of a guest.
 */
#include <stdlib.h>

#include "doctor_cases.h"
#include "tap.h"

static struct tree tree;

#define NR_CASES	(sizeof(cases) / sizeof(*cases))

static const struct finding *finding_of(const struct finding *all, const char *name)
{
	size_t i;

	for (i = 0; i < nr_checks; i++)
		if (!strcmp(all[i].check->name, name))
			return &all[i];
	return NULL;
}

/* Whatever is said can be shown, and a finding has all that the page promises. */
static void is_whole(const struct finding *f)
{
	const char *p;

	EXPECT(f->value[0] && f->check->why[0] && f->check->cost[0] && f->check->source[0]);
	EXPECT((f->verdict == BAD) == (f->fix[0] != 0));
	EXPECT(f->verdict == BAD || !f->knob);
	EXPECT(f->remedy != REMEDY_LINE || f->file);
	for (p = f->value; *p >= ' ' && *p != 0x7f; p++)
		;
	if (*p)
		printf("# %s: %s\n", f->check->name, f->value);
	EXPECT(!*p);
}

static void examine(struct patient *p, struct finding *found)
{
	struct facts facts;
	size_t i;

	patient_facts(p, &facts);
	check_all(&facts, found);
	for (i = 0; i < nr_checks; i++)
		is_whole(&found[i]);
	facts_free(&facts);
}

static void all_is_good(void)
{
	struct finding found[nr_checks];
	struct patient p;
	size_t i;

	patient_init(&p);
	examine(&p, found);
	for (i = 0; i < nr_checks; i++) {
		if (found[i].verdict != GOOD)
			printf("# %s is %s: %s\n", found[i].check->name,
			       verdict_name(found[i].verdict), found[i].value);
		EXPECT(found[i].verdict == GOOD);
	}
}

static void run_case(const struct doctor_case *c)
{
	struct finding found[nr_checks];
	const struct finding *f;
	struct patient p;

	tree_change(&tree, c->files);
	patient_init(&p);
	if (c->change)
		c->change(&p);
	if (!strcmp(c->check, "smi") && c->want == BAD)
		tree_smis(&tree, 900000);
	examine(&p, found);
	f = finding_of(found, c->check);
	EXPECT(f);
	if (f && (f->verdict != c->want || !strstr(f->value, c->says))) {
		printf("# %s: %s is %s \"%s\", not %s \"%s\"\n", c->check, c->files,
		       verdict_name(f->verdict), f->value, verdict_name(c->want), c->says);
		tap_failed = true;
	}
	tree_restore(&tree);
}

static void each_check_can_say_all(void)
{
	bool has[NR_VERDICTS];
	size_t i, j;

	for (i = 0; i < nr_checks; i++) {
		memset(has, 0, sizeof(has));
		for (j = 0; j < NR_CASES; j++)
			has[cases[j].want] |= !strcmp(cases[j].check, checks[i].name);
		if (!has[BAD] || !has[UNKNOWN])
			printf("# %s has no case that is bad, or unknown\n", checks[i].name);
		EXPECT(has[BAD] && has[UNKNOWN]);
	}
}

static void findings(void)
{
	size_t i;

	for (i = 0; i < NR_CASES; i++)
		run_case(&cases[i]);
}

/* What the account says is behind it. */
static void evidence(void)
{
	static const struct {
		const char	*check;
		const char	*files;
		void		(*change)(struct patient *p);
		const char	*here;
	} all[] = {
		{ "idle", CPU "cpu2/cpuidle/state1/disable=0\n", wakes_late,
		  "412 of 500 wake-ups took 133us or longer" },
		{ "overcommit", "", waits, "waited for a CPU in 25.0 %" },
		{ "irqs", "/proc/irq/24/effective_affinity_list=2\n", interrupts,
		  "700 of 1705 exits were for interrupts" },
		{ "halt-poll", PARAM "halt_poll_ns=0\n", NULL, "800 of 1000 halts took 200us" },
		{ "devices", "", asks_ide, "900 exits a second, which took 10us each" },
		{ "guest-poll", "", is_not_polled, "412 halts of these" },
	};
	struct finding found[nr_checks];
	struct patient p;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		tree_change(&tree, all[i].files);
		patient_init(&p);
		if (all[i].change)
			all[i].change(&p);
		examine(&p, found);
		if (!strstr(finding_of(found, all[i].check)->here, all[i].here)) {
			printf("# %s: \"%s\"\n", all[i].check,
			       finding_of(found, all[i].check)->here);
			tap_failed = true;
		}
		tree_restore(&tree);
	}
}

static void knobs_are_asked_for(void)
{
	struct finding found[nr_checks];
	struct patient p;
	unsigned int nr = 0;
	size_t i;

	tree_change(&tree, PARAM "halt_poll_ns_grow=0\n");
	patient_init(&p);
	examine(&p, found);
	for (i = 0; i < nr_checks; i++)
		nr += !!found[i].knob;
	EXPECT_EQ(nr, 1);
	EXPECT_STR(finding_of(found, "halt-poll-grow")->knob, "halt_poll_ns_grow");
	EXPECT_EQ(finding_of(found, "halt-poll-grow")->knob_value, 2);
	tree_restore(&tree);
}

static void siblings_of_two_guests(void)
{
	static struct fact_thread threads[2] = {
		{ .vcpu = 0, .known = true }, { .vcpu = 0, .known = true },
	};
	struct fact_vm vms[2] = {
		{ .vm_id = 1, .guest = "db", .nr_threads = 1, .threads = &threads[0] },
		{ .vm_id = 2, .guest = "web", .nr_threads = 1, .threads = &threads[1] },
	};
	struct fact_cpu cpus[4] = {
		{ .cpu = 0, .core = 0 }, { .cpu = 1, .core = 0 }, { .cpu = 2, .core = 2 },
		{ .cpu = 3, .core = 2 },
	};
	struct facts f = { .has_host = true, .nr_cpus = 4, .cpus = cpus, .has_vms = true,
			   .nr_vms = 2, .vms = vms, .running = 2 };
	struct finding found[nr_checks];
	char on[] = "1\n";

	f.file[FACT_SMT] = (struct fact){ READ, on };
	cpus_parse("0-3", &f.host.online);
	cpus_parse("2", &threads[0].allowed);
	cpus_parse("3", &threads[1].allowed);
	check_all(&f, found);
	EXPECT_STR(finding_of(found, "smt")->value,
		   "vCPUs of guests \"db\" and \"web\" have to share the core of CPU 2");
	cpus_parse("0-1", &threads[1].allowed);
	check_all(&f, found);
	EXPECT_STR(finding_of(found, "smt")->value, "2 vCPUs, 2 cores");
}

/* Nothing at all, and then garbage in the place of each file: nothing is good that needs one. */
static void nothing_can_be_read(void)
{
	struct finding found[nr_checks];
	struct patient p;
	size_t i;

	setenv("KVMLAT_ROOT", "/nowhere/at/all", 1);
	patient_init(&p);
	no_module(&p);
	examine(&p, found);
	for (i = 0; i < nr_checks; i++) {
		if (found[i].verdict != UNKNOWN)
			printf("# %s: %s\n", found[i].check->name, found[i].value);
		EXPECT(found[i].verdict == UNKNOWN);
	}
	setenv("KVMLAT_ROOT", tree.root, 1);
}

static void garbage(void)
{
	static const char * const texts[] = {
		"", "\n", "\033[2J", "-1", "99999999999999999999999", "[", "(]", "Y\nN", "%s%n",
		" ", "0-",
		"[always", "N9=9", "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g",
	};
	struct finding found[nr_checks];
	struct patient p;
	size_t i;

	for (i = 0; i <= sizeof(texts) / sizeof(*texts); i++) {
		tree_fill(&tree, i < sizeof(texts) / sizeof(*texts) ? texts[i] : NULL);
		patient_init(&p);
		examine(&p, found);
		tree_refill(&tree);
	}
}

int main(void)
{
	static const struct tap_case tests[] = {
		{ "a host that is well tuned has no finding", all_is_good },
		{ "each check has cases of its own", each_check_can_say_all },
		{ "each check is good, bad and unknown", findings },
		{ "findings come with evidence", evidence },
		{ "what can be set is a knob", knobs_are_asked_for },
		{ "guests on siblings of a core", siblings_of_two_guests },
		{ "nothing is good that cannot be read", nothing_can_be_read },
		{ "files of garbage", garbage },
	};
	int ret;

	tree_begin(&tree);
	ret = tap_run(tests, TAP_CASES(tests));
	tree_end(&tree);
	return ret;
}
