// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "show/sample.h"
#include "tap.h"
#include "text.h"

#define SEC	1000000000ULL
#define ROW(c, n, t, l, at, cpu) \
	{ .cls = KVMLAT_REASON_CLASS_##c, .count = n, .total = t, .longest_min = l, \
	  .longest_max = l, .longest_at = at, .longest_cpu = cpu, .nr_buckets = 1, \
	  .buckets = bucket }

static struct kvmlat_bucket bucket[] = { { 61, 7 } };

/* Ascending by class and code. */
static struct kvmlat_reason rows[] = {
	ROW(EXIT, 10, 20000, 12345, 0, 0),
	ROW(NESTED, 3, 3000, 1500, 0, 0),
	ROW(USER, 4, 1000000, 500000, 99 * SEC, 1),
	ROW(USER, 5, 9000000, 5000000, 99 * SEC, 2),
	ROW(HALT, 20, 200000000, 50000000, 0, 0),
	ROW(POLL_HIT, 15, 300000, 30000, 0, 0),
	ROW(POLL_MISS, 5, 500000, 110000, 0, 0),
	ROW(SLEEP, 5, 199000000, 49000000, 0, 0),
	ROW(WAKE, 5, 40000, 12000, 99 * SEC + 1500000, 3),
	ROW(RUNQ, 8, 80000000, 60000000, 98 * SEC, 0),
	{ .cls = KVMLAT_REASON_CLASS_PREEMPT },
};

static struct kvmlat_preemptor preemptors[] = {
	{ .comm = "a,b", .tid = 77, .vcpu_id = 0, .cpu = 2, .at = 97 * SEC, .time = 60000000 },
	{ .comm = "swapper", .tid = 0, .vcpu_id = 0, .cpu = 1, .at = 98 * SEC, .time = 5000 },
};

static struct kvmlat_detail details[] = {
	{ .kind = KVMLAT_DETAIL_KIND_PIO_OUT, .key = 0x3f8, .count = 10, .total = 50000,
	  .longest_min = 9000, .longest_max = 9000 },
	{ .kind = KVMLAT_DETAIL_KIND_MSR_READ, .key = 0x10, .count = 30, .error = 5, .total = 50000,
	  .longest_min = 0, .longest_max = 8000 },
	{ .kind = KVMLAT_DETAIL_KIND_HYPERCALL, .key = 11, .count = 20, .error = 20 },
	{ .kind = KVMLAT_DETAIL_KIND_CPUID, .key = 7 },
};

static struct kvmlat_vcpu vcpus[] = {
	{ .vm_id = 3, .pid = 99, .vcpu_id = 0, .tid = 100, .state = KVMLAT_STATE_WAIT,
	  .state_since = 100 * SEC - 2500000,
	  .account = {
		.start = 99 * SEC, .end = 100 * SEC, .elapsed = SEC, .nr_vcpus = 1,
		.times = { 400000000, 100000000, 50000000, 0, 300000000, 100000000, 50000000 },
		.preempted = 60000000, .halt = { 10000, 10000, 12, 3, 1 },
		.nr_reasons = 11, .reasons = rows, .nr_preemptors = 2, .preemptors = preemptors,
		.nr_details = 4, .details = details, .details_evicted = 6,
		.details_since = 100 * SEC - 500000000 } },
	{ .vm_id = 3, .pid = 99, .vcpu_id = 1, .state = KVMLAT_STATE_GUEST,
	  .account = { .start = 99 * SEC, .end = 100 * SEC, .elapsed = SEC, .nr_vcpus = 1,
		       .times = { SEC }, .halt = { 50000, 50000, 0, 0, 0 } } },
};

static struct kvmlat_vm vms[] = { { .vm_id = 3, .pid = 99, .vcpus = 2, .comm = "x" } };
static struct entry names[] = { { 3, "a \"b\", c" } };
static const struct guests guests = { .nr = 1, .entries = names };

static struct kvmlat_snapshot snap = {
	.now = 100 * SEC, .vendor = KVMLAT_VENDOR_AMD, .nr_vms = 1, .vms = vms, .nr_vcpus = 2,
	.vcpus = vcpus,
};

static struct quota quota = { .vm_id = 3, .group = "/web", .max = 20000000, .period = 100000000 };
static const struct quotas quotas = { 1, &quota };

