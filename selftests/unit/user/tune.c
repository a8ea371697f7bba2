// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>

#include "show/changes.h"
#include "show/diff.h"
#include "show/event.h"
#include "show/knobs.h"
#include "show/profiles.h"
#include "show/rt.h"
#include "tap.h"
#include "text.h"

static struct kvmlat_knob_value knobs[] = {
	{ .id = KVMLAT_KNOB_HALT_POLL_NS, .name = "halt_poll_ns", .unit = KVMLAT_UNIT_NS,
	  .now = { true, KVMLAT_SCOPE_HOST, 200000 }, .max = UINT32_MAX, .change = 5,
	  .original = { true, KVMLAT_SCOPE_HOST, 50000 } },
	{ .id = KVMLAT_KNOB_PLE_GAP, .name = "ple_gap", .unit = KVMLAT_UNIT_CYCLES, .later = true,
	  .why = "its \"module\" is, well, absent" },
	{ .id = KVMLAT_KNOB_HALT_POLL_NS, .name = "halt_poll_ns", .unit = KVMLAT_UNIT_NS,
	  .scope = KVMLAT_SCOPE_VM, .vm_id = 3, .pid = 99, .change = 7,
	  .now = { true, KVMLAT_SCOPE_VM, 0 }, .old = { true, KVMLAT_SCOPE_HOST, 200000 },
	  .original = { true, KVMLAT_SCOPE_HOST, 200000 } },
	{ .id = KVMLAT_KNOB_HALT_POLL_NS, .name = "halt_poll_ns", .unit = KVMLAT_UNIT_NS,
	  .scope = KVMLAT_SCOPE_VCPU, .vm_id = 3, .vcpu_id = 1, .result = KVMLAT_RESULT_LEFT,
	  .now = { true, KVMLAT_SCOPE_VCPU, 1500 }, .old = { true, KVMLAT_SCOPE_VM, 0 } },
};

static const struct knob_row rows[] = {
	{ &knobs[0], "" }, { &knobs[1], "" }, { &knobs[2], "a \"b\", c" }, { &knobs[3], "d" },
};

static bool has(const char *what)
{
	if (strstr(text, what))
		return true;
	printf("# there is no \"%s\" in:\n# %s\n", what, text);
	return false;
}

#define SHOW(output, what, ...) do {						\
	FILE *to = open_text();							\
										\
	show_##what(to, output, __VA_ARGS__);					\
	fclose(to);								\
} while (0)

static void knobs_are_shown(void)
{
	const struct beside beside[] = {
		{ .module = "kvm", .name = "nx_huge_pages", .value = "Y", .live = true,
		  .how = "so" },
		{ .module = "kvm", .name = "lapic_timer_advance", .how = "kvm has none here" },
	};
	const struct knobs_view v = { .nr = 4, .rows = rows, .nr_beside = 2, .beside = beside };

	SHOW(OUTPUT_TABLE, knobs, &v);
	EXPECT(has("KNOB         SCOPE     VALUE   UNIT FROM  BEFORE CHANGE NOTE\n"));
	EXPECT(has("halt_poll_ns host      200us      - host    50us      5 -\n"));
	EXPECT(has("ple_gap      host          - cycles    -       -      - its \"mod"));
	EXPECT(has("halt_poll_ns vm 3          0      -   vm inherit      7 a \"b\", c\n"));
	EXPECT(has("halt_poll_ns vcpu 3/1 1500ns      - vcpu"));
	SHOW(OUTPUT_CSV, knobs, &v);
	EXPECT(has("halt_poll_ns,host,,,,ns,200000,host,50000,host,5,0,4294967295,0,\n"));
	EXPECT(has("ple_gap,host,,,,cycles,,,,,,0,0,1,\"its \"\"module\"\" is, well, absent\"\n"));
	EXPECT(has("halt_poll_ns,vm,3,,\"a \"\"b\"\", c\",ns,0,vm,200000,host,7,"));
	SHOW(OUTPUT_JSON, knobs, &v);
	EXPECT(valid("get") && !valid("set"));
}

