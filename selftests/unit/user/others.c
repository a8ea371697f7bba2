// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sched/others.h"
#include "show/threads.h"
#include "tap.h"
#include "text.h"

#define LINE(comm, flags, utime, cpu) \
	"12 (" comm ") S 1 12 12 0 -1 " flags " 5 0 0 0 " utime " 3 0 0 20 0 4 0 4711 1 2 3 4 5 6 " \
	"7 8 9 10 11 12 13 14 15 17 " cpu " 0 0 0"

static void lines_of_stat(void)
{
	uint64_t ticks;
	uint32_t cpu;
	bool kernel;

	EXPECT(other_parse_stat(LINE("a) R 1 (b", "4194304", "39", "11"), &kernel, &ticks, &cpu));
	EXPECT(!kernel && ticks == 42 && cpu == 11);
	EXPECT(other_parse_stat(LINE("vhost-1", "2129984", "0", "3"), &kernel, &ticks, &cpu));
	EXPECT(kernel && ticks == 3 && cpu == 3);
	EXPECT(!other_parse_stat("12 (a", &kernel, &ticks, &cpu));
	EXPECT(!other_parse_stat("12 (a) S 1 2 3", &kernel, &ticks, &cpu));
	EXPECT(!other_parse_stat("12 (a) S 1 12 12 0 -1 0 5 0 0 0 1 3 0 0", &kernel, &ticks, &cpu));
	EXPECT(other_works_for("vhost-77", 77) && other_works_for("kvm-pit/77", 77));
	EXPECT(!other_works_for("vhost-777", 77) && !other_works_for("vhost-", 77));
}

/* This process as a VMM whose only thread runs a vCPU, or none. */
static void read_self(struct others *o, bool vcpu)
{
	struct kvmlat_vm vms[] = { { .vm_id = 1, .pid = getpid(), .vcpus = 1, .comm = "x" },
				   { .vm_id = 2, .pid = getpid(), .vcpus = 1, .comm = "x" },
				   { .vm_id = 3, .pid = 0x7fffffff, .comm = "away" } };
	struct kvmlat_vcpu one = { .vm_id = 1, .pid = getpid(), .tid = vcpu ? getpid() : 0 };
	const struct kvmlat_snapshot snap = { .nr_vms = 3, .vms = vms, .nr_vcpus = 1,
					      .vcpus = &one };
	const struct selection all = { 0 };
	struct guests guests = { 0 };

	EXPECT(!others_read(o, &snap, &guests, &all));
	EXPECT_EQ(o->nr, 1);
	EXPECT_STR(o->all[0].vms, "1,2");
}

static void this_process(void)
{
	struct others o, later;
	const struct other *t;

	read_self(&o, true);
	EXPECT_EQ(o.all[0].nr, 1);
	EXPECT_EQ(o.all[0].all[0].vcpus, 1);
	others_free(&o);
	read_self(&o, false);
	EXPECT_EQ(o.all[0].nr, 1);
	t = &o.all[0].all[0];
	EXPECT(!t->vcpus && t->known && !t->kernel);
	EXPECT_EQ(t->task.tid, getpid());
	EXPECT_STR(t->name, "user_others");
	EXPECT(t->ran > 0 && t->ran < o.all[0].age);
	read_self(&later, false);
	others_since(&later, &o);
	EXPECT_EQ(later.all[0].age, later.at - o.at);
	EXPECT_EQ(later.all[0].all[0].ran, later.all[0].all[0].all_ran - t->all_ran);
	/* One that was not there has no interval, nor has another of its id. */
	o.all[0].start++;
	others_since(&later, &o);
	EXPECT_EQ(later.all[0].age, 0);
	others_free(&o);
	others_free(&later);
}

static struct other list[] = {
	{ .task = { 9, 12, 5 }, .name = "iothread", .known = true, .cpu = 3, .ran = 984200000,
	  .has_waited = true, .waited = 16900000 },
	{ .task = { 9, 13, 5 }, .name = "a,b", .kernel = true, .ran = 1000000 },
	{ .task = { 9 }, .vcpus = 2, .ran = 1500000000, .has_waited = true, .waited = 250000000 },
};

static struct vmm vmm = { .pid = 9, .guest = "web", .vms = "1", .age = 1000000000, .nr = 3,
			  .all = list };

static void show(enum output output, bool cumulative)
{
	struct others o = { .nr = 1, .all = &vmm };
	struct threads_view view = { 1700000000500, cumulative, &o };
	FILE *to = open_text();

	cpus_add(&list[0].sched.cpus, 2);
	cpus_add(&list[0].sched.cpus, 3);
	show_threads(to, output, &view, true);
	fclose(to);
}

static void formats(void)
{
	show(OUTPUT_TABLE, false);
	EXPECT_STR(text,
		   "pid 9 \"web\", VM 1, 1.000 s\n"
		   "TID THREAD   CPU/ms  CPU% WAIT/ms WAIT% ON SCHED CPUS\n"
		   "12  iothread  984.2  98.4    16.9   1.7  3 other 2-3\n"
		   "13  a,b         1.0   0.1       -     -  0     - -\n"
		   "-   2 vCPUs  1500.0 150.0   250.0  25.0  -     - -\n");
	show(OUTPUT_JSON, true);
	EXPECT(valid("threads"));
	EXPECT(strstr(text, "\"cumulative\":true"));
	EXPECT(strstr(text, "{\"tid\":12,\"thread\":\"iothread\",\"vcpus\":0,\"kernel\":false,"));
	EXPECT(strstr(text, "{\"tid\":null,\"thread\":null,\"vcpus\":2,"));
	show(OUTPUT_CSV, false);
	EXPECT(before("time,duration_s,pid,guest,tid,thread,vcpus,kernel,ran_ns,waited_ns,last_cpu,policy,priority,nice,cpus\n",
		      "1700000000.500,1.000000000,9,web,12,iothread,0,0,984200000,16900000,3,"));
	EXPECT(strstr(text, ",3,other,0,0,2-3\n"));
	EXPECT(strstr(text, ",9,web,13,\"a,b\",0,1,1000000,,0,,,,\n"));
	EXPECT(strstr(text, ",9,web,,2 vCPUs,2,0,1500000000,250000000,,,,,\n"));
	vmm.age = 0;
	show(OUTPUT_TABLE, false);
	EXPECT_STR(text, "no process of a VM was there all the time\n");
	show(OUTPUT_JSON, false);
	EXPECT(valid("threads") && strstr(text, "\"processes\":[]"));
	free(text);
	text = NULL;
}

static const struct tap_case cases[] = {
	{ "lines of stat", lines_of_stat },
	{ "this process", this_process },
	{ "formats", formats },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