static const struct hist_wish *hist;
static bool cumulative, whole, first = true;

#define NOW	1700000000LL

static void show(enum output f, enum view what, enum grouping grouping, bool skip)
{
	/* It is 100 s by the module's clock when it is read, and half a second later now. */
	struct wish wish = {
		.grouping = grouping, .view = what, .key = SORT_COUNT, .skip_zeros = skip,
		.skip_empty = skip, .cumulative = cumulative, .hist = hist, .whole = whole,
		.quotas = &quotas,
		.now = { NOW * SEC + SEC / 2, 7000 * SEC + SEC / 2 },
	};
	struct sample *s;
	FILE *to = open_text();

	snap.monotonic = 7000 * SEC;
	s = sample_make(&snap, &guests, &wish);
	show_sample(to, f, s, first);
	fclose(to);
	sample_free(s);
}

static bool has(const char *line)
{
	return strstr(text, line);
}

static void states_have_times_and_shares(void)
{
	show(OUTPUT_TABLE, VIEW_STATES, GROUP_VCPU, false);
	EXPECT(strstr(text,
		      "\nSTATE      GUEST     EXIT     USER     POLL     WAIT     RUNQ "
		      " PREEMPT      OFF\n"));
	EXPECT(strstr(text,
		      "\nTIME/ms   400.00   100.00    50.00     0.00   300.00   100.00   "
		      " 60.00    50.00\n"));
	EXPECT(strstr(text,
		      "\nTIME%      40.00    10.00     5.00     0.00    30.00    10.00    "
		      " 6.00     5.00\n"));
	EXPECT(strstr(text, "\nnow wait, for 2.500 ms\n"));
	EXPECT(longest_line() < 80);
	show(OUTPUT_TABLE, VIEW_STATES, GROUP_VM, false);
	EXPECT(strstr(text, "VM 3 \"a \"b\", c\", pid 99, 2 vCPUs, 1.000 s\n"));
	EXPECT(strstr(text, "\nTIME%      70.00     5.00"));
	EXPECT(!strstr(text, "now "));

	show(OUTPUT_CSV, VIEW_STATES, GROUP_VCPU, false);
	EXPECT_EQ(nr_lines(), 3);
	EXPECT(strstr(text,
		      "\"a \"\"b\"\", c\",0,1000000000,400000000,100000000,50000000,0,"
		      "300000000,100000000,50000000,60000000,40.0000,"));
	EXPECT(strstr(text, ",10.0000,5.0000,6.0000\n"));
	show(OUTPUT_JSON, VIEW_STATES, GROUP_VCPU, false);
	EXPECT(strstr(text, "\"state\":\"wait\",\"state_for_ns\":2500000,"));
	EXPECT(valid("states"));
	show(OUTPUT_JSON, VIEW_STATES, GROUP_ALL, false);
	EXPECT(valid("states"));
}

static void halts_have_polls_and_sleeps(void)
{
	show(OUTPUT_TABLE, VIEW_HALT, GROUP_VM, false);
	EXPECT(before("halt ", "poll-hit "));
	EXPECT(before("poll-miss ", "sleep "));
	EXPECT(line_of("halt ") > 0);
	EXPECT(strstr(text,
		      "\nhalt           20   200.00   10.00  10000.0      13      13     "
		      "   13  50000.0\n"));
	EXPECT(strstr(text,
		      "\npolls: 15 of 20 succeeded (75.00 %); window 10.0 to 50.0 us,"
		      " grown 12, shrunk 3\n"));
	EXPECT(strstr(text, "\ninvalid wakeups: 1\n"));
	EXPECT(line_of("wake") < 0 && line_of("total") < 0);
	EXPECT(longest_line() < 80);
	show(OUTPUT_TABLE, VIEW_HALT, GROUP_VCPU, false);
	EXPECT(strstr(text, "\npolls: 0 of 0 succeeded; window 50.0 us, grown 0, shrunk 0\n"));
	show(OUTPUT_CSV, VIEW_HALT, GROUP_VCPU, false);
	EXPECT_EQ(nr_lines(), 5);
	EXPECT(strstr(text, ",0,poll-hit,15,15.000,300000,0.0300,20000.0,"));
	EXPECT(strstr(text, ",30000,30000,1000000000,20,15,10000,10000,12,3,1\n"));
	show(OUTPUT_JSON, VIEW_HALT, GROUP_VM, false);
	EXPECT(strstr(text, "\"success_percent\":75.0000,"));
	EXPECT(valid("halt"));
	show(OUTPUT_JSON, VIEW_HALT, GROUP_VCPU, false);
	EXPECT(strstr(text, "\"success_percent\":null,"));
	EXPECT(valid("halt"));
}