static void changes_are_shown(void)
{
	const struct module_option option = { "kvm", "halt_poll_ns", 50 };
	struct changes_view v = { .command = "set", .change = 7, .nr = 2, .rows = rows + 2,
				  .file = "/x", .nr_options = 1, .options = &option };

	SHOW(OUTPUT_TABLE, changes, &v);
	EXPECT(has("halt_poll_ns  vm 3      200us  host       0    vm  applied  a \"b\", c\n"));
	EXPECT(has("left  d\n\nchange 7: \"kvmlat undo 7\" takes it back, "
		   "but not what is to stay:\n"));
	EXPECT(has("\"/x\" has options kvm halt_poll_ns=50: in effect from the next time"));
	SHOW(OUTPUT_JSON, changes, &v);
	EXPECT(valid("set") && !valid("undo"));
	SHOW(OUTPUT_CSV, changes, &v);
	EXPECT(has(",ns,200000,host,0,vm,applied,7\n"));
	v.dry_run = true;
	SHOW(OUTPUT_TABLE, changes, &v);
	EXPECT(has("\"/x\" would have options"));
	v = (struct changes_view){ .command = "undo" };
	SHOW(OUTPUT_JSON, changes, &v);
	EXPECT(valid("undo"));
	SHOW(OUTPUT_TABLE, changes, &v);
	EXPECT_STR(text, "nothing was changed\n");
}

static void events_are_shown(void)
{
	const struct kvmlat_knob_event e = {
		.change = 7, .action = KVMLAT_ACTION_SET, .pid = 5, .uid = 6, .comm = "x,y",
		.at = UINT64_MAX, .knob = knobs[2],
	};
	const struct event_view v = { .time = 1500, .guest = "db", .event = &e };

	SHOW(OUTPUT_TABLE, event, &v, true);
	EXPECT(has(".500  set halt_poll_ns vm 3 \"db\": 200us (host's) to 0, applied, "));
	EXPECT(has(", change 7, by x,y, pid 5, uid 6\n"));
	SHOW(OUTPUT_JSON, event, &v, true);
	EXPECT(valid("events"));
	SHOW(OUTPUT_CSV, event, &v, true);
	EXPECT(has("time,at_ns,action,"));
	EXPECT(has("1.500,18446744073709551615,set,7,5,6,\"x,y\",halt_poll_ns,vm,3,,db,ns,"));
	EXPECT(has(",ns,200000,host,0,vm,applied\n"));
	SHOW(OUTPUT_CSV, event, &v, false);
	EXPECT(!strncmp(text, "1.500,", 6));
}

static void places_are_shown(void)
{
	struct thread threads[] = {
		{ .vm_id = 1, .pid = 2, .vcpu_id = 0, .guest = "db", .name = "CPU 0/KVM",
		  .known = true, .changed = true, .task = { 2, 3, 4 },
		  .sched = { .policy = SCHED_FIFO, .priority = 9 } },
		{ .vm_id = 1, .pid = 2, .vcpu_id = 1, .guest = "db" },
	};
	struct host host = { .guard.known = true };
	const struct rt_view v = { .host = &host, .nr = 2, .threads = threads };

	EXPECT(cpus_parse("0-3", &host.online) && cpus_parse("1,3", &threads[0].sched.cpus));
	SHOW(OUTPUT_TABLE, rt, &v);
	EXPECT(has("host CPUs 0-3, isolated -, nohz_full -, real-time throttling on\n"));
	EXPECT(has(" 1    2     0    3  fifo 9   1,3  kvmlat  CPU 0/KVM  db\n"));
	EXPECT(has(" 1    2     1    -       -     -       -          -  db\n"));
	SHOW(OUTPUT_JSON, rt, &v);
	EXPECT(has("\"cpus\":[1,3]") && valid("rt"));
	/* One after the other, each with its own. */
	EXPECT(has("\"vcpu_id\":0,\"tid\":3,\"thread\":\"CPU 0/KVM\",\"policy\":\"fifo\",\"priority\":9,"
		   "\"nice\":0,\"cpus\":[1,3],\"set_by_kvmlat\":true},{"));
	EXPECT(has("\"vcpu_id\":1,\"tid\":null,\"thread\":null,\"policy\":null,\"priority\":null,"
		   "\"nice\":null,\"cpus\":null,\"set_by_kvmlat\":false}]"));
	EXPECT(has("\"host\":{\"online\":[0,1,2,3],\"isolated\":[],\"nohz_full\":[],"
		   "\"rt_throttling\":true,\"fair_server\":false,\"unguarded\":[]}"));
	host.guard.fair_server = true;
	cpus_add(&host.guard.lacking, 2);
	SHOW(OUTPUT_TABLE, rt, &v);
	EXPECT(has(", nohz_full -, fair server off on 2\n"));
	SHOW(OUTPUT_JSON, rt, &v);
	EXPECT(has("\"rt_throttling\":false,\"fair_server\":true,\"unguarded\":[2]}"));
	host.guard.lacking = host.online;
	SHOW(OUTPUT_TABLE, rt, &v);
	EXPECT(has(", fair server off\n"));
	host.guard = (struct guard) { .fair_server = true };
	SHOW(OUTPUT_TABLE, rt, &v);
	EXPECT(has(", fair server unknown\n"));
	SHOW(OUTPUT_JSON, rt, &v);
	EXPECT(has("\"rt_throttling\":null,\"fair_server\":true,\"unguarded\":null}"));
	EXPECT(valid("rt"));
	SHOW(OUTPUT_CSV, rt, &v);
	EXPECT(has("1,2,db,0,3,CPU 0/KVM,fifo,9,0,\"1,3\",1\n1,2,db,1,,,,,,,0\n"));
}

