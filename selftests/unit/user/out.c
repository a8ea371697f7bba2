// SPDX-License-Identifier: GPL-2.0-only
#include "show/details.h"
#include "show/info.h"
#include "show/list.h"
#include "show/sample.h"
#include "tap.h"
#include "text.h"

static struct kvmlat_bucket buckets[] = { { 1, 9 }, { 61, 1 } };
static struct kvmlat_bucket grown[] = { { 1, 90 }, { 59, 10 } };

static struct kvmlat_reason rows[] = {
	{ .cls = KVMLAT_REASON_CLASS_EXIT, .code = 0x72, .count = 10, .total = 20000,
	  .away = 15000,
	  .longest_min = 12345, .longest_max = 12345, .nr_buckets = 2, .buckets = buckets },
	{ .cls = KVMLAT_REASON_CLASS_EXIT, .code = 0x7b },
	{ .cls = KVMLAT_REASON_CLASS_EXIT, .code = 0xabc, .count = 100, .total = 60000,
	  .longest_min = 10000, .longest_max = 11000, .nr_buckets = 2, .buckets = grown },
	{ .cls = KVMLAT_REASON_CLASS_OTHER, .count = 2, .total = 20000, .longest_min = 15000,
	  .longest_max = 15000 },
};

static struct kvmlat_vcpu vcpus[] = {
	{ .vm_id = 3, .pid = 99, .vcpu_id = 0, .tid = 100, .open = true,
	  .open_cls = KVMLAT_REASON_CLASS_EXIT, .open_code = 0x78, .open_since = 900000,
	  .account = { .start = 0, .end = 1000000, .elapsed = 1000000,
		       .times = { 850000, 100000, 50000 }, .nr_vcpus = 1, .nr_reasons = 4,
		       .reasons = rows } },
	{ .vm_id = 3, .pid = 99, .vcpu_id = 1,
	  .account = { .start = 0, .end = 1000000, .elapsed = 1000000,
		       .times = { 1000000 }, .nr_vcpus = 1 } },
	{ .vm_id = 4, .pid = 98, .vcpu_id = 0, .gone = true,
	  .account = { .start = 0, .end = 500000, .elapsed = 500000,
		       .times = { 400000, 100000 }, .nr_vcpus = 1, .nr_reasons = 1,
		       .reasons = rows } },
};

static struct kvmlat_vm vms[] = {
	{ .vm_id = 3, .pid = 99, .vcpus = 2, .comm = "x" },
	{ .vm_id = 4, .pid = 98, .vcpus = 1, .comm = "y", .gone = 500000 },
};

static const struct kvmlat_snapshot snap = {
	.now = 1000000, .vendor = KVMLAT_VENDOR_AMD, .nr_vms = 2, .vms = vms, .nr_vcpus = 3,
	.vcpus = vcpus,
};

static struct entry names[] = { { 3, "a \"b\", c" }, { 4, "old" } };
static const struct guests guests = { .nr = 2, .entries = names };

static const char *stat_as(enum output f, enum grouping by, enum sort_key key, bool skip)
{
	struct wish wish = {
		.grouping = by, .view = VIEW_EXITS, .key = key,
		.skip_zeros = skip, .skip_empty = skip,
		.cumulative = true,
	};
	struct sample *s = sample_make(&snap, &guests, &wish);
	FILE *to = open_text();

	show_sample(to, f, s, true);
	fclose(to);
	sample_free(s);
	return text;
}

static void csv_columns_are_fixed(void)
{
	static const char * const header[] = {
		"time,duration_s,scope,vm_id,pid,guest,vcpu_id,reason,class,code,count,rate,",
		"exit_percent,total_ns,time_percent,mean_ns,p50_ns,p99_ns,p999_ns,max_ns,",
		"max_bound_ns,elapsed_ns,guest_ns,exit_ns,user_ns,poll_ns,wait_ns,runq_ns,off_ns,"
		"own_ns,own_percent\n",
	};
	const char *p;
	size_t i;

	stat_as(OUTPUT_CSV, GROUP_VCPU, SORT_REASON, false);
	for (i = 0, p = text; i < 3; p += strlen(header[i++]))
		EXPECT(!strncmp(p, header[i], strlen(header[i])));
	EXPECT(strstr(text, ",0.001000000,vcpu,3,99,\"a \"\"b\"\", c\",0,cpuid,exit,114,10,"));
	EXPECT(strstr(text, ",114,10,10000.000,8.9286,20000,20.0000,2000.0,68,12345,12345,12345,"));
	EXPECT(strstr(text, ",68,12345,12345,12345,12345,1000000,850000,100000,50000,0,0,0,0,"
			    "5000,5.8824\n"));
	EXPECT(strstr(text, ",0xabc,exit,2748,100,"));
	EXPECT(strstr(text, ",,11000,1000000,"));
	EXPECT(strstr(text, ",other,other,,2,"));
	EXPECT(strstr(text, ",io,exit,123,0,0.000,0.0000,0,0.0000,,,,,,,1000000,"));
	EXPECT_EQ(nr_lines(), 6);
	stat_as(OUTPUT_CSV, GROUP_ALL, SORT_REASON, false);
	EXPECT(strstr(text, ",all,,,,,cpuid,exit,114,20,"));
}