static void lateness_tells_when_where_and_who(void)
{
	rows[2].code = 2;
	rows[3].code = KVMLAT_USER_INTERRUPTED;
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(before("wake ", "runq ") && before("runq ", "preempt "));
	EXPECT(before("preempt ", "user:interrupted "));
	EXPECT(before("user:interrupted ", "user:IO "));
	EXPECT(strstr(text, "\npreempt              0       -      -      -        -       -"
			    "            -   -\n"));
	EXPECT(strstr(text, "     0     2  60000.0  a,b (77)\n"));
	EXPECT(strstr(text, "swapper (0)\n"));
	EXPECT(longest_line() <= 80);
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, true);
	EXPECT(line_of("preempt ") < 0 && line_of("wake ") > 0);

	show(OUTPUT_CSV, VIEW_LATENESS, GROUP_VM, false);
	EXPECT_EQ(nr_lines(), 8);
	EXPECT(strstr(text, ",,user:IO,user,2,4,4.000,1000000,0.0500,"));
	EXPECT(strstr(text, ",,preempt,preempt,,0,0.000,0,0.0000,,,,,,,,,,,\n"));
	EXPECT(strstr(text, ",2,\"a,b\",77,0\n"));
	/* 99.0015 s of the module's clock, which is 0.9985 s before it was read. */
	EXPECT(strstr(text, ",12000,12000,1699999999.001500000,3,"));
	EXPECT(!strncmp(strchr(text, '\n'), "\n1700000000.500,", 15));
	show(OUTPUT_JSON, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(strstr(text,
		      "\"name\":\"user:interrupted\",\"class\":\"user\",\"code\":4294967294,"));
	EXPECT(strstr(text, "\"max_at\":null,\"max_cpu\":null}"));
	EXPECT(has("\"quotas\":[{\"vm_id\":3,\"cgroup\":\"/web\",\"quota_ns\":20000000,"));
	EXPECT(valid("lateness"));
}

static void a_list_without_the_longest_says_so(void)
{
	struct kvmlat_reason none = rows[10];

	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(!strstr(text, "the last"));
	/* All are in the list but one, which was the longest. */
	rows[10] = (struct kvmlat_reason)ROW(PREEMPT, 3, 90000000, 70000000, 96 * SEC, 1);
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(strstr(text, "\nthe last 2 of 3 preemptions; the longest, 70000.0 us,"
			    " is not among them\n"));
	EXPECT(longest_line() <= 80);
	show(OUTPUT_JSON, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(strstr(text, "\"preemptors_missing\":1"));
	EXPECT(valid("lateness"));
	rows[10].longest_min = 60000000;
	rows[10].longest_max = 60000000;
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(strstr(text, "\nthe last 2 of 3 preemptions\n"));
	/* Of an interval: it is only known how long it was at most. */
	rows[10].longest_min = 50000000;
	rows[10].longest_at = 0;
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(strstr(text, "2 of 3 preemptions; a longer one may have come before them\n"));
	EXPECT(strstr(text, "\nAT and CPU are known of what is the longest since the start"));
	cumulative = true;
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VCPU, false);
	EXPECT(!strstr(text, "AT and CPU are known"));
	cumulative = false;
	rows[10] = none;
}

static void what_no_row_tells_is_said_once(void)
{
	static const char late[] = "how late a timer of the host fired is in no row";
	struct hist_wish wish = { .unit = &unit_us };
	char why[256];

	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VM, false);
	EXPECT(strstr(text, late));
	show(OUTPUT_TABLE, VIEW_HALT, GROUP_VM, false);
	EXPECT(strstr(text, "how late a timer of the host fired is part of the halt"));
	first = false;
	show(OUTPUT_TABLE, VIEW_LATENESS, GROUP_VM, false);
	EXPECT(!strstr(text, late));
	first = true;
	hist = &wish;
	EXPECT(pick_kind(&wish.pick, "wake", why, sizeof(why)));
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(has("how late a timer of the host fired before the wakeup is not in it\n"));
	EXPECT(pick_kind(&wish.pick, "halt", why, sizeof(why)));
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(has("how late a timer of the host fired is part of the time"));
	EXPECT(pick_kind(&wish.pick, "runq", why, sizeof(why)));
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(!has("timer of the host"));
	hist = NULL;
}