static void profiles_are_shown(void)
{
	struct section sections[] = { { "" }, { "db-*", "al", 7 } };
	struct setting settings[] = { { 0, 2, "halt_poll_ns", "1us" }, { 1, 4, "x", "2" } };
	const struct profile p = { .name = "fast", .path = "/nonexistent", .summary = "a, b",
				   .dma_latency = 3, .nr_sections = 2, .sections = sections,
				   .nr = 2, .settings = settings };
	const struct profiles_view all = { .active = "fast", .pid = 4, .nr = 1, .profiles = &p };
	const struct diff_row diffs[] = {
		{ { .knob = &knobs[0], .value = 1000 }, "" },
		{ { .knob = &knobs[2], .inherit = true }, "d" },
	};
	struct kvmlat_knob_value lacking = { .name = "ple_gap", .why = "no pause-loop exits" };
	const struct diff_row lacks = { { .knob = &lacking, .value = 1 }, "" };
	struct diff_view d = { .profile = &p, .dma_latency = 2000000000, .nr = 2, .rows = diffs };

	SHOW(OUTPUT_TABLE, profiles, &all);
	EXPECT(has("fast     active, pid 4  a, b     /nonexistent\n"));
	SHOW(OUTPUT_CSV, profiles, &all);
	EXPECT(has("fast,1,4,\"a, b\",/nonexistent\n"));
	SHOW(OUTPUT_JSON, profiles, &all);
	EXPECT(valid("profile"));
	SHOW(OUTPUT_JSON, profile, &p);
	EXPECT(has("\"dma_latency_us\":3") && valid("profile"));
	SHOW(OUTPUT_CSV, profile, &p);
	EXPECT_STR(text, "guest,knob,value,user\n,dma_latency,3us,\n,halt_poll_ns,1us,\ndb-*,x,2,al\n");
	SHOW(OUTPUT_TABLE, diff, &d);
	EXPECT(has("dma_latency   host     any      3us  -\n"));
	EXPECT(has("halt_poll_ns  host   200us      1us  -\n"));
	EXPECT(has("halt_poll_ns  vm 3       0  inherit  d\n"));
	SHOW(OUTPUT_JSON, diff, &d);
	EXPECT(valid("profile"));
	SHOW(OUTPUT_CSV, diff, &d);
	EXPECT(has("dma_latency,host,,,us,2000000000,3,\nhalt_poll_ns,host,,,ns,200000,1000,\n"));
	EXPECT(diff_differs(&d));
	d.dma_latency = 3;
	EXPECT(diff_differs(&d));
	d.nr = 0;
	EXPECT(!diff_differs(&d));
	d.dma_latency = 4;
	EXPECT(diff_differs(&d));
	/* What the host has not differs for nobody. */
	lacking.now.known = false;
	d = (struct diff_view) { .profile = &p, .dma_latency = 3, .nr = 1, .rows = &lacks };
	EXPECT(!diff_differs(&d));
	lacking.now.known = true;
	EXPECT(diff_differs(&d));
}

static const struct tap_case cases[] = {
	{ "knobs", knobs_are_shown },
	{ "changes", changes_are_shown },
	{ "events", events_are_shown },
	{ "places", places_are_shown },
	{ "profiles", profiles_are_shown },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