static void tables_are_sorted(void)
{
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_COUNT, false);
	EXPECT(before("0xabc", "cpuid") && before("cpuid", "other"));
	EXPECT(before("other", "io"));
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_MEAN, false);
	EXPECT(before("other", "cpuid") && before("cpuid", "0xabc"));
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_MAX, false);
	EXPECT(before("other", "cpuid") && before("cpuid", "0xabc"));
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_REASON, false);
	EXPECT(before("0xabc", "cpuid") && before("cpuid", "io"));
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_TIME, false);
	EXPECT(before("0xabc", "cpuid"));
	stat_as(OUTPUT_TABLE, GROUP_VM, SORT_P99, false);
	EXPECT(before("cpuid", "0xabc"));
}

static void tables_say_what_is_not_known(void)
{
	stat_as(OUTPUT_TABLE, GROUP_VCPU, SORT_COUNT, false);
	/* Every column of the default view: of 112 exits in 0.1 ms, in an interval of 1 ms. */
	EXPECT(strstr(text,
		      "\nREASON COUNT RATE/s OWN/ms OWN% TIME/ms MEAN/us P50/us P99/us MAX/us\n"
		      "0xabc    100 100000  0.060 70.6   0.060   0.600  0.068     11 <11.00\n"
		      "cpuid     10  10000  0.005  5.9   0.020   2.000  0.068     12  12.35\n"));
	EXPECT(strstr(text, "\ntotal    112 112000  0.085  100   0.100   0.893 "));
	EXPECT(strstr(text, "<11.00\n"));
	EXPECT(strstr(text, " 12.35\n"));
	EXPECT(strstr(text, "in hlt for 0.100 ms\n"));
	EXPECT(strstr(text, "pid 98, vCPU 0, gone, "));
	EXPECT(strstr(text, "guest 85.00 %, exit 10.00 %, user 5.00 %"));
	EXPECT(!strchr(text, '\033'));
}

static void own_time_stands_before_the_elapsed(void)
{
	stat_as(OUTPUT_TABLE, GROUP_VCPU, SORT_OWN, false);
	EXPECT(strstr(text, "REASON COUNT RATE/s OWN/ms OWN% TIME/ms MEAN/us "));
	EXPECT(strstr(text, "cpuid     10  10000  0.005  5.9   0.020   2.000 "));
	EXPECT(strstr(text, "total    112 112000  0.085  100   0.100   0.893 "));
	EXPECT(before("0xabc", "other") && before("other", "cpuid"));
	stat_as(OUTPUT_JSON, GROUP_VCPU, SORT_COUNT, false);
	EXPECT(strstr(text, "\"total_ns\":20000,\"time_percent\":20.0000,\"own_ns\":5000,"));
	EXPECT(strstr(text, "\"handling_ns\":100000,\"own_ns\":85000,"));
	EXPECT(valid("stat"));
}

static void zeros_are_skipped_on_request(void)
{
	stat_as(OUTPUT_TABLE, GROUP_VCPU, SORT_COUNT, false);
	EXPECT(line_of("io") > 0);
	EXPECT(strstr(text, "vCPU 1,"));
	stat_as(OUTPUT_TABLE, GROUP_VCPU, SORT_COUNT, true);
	EXPECT(line_of("io") < 0);
	EXPECT(!strstr(text, "vCPU 1,"));
}

static void stat_json_is_as_its_schema(void)
{
	char *end;

	stat_as(OUTPUT_JSON, GROUP_VCPU, SORT_COUNT, false);
	EXPECT(valid("stat"));
	stat_as(OUTPUT_JSON, GROUP_VM, SORT_COUNT, true);
	EXPECT(valid("stat"));
	EXPECT(strstr(text, "\"guest\":\"a \\\"b\\\", c\""));
	stat_as(OUTPUT_JSON, GROUP_VCPU, SORT_COUNT, false);
	EXPECT(strstr(text, "\"open\":{\"name\":\"hlt\",\"class\":\"exit\",\"code\":120,"
		      "\"for_ns\":100000}"));
	EXPECT(strstr(text, "\"open\":null"));
	EXPECT(strstr(text, "\"name\":\"0xabc\",\"class\":\"exit\",\"code\":2748,\"count\":100,"
		      "\"rate\":100000.000,\"exit_percent\":89.2857,\"total_ns\":60000,"
		      "\"time_percent\":60.0000,"));
	stat_as(OUTPUT_JSON, GROUP_ALL, SORT_COUNT, false);
	EXPECT(valid("stat"));

	/* The schema must not take anything: a count that is text, a member that is not there. */
	end = strstr(text, "\"count\":");
	EXPECT(end);
	if (end)
		memcpy(end, "\"c_unt\":", 8);
	EXPECT(!valid("stat"));
	EXPECT(!valid("list"));
}