static void columns_stay_where_they_were(void)
{
	struct hist_wish wish = { .unit = &unit_us };
	struct kvmlat_reason was = rows[0];
	char wide[128], *line, why[256];

	rows[0].count = 123456789012;
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	line = strstr(text, "\nREASON ");
	snprintf(wide, sizeof(wide), "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
	rows[0] = was;
	first = false;
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	EXPECT(strstr(text, wide));
	first = true;
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	EXPECT(!strstr(text, wide));
	hist = &wish;
	EXPECT(pick_kind(&wish.pick, "user", why, sizeof(why)));
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(has("\n FROM      TO  COUNT       %    CUM%\n"));
	bucket->count = 7000000;
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(has("\n FROM      TO     COUNT       %    CUM%\n"));
	bucket->count = 7;
	first = false;
	show(OUTPUT_TABLE, VIEW_HIST, GROUP_VM, false);
	EXPECT(has("\n FROM      TO     COUNT       %    CUM%\n"));
	first = true;
	hist = NULL;
}

static void a_total_says_that_it_is_one(void)
{
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	EXPECT(!strstr(text, "whole run"));
	whole = true;
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	EXPECT(strstr(text, ".500, the whole run\n"));
	whole = false;
}

/* The widest that a minute of a busy guest has. */
static void a_table_of_details_has_80_columns(void)
{
	static struct kvmlat_detail wide[] = {
		{ .kind = KVMLAT_DETAIL_KIND_MMIO_WRITE, .key = 0x3fffffff000, .count = 999999,
		  .error = 999, .total = 59999 * 1000000000ULL / 1000, .longest_min = 1,
		  .longest_max = 131703800 },
		{ .kind = KVMLAT_DETAIL_KIND_MSR_WRITE, .key = 0x4b564d00, .count = 54702,
		  .total = 12289030000, .longest_min = 99900000, .longest_max = 99900000 },
	};
	struct kvmlat_account *a = &vcpus[0].account, was = *a;

	a->details = wide;
	a->nr_details = 2;
	a->details_since = 40 * SEC;
	show(OUTPUT_TABLE, VIEW_DETAIL, GROUP_VCPU, false);
	EXPECT(strstr(text, "\nmsr-write  0x4b564d00 WALLCLOCK  54702  911.7    0 12289.0  17.0"
			    "   224.7   99900\n"));
	EXPECT(strstr(text, " 999999  16667 -999 59999.0  83.0    60.1 <131704\n"));
	EXPECT(longest_line() <= 80);
	*a = was;
}

static void details_have_bounds(void)
{
	show(OUTPUT_TABLE, VIEW_DETAIL, GROUP_VCPU, false);
	EXPECT(before("msr-read ", "hypercall "));
	EXPECT(before("hypercall", "pio-out"));
	EXPECT(has("\nmsr-read  0x10 TSC          30   60.0   -5   0.050  50.0     2.0   <8.0\n"));
	EXPECT(has("\nhypercall 11 SCHED_YIELD    20   40.0  -20   0.000   0.0       -      -\n"));
	EXPECT(has("\npio-out   0x3f8 serial      10   20.0    0   0.050  50.0     5.0    9.0\n"));
	EXPECT(line_of("cpuid") < 0);
	/* A module that does not tell since when has no rate. */
	vcpus[0].account.details_since = 0;
	show(OUTPUT_CSV, VIEW_DETAIL, GROUP_VM, false);
	EXPECT(strstr(text, ",8000,6,0,,,TSC\n"));
	show(OUTPUT_TABLE, VIEW_DETAIL, GROUP_VCPU, false);
	EXPECT(strstr(text, "\npio-out   0x3f8 serial      10      -    0 "));
	vcpus[0].account.details_since = 100 * SEC - SEC / 2;
	show(OUTPUT_TABLE, VIEW_DETAIL, GROUP_VCPU, false);
	EXPECT(strstr(text, "\n6 times made a key room for another:"));
	EXPECT(strstr(text, "\ndetails are off; \"kvmlat detail on\" switches them on\n"));
	EXPECT(longest_line() < 80);
	vms[0].details = true;
	show(OUTPUT_TABLE, VIEW_DETAIL, GROUP_VCPU, true);
	EXPECT(!strstr(text, "details are off"));
	EXPECT(!strstr(text, "vCPU 1"));
	show(OUTPUT_CSV, VIEW_DETAIL, GROUP_VM, false);
	EXPECT_EQ(nr_lines(), 4);
	EXPECT(strstr(text, ",,msr-read,0x10,30,5,50.0000,50000,50.0000,2000.0,,8000,6,0,"
			    "60.000,500000000,TSC\n"));
	show(OUTPUT_JSON, VIEW_DETAIL, GROUP_ALL, false);
	EXPECT(strstr(text, "\"on\":true,\"counted_ns\":500000000,"));
	EXPECT(strstr(text, "\"count\":30,\"rate\":60.000,"));
	EXPECT(strstr(text, "\"key\":1016,\"key_text\":\"0x3f8\",\"key_name\":\"serial\","));
	EXPECT(strstr(text, "\"key_text\":\"11\",\"key_name\":\"SCHED_YIELD\","));
	EXPECT(valid("detail"));
	vms[0].details = false;
	show(OUTPUT_JSON, VIEW_DETAIL, GROUP_VCPU, false);
	EXPECT(valid("detail"));
}

static void exits_are_not_added_to_spans(void)
{
	show(OUTPUT_TABLE, VIEW_EXITS, GROUP_VM, false);
	EXPECT(strstr(text, "\ntotal              13 "));
	EXPECT(line_of("nested:read_cr0 ") > 0);
	EXPECT(line_of("halt") < 0 && line_of("user") < 0 && line_of("wake") < 0);
	EXPECT(strstr(text,
		      "guest 70.00 %, exit 5.00 %, user 2.50 %, wait 15.00 %, runq 5.00 %,"
		      " off 2.50 %\n"));
	show(OUTPUT_JSON, VIEW_EXITS, GROUP_VM, false);
	EXPECT(strstr(text, "\"exits\":13,"));
	EXPECT(strstr(text, "\"class\":\"nested\",\"code\":0,"));
	EXPECT(valid("stat"));
}

static void histograms_are_as_their_schema(void)
{
	struct hist_wish wish = { .unit = &unit_us };
	char why[256];

	hist = &wish;
	pick_exits(&wish.pick);
	show(OUTPUT_JSON, VIEW_HIST, GROUP_VM, false);
	EXPECT(strstr(text, "{\"name\":\"all exits\",\"count\":13,\"total_ns\":23000,"));
	EXPECT(valid("hist"));
	EXPECT(pick_kind(&wish.pick, "user", why, sizeof(why)));
	wish.pick.each = true;
	show(OUTPUT_JSON, VIEW_HIST, GROUP_VCPU, false);
	EXPECT(strstr(text, "{\"name\":\"user:IO\",\"count\":4,"));
	EXPECT(valid("hist"));
	show(OUTPUT_CSV, VIEW_HIST, GROUP_VCPU, false);
	EXPECT_EQ(nr_lines(), 3);
	EXPECT(strstr(text, ",0,user:IO,"));
	hist = NULL;
}

static const struct tap_case cases[] = {
	{ "states have times and shares", states_have_times_and_shares },
	{ "halts have polls and sleeps", halts_have_polls_and_sleeps },
	{ "lateness tells when, where and who", lateness_tells_when_where_and_who },
	{ "a list without the longest says so", a_list_without_the_longest_says_so },
	{ "what no row tells is said once", what_no_row_tells_is_said_once },
	{ "a total says that it is one", a_total_says_that_it_is_one },
	{ "columns stay where they were", columns_stay_where_they_were },
	{ "details have bounds", details_have_bounds },
	{ "a table of details has 80 columns", a_table_of_details_has_80_columns },
	{ "exits are not added to spans", exits_are_not_added_to_spans },
	{ "histograms are as their schema", histograms_are_as_their_schema },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