static void info_json_is_as_its_schema(void)
{
	struct kvmlat_probe probes[] = { { "kvm_exit", true, "" }, { "x", false, "why \\ not" } };
	struct kvmlat_info info = {
		.version = "1", .abi = 1, .vendor = KVMLAT_VENDOR_INTEL, .clock_khz = 2000000,
		.spilled = UINT64_MAX, .nr_probes = 2, .probes = probes,
	};
	struct kvmlat_knob_value knobs[] = {
		{ .name = "live", .now = { .known = true } },
		{ .name = "later", .now = { .known = true }, .later = true },
		{ .name = "shown", .now = { .known = true }, .why = "read-only" },
		{ .name = "absent", .why = "no \"such\" module" },
		{ .name = "of a VM", .scope = KVMLAT_SCOPE_VM, .now = { .known = true } },
	};
	struct kvmlat_knobs table = { .nr = 5, .all = knobs };
	struct info_view view = { .command = "1", .kernel = "6.1", .module = &info,
				  .knobs = &table };
	FILE *to = open_text();

	show_info(to, OUTPUT_JSON, &view);
	fclose(to);
	EXPECT(valid("info"));
	EXPECT(strstr(text, "\"spilled\":18446744073709551615"));
	EXPECT(strstr(text, "{\"name\":\"live\",\"known\":true,\"tunable\":true,"
		      "\"new_vms_only\":false,"));
	EXPECT(strstr(text, "{\"name\":\"later\",\"known\":true,\"tunable\":true,"
		      "\"new_vms_only\":true,"));
	EXPECT(strstr(text, "{\"name\":\"shown\",\"known\":true,\"tunable\":false,"));
	EXPECT(strstr(text, "{\"name\":\"absent\",\"known\":false,\"tunable\":false,"));
	to = open_text();
	show_info(to, OUTPUT_TABLE, &view);
	fclose(to);
	EXPECT(strstr(text, "missing   why \\ not\n"));
	EXPECT(strstr(text, "live    live     -\n") && strstr(text, "later   new VMs  -\n"));
	EXPECT(strstr(text, "shown   fixed    read-only\n"));
	EXPECT(strstr(text, "absent  missing  no \"such\" module\n") && !strstr(text, "of a VM"));
	to = open_text();
	show_info(to, OUTPUT_CSV, &view);
	fclose(to);
	EXPECT(strstr(text, "knob live,live\nknob later,new VMs\nknob shown,fixed\n"));
	EXPECT(strstr(text, "why absent,\"no \"\"such\"\" module\"\n"));
}

static void list_json_is_as_its_schema(void)
{
	struct list_row list[] = {
		{ .vm = &vms[0], .guest = "web", .uid = 64055, .alive = true, .threads = 4,
		  .uptime = 1.5 },
		{ .vm = &vms[1], .guest = "old", .uid = NO_UID },
	};
	struct list_view view = { .nr = 2, .rows = list };
	FILE *to = open_text();

	show_list(to, OUTPUT_JSON, &view);
	fclose(to);
	EXPECT(valid("list"));
	EXPECT(strstr(text, "\"uid\":64055}") && strstr(text, "\"uid\":null}"));
	to = open_text();
	show_list(to, OUTPUT_CSV, &view);
	fclose(to);
	EXPECT_STR(text, "vm_id,pid,guest,vcpus,threads,uptime_s,gone,uid\n"
		   "3,99,web,2,4,1.50,0,64055\n4,98,old,1,,,1,\n");
	free(text);
	text = NULL;
}

static void details_json_is_as_its_schema(void)
{
	struct kvmlat_vm on = { .vm_id = 5, .pid = 97, .details = true };
	struct details_row list[] = { { &vms[0], "web" }, { &on, "a,b" } };
	struct details_view view = { .nr = 2, .rows = list };
	FILE *to = open_text();

	show_details(to, OUTPUT_JSON, &view);
	fclose(to);
	EXPECT(valid("details"));
	EXPECT(strstr(text, "\"guest\":\"a,b\",\"on\":true}"));
	to = open_text();
	show_details(to, OUTPUT_CSV, &view);
	fclose(to);
	EXPECT_STR(text, "vm_id,pid,guest,on\n3,99,web,0\n5,97,\"a,b\",1\n");
	free(text);
	text = NULL;
}

static const struct tap_case cases[] = {
	{ "the columns of CSV are fixed", csv_columns_are_fixed },
	{ "tables are sorted", tables_are_sorted },
	{ "tables say what is not known", tables_say_what_is_not_known },
	{ "own time stands before the elapsed", own_time_stands_before_the_elapsed },
	{ "zeros are skipped on request", zeros_are_skipped_on_request },
	{ "JSON of stat is as its schema", stat_json_is_as_its_schema },
	{ "JSON of info is as its schema", info_json_is_as_its_schema },
	{ "JSON of details is as its schema", details_json_is_as_its_schema },
	{ "JSON of list is as its schema", list_json_is_as_its_schema },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
