// SPDX-License-Identifier: GPL-2.0-only
/* A record in, causes out: each by name, and together all of it. */
#include <linux/kvm.h>

#include "model/cause.h"
#include "show/watch.h"
#include "tap.h"
#include "text.h"

#define NPF	0x400
#define IOIO	0x7b

static struct causes causes;

static struct kvmlat_outlier gap(uint32_t code)
{
	return (struct kvmlat_outlier){
		.vm_id = 3, .pid = 400, .vcpu_id = 2, .tid = 402,
		.kind = KVMLAT_OUTLIER_KIND_GAP, .cls = KVMLAT_REASON_CLASS_EXIT, .code = code,
		.begin = 1000000, .cpu = 5, .cpu_before = 5, .threshold = 50000,
	};
}

static void find(struct kvmlat_outlier *o)
{
	uint64_t sum = 0;

	o->total = 0;
	for (unsigned int i = 0; i < KVMLAT_NR_STATES; i++)
		o->total += o->times[i];
	o->end = o->begin + o->total;
	causes_of(o, KVMLAT_VENDOR_AMD, &causes);
	for (size_t i = 0; i < causes.nr; i++) {
		EXPECT(causes.cause[i].ns > 0);
		EXPECT(!i || causes.cause[i].ns <= causes.cause[i - 1].ns);
		sum += causes.cause[i].ns;
	}
	EXPECT_EQ(sum, o->total);
}

static void says(size_t i, const char *expected)
{
	char one[CAUSE_WHAT_SIZE + 64];

	EXPECT(i < causes.nr);
	cause_text(&causes.cause[i], one, sizeof(one));
	EXPECT_STR(one, expected);
}

static void a_task_that_took_the_cpu(void)
{
	struct kvmlat_outlier o = gap(0x60);

	o.times[KVMLAT_STATE_RUNQ] = 71400;
	o.times[KVMLAT_STATE_USER] = 12000;
	o.times[KVMLAT_STATE_EXIT] = 8700;
	o.visited = true;
	o.visit = KVM_EXIT_IO;
	o.has_detail = true;
	o.detail_kind = KVMLAT_DETAIL_KIND_PIO_OUT;
	o.detail_key = 0x3f8;
	o.cpu_before = 3;
	o.culprit = (struct kvmlat_culprit){
		.comm = "kworker/3:1", .tid = 77, .prio = 120, .took = true, .time = 71400,
	};
	find(&o);
	EXPECT_EQ(causes.nr, 3);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_TASK);
	says(0, "71.4us kworker/3:1 (prio 120) had CPU 3");
	EXPECT_EQ(causes.cause[1].kind, CAUSE_VMM);
	says(1, "12.0us in the VMM (IO, port 0x3f8)");
	EXPECT_EQ(causes.cause[2].kind, CAUSE_KVM);
	says(2, "8.70us KVM handled interrupt");
}

static void more_than_one_wait(void)
{
	struct kvmlat_outlier o = gap(0x60);

	o.times[KVMLAT_STATE_RUNQ] = 90000;
	o.culprit = (struct kvmlat_culprit){ .comm = "a", .tid = 7, .prio = 49, .time = 60000 };
	find(&o);
	EXPECT_EQ(causes.nr, 2);
	EXPECT_STR(causes.cause[0].what, "a (prio 49)");
	EXPECT_EQ(causes.cause[1].kind, CAUSE_UNKNOWN);
	says(1, "30.0us unexplained, other waits for a CPU");
	/* More than there was to wait for is none of it. */
	o.culprit.time = 100000;
	find(&o);
	EXPECT_EQ(causes.nr, 1);
	EXPECT_EQ(causes.cause[0].ns, 90000);
	/* A deadline task's priority is below zero. */
	o.culprit.prio = -1;
	find(&o);
	EXPECT_STR(causes.cause[0].what, "a (prio -1)");
}

static void nobody_had_the_cpu(void)
{
	struct kvmlat_outlier o = gap(0x78);

	o.times[KVMLAT_STATE_RUNQ] = 90000;
	o.culprit = (struct kvmlat_culprit){ .comm = "swapper/5", .prio = 120, .time = 90000 };
	find(&o);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_IDLE);
	says(0, "90.0us CPU 5 woke from idle");
	o.culprit.took = true;
	find(&o);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_THROTTLED);
	says(0, "90.0us throttled, with CPU 5 idle");
}

/* While it was watched, each that had the CPU in a wait is named. */
static void each_task_of_a_wait(void)
{
	struct kvmlat_part parts[] = {
		{ .kind = KVMLAT_PART_KIND_TASK, .state = KVMLAT_STATE_RUNQ, .id = 7, .cpu = 3,
		  .time = 60000, .comm = "a", .prio = 49, .took = true },
		{ .kind = KVMLAT_PART_KIND_TASK, .state = KVMLAT_STATE_RUNQ, .id = 8, .cpu = 4,
		  .time = 20000, .comm = "b", .prio = 120, .took = true },
		{ .kind = KVMLAT_PART_KIND_TASK, .state = KVMLAT_STATE_RUNQ, .cpu = 4,
		  .time = 7000, .comm = "swapper/4", .prio = 120, .took = true },
		{ .kind = KVMLAT_PART_KIND_TASK, .state = KVMLAT_STATE_RUNQ, .cpu = 4,
		  .time = 2000, .comm = "swapper/4", .has_idle = true, .idle_state = 2 },
	};
	struct kvmlat_outlier o = gap(0x60);

	o.times[KVMLAT_STATE_RUNQ] = 90000;
	o.culprit = (struct kvmlat_culprit){ .comm = "b", .tid = 8, .prio = 120, .time = 90000 };
	o.parts = parts;
	o.nr_parts = 4;
	find(&o);
	EXPECT_EQ(causes.nr, 5);
	says(0, "60.0us a (prio 49) had CPU 3");
	says(1, "20.0us b (prio 120) had CPU 4");
	says(2, "7.00us throttled, with CPU 4 idle");
	EXPECT_EQ(causes.cause[2].kind, CAUSE_THROTTLED);
	says(3, "2.00us CPU 4 woke from idle, state 2");
	EXPECT_EQ(causes.cause[3].kind, CAUSE_IDLE);
	EXPECT_EQ(causes.cause[4].kind, CAUSE_UNKNOWN);
	says(4, "1.00us unexplained, other waits for a CPU");
}

static void interrupts(void)
{
	struct kvmlat_part parts[] = {
		{ .kind = KVMLAT_PART_KIND_IRQ, .state = KVMLAT_STATE_EXIT, .id = 24,
		  .time = 30000, .count = 3 },
		{ .kind = KVMLAT_PART_KIND_VECTOR, .state = KVMLAT_STATE_EXIT, .id = 0xec,
		  .time = 20000 },
		{ .kind = KVMLAT_PART_KIND_SOFTIRQ, .state = KVMLAT_STATE_USER, .id = 3,
		  .time = 15000 },
		{ .kind = KVMLAT_PART_KIND_NMI, .state = KVMLAT_STATE_EXIT, .time = 5000 },
		{ .kind = KVMLAT_PART_KIND_VECTOR, .state = KVMLAT_STATE_EXIT, .id = 0x31,
		  .time = 4000 },
		{ .kind = KVMLAT_PART_KIND_SOFTIRQ, .state = KVMLAT_STATE_USER, .id = 77,
		  .time = 3000 },
	};
	struct kvmlat_outlier o = gap(0x60);

	o.times[KVMLAT_STATE_EXIT] = 60000;
	o.times[KVMLAT_STATE_USER] = 20000;
	o.visited = true;
	o.visit = KVM_EXIT_IO;
	o.parts = parts;
	o.nr_parts = 6;
	find(&o);
	EXPECT_EQ(causes.nr, 8);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_IRQ);
	says(0, "30.0us interrupts (IRQ 24)");
	says(1, "20.0us interrupts (timer)");
	EXPECT_EQ(causes.cause[2].kind, CAUSE_SOFTIRQ);
	says(2, "15.0us softirq NET_RX");
	EXPECT_EQ(causes.cause[3].kind, CAUSE_NMI);
	says(3, "5.00us NMIs");
	says(4, "4.00us interrupts (vector 0x31)");
	says(5, "3.00us softirq 77");
	says(6, "2.00us in the VMM (IO)");
	says(7, "1.00us KVM handled interrupt");
	/* What is more than there was in a state is not believed. */
	parts[0].time = 80000;
	find(&o);
	says(0, "60.0us interrupts (IRQ 24)");
}

/* A newer module may tell of more than there is room for: they are not named, and not lost. */
static void more_parts_than_room(void)
{
	struct kvmlat_outlier o = gap(0x60);
	struct kvmlat_part parts[40] = {};

	for (int i = 0; i < 40; i++)
		parts[i] = (struct kvmlat_part){ .kind = KVMLAT_PART_KIND_TASK, .id = 1 + i,
						 .state = KVMLAT_STATE_RUNQ, .time = 1000,
						 .comm = "a" };
	for (int i = 0; i < KVMLAT_NR_STATES; i++)
		o.times[i] = 100;
	o.times[KVMLAT_STATE_RUNQ] = 40000;
	o.parts = parts;
	o.nr_parts = 40;
	find(&o);
	EXPECT(causes.nr <= CAUSES_MAX);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_UNKNOWN);
}

static void a_vmm_that_sleeps(void)
{
	struct kvmlat_outlier o = gap(IOIO);

	o.times[KVMLAT_STATE_OFF] = 20000000;
	o.times[KVMLAT_STATE_USER] = 30000;
	o.visited = true;
	o.visit = KVM_EXIT_IO;
	find(&o);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_VMM_ASLEEP);
	says(0, "20.0ms the VMM slept (IO)");
	o.visit = KVMLAT_USER_INTERRUPTED;
	find(&o);
	says(0, "20.0ms the VMM slept (interrupted)");
}

static void memory_that_is_not_there(void)
{
	struct kvmlat_outlier o = gap(NPF);

	o.times[KVMLAT_STATE_OFF] = 800000;
	o.times[KVMLAT_STATE_EXIT] = 3000;
	find(&o);
	EXPECT_EQ(causes.cause[0].kind, CAUSE_BLOCKED);
	says(0, "800us blocked in KVM, npf");
	says(1, "3.00us KVM handled npf");
}

static void an_exit_with_its_detail(void)
{
	struct kvmlat_outlier o = gap(0x7c);

	o.kind = KVMLAT_OUTLIER_KIND_EXIT;
	o.times[KVMLAT_STATE_EXIT] = 60000;
	o.has_detail = true;
	o.detail_kind = KVMLAT_DETAIL_KIND_MSR_WRITE;
	o.detail_key = 0x6e0;
	find(&o);
	says(0, "60.0us KVM handled msr, MSR 0x6e0");
}

static void a_late_wakeup(void)
{
	struct kvmlat_outlier o = gap(0);

	o.kind = KVMLAT_OUTLIER_KIND_WAKE;
	o.cls = KVMLAT_REASON_CLASS_WAKE;
	o.times[KVMLAT_STATE_EXIT] = 60000;
	find(&o);
	says(0, "60.0us KVM handled the wakeup");
	o.times[KVMLAT_STATE_WAIT] = 10;
	o.times[KVMLAT_STATE_POLL] = 20;
	find(&o);
	says(1, "30ns asleep in KVM");
}

static void a_state_that_is_new(void)
{
	struct kvmlat_outlier o = gap(0x60);

	o.total = 5000;
	o.times[KVMLAT_STATE_EXIT] = 2000;
	causes_of(&o, KVMLAT_VENDOR_AMD, &causes);
	EXPECT_EQ(causes.nr, 2);
	EXPECT_EQ(causes.cause[0].ns, 3000);
	says(0, "3.00us unexplained, a state that is not known");
	/* What adds up to more than the total is not believed. */
	o.times[KVMLAT_STATE_EXIT] = 7000;
	causes_of(&o, KVMLAT_VENDOR_AMD, &causes);
	EXPECT_EQ(causes.nr, 1);
	EXPECT_EQ(causes.cause[0].ns, 5000);
}

static struct tolls tolls;

static void ranking(void)
{
	struct kvmlat_outlier o = gap(IOIO);
	uint64_t sum = 0;

	memset(&tolls, 0, sizeof(tolls));
	o.visited = true;
	o.visit = KVM_EXIT_IO;
	for (int i = 1; i <= 3; i++) {
		o.times[KVMLAT_STATE_USER] = i * 10000;
		o.times[KVMLAT_STATE_EXIT] = 1000;
		find(&o);
		tolls_add(&tolls, &o, &causes);
	}
	o = gap(NPF);
	o.times[KVMLAT_STATE_OFF] = 500000;
	find(&o);
	tolls_add(&tolls, &o, &causes);
	tolls_sort(&tolls);
	EXPECT_EQ(tolls.outliers, 4);
	EXPECT_EQ(tolls.nr, 3);
	EXPECT_EQ(tolls.toll[0].cause.kind, CAUSE_BLOCKED);
	EXPECT_EQ(tolls.toll[1].cause.kind, CAUSE_VMM);
	EXPECT_EQ(tolls.toll[1].count, 3);
	EXPECT_EQ(tolls.toll[1].worst, 30000);
	EXPECT_EQ(tolls.toll[1].cause.ns, 60000);
	for (size_t i = 0; i < tolls.nr; i++)
		sum += tolls.toll[i].cause.ns;
	EXPECT_EQ(sum, tolls.total);
}

/* A host with more tasks than there is room for loses names, and no time. */
static void more_causes_than_room(void)
{
	struct kvmlat_outlier o = gap(0x60);
	uint64_t sum = 0;

	memset(&tolls, 0, sizeof(tolls));
	o.times[KVMLAT_STATE_RUNQ] = 1000;
	for (int i = 0; i < 2 * TOLLS_MAX; i++) {
		snprintf(o.culprit.comm, sizeof(o.culprit.comm), "task-%d", i);
		o.culprit.tid = 1 + i;
		o.culprit.time = 1000;
		find(&o);
		tolls_add(&tolls, &o, &causes);
	}
	EXPECT(tolls.nr <= TOLLS_MAX);
	for (size_t i = 0; i < tolls.nr; i++)
		sum += tolls.toll[i].cause.ns;
	EXPECT_EQ(sum, tolls.total);
	tolls_sort(&tolls);
	EXPECT_STR(tolls.toll[0].cause.what, "");
	EXPECT_EQ(tolls.toll[0].count, 2 * TOLLS_MAX - (tolls.nr - 1));
}

static size_t widest(const char *lines)
{
	size_t most = 0, len;

	for (; *lines; lines += len + (lines[len] == '\n')) {
		len = strcspn(lines, "\n");
		most = len > most ? len : most;
	}
	return most;
}

static void shown(void)
{
	struct kvmlat_outlier o = gap(IOIO);
	struct outlier_view v = {
		.time = 1796000000123456789, .guest = "db", .vendor = KVMLAT_VENDOR_AMD,
		.outlier = &o, .causes = &causes,
	};
	FILE *to = open_text();

	memset(&tolls, 0, sizeof(tolls));
	show_tolls(to, OUTPUT_TABLE, &tolls, 0);
	fclose(to);
	EXPECT_STR(text, "0 outliers\n");
	o.times[KVMLAT_STATE_USER] = 60000;
	o.times[KVMLAT_STATE_RUNQ] = 5000;
	o.culprit = (struct kvmlat_culprit){ .comm = "b\"c", .tid = 7, .prio = 120, .time = 5000 };
	o.visited = true;
	o.visit = KVM_EXIT_MMIO;
	o.cpu_before = 4;
	o.waker = &(struct kvmlat_waker){ .comm = "d", .tid = 9, .cpu = 1, .at = 1000 };
	o.dropped = 2;
	find(&o);
	tolls_add(&tolls, &o, &causes);
	tolls_sort(&tolls);
	to = open_text();
	show_outlier(to, OUTPUT_TABLE, &v);
	show_tolls(to, OUTPUT_TABLE, &tolls, 2);
	fclose(to);
	EXPECT(strstr(text, ".123456  gap of 65.0us, vm 3 \"db\" vcpu 2, CPU 5, "
			    "2 before it lost\n"));
	EXPECT(strstr(text, "    65.0us late: 60.0us in the VMM (MMIO), "
			    "5.00us b\"c (prio 120) had CPU 5; it\n"
			    "        moved from CPU 4 to 5\n"));
	EXPECT(strstr(text, "\n1 outlier, and 2 that came too fast to be kept\n"));
	EXPECT(before("CAUSE", "vmm "));
	EXPECT(before("vmm ", "task "));
	EXPECT(strstr(text, "\n\nCAUSE       WHAT TO DO\n"
			    "vmm         give the guest a device that the kernel serves: "
			    "vhost, ioeventfd\n"
			    "task        keep it off the CPU, or the vCPU above it: "
			    "kvmlat-rt(1)\n"));
	to = open_text();
	show_outlier(to, OUTPUT_JSON, &v);
	show_tolls(to, OUTPUT_JSON, &tolls, 2);
	fclose(to);
	EXPECT(valid("watch"));
	o.culprit.time = 0;
	o.waker = NULL;
	o.moves = 3;
	o.visited = false;
	o.has_detail = true;
	o.cls = KVMLAT_REASON_CLASS_WAKE;
	find(&o);
	to = open_text();
	show_outlier(to, OUTPUT_JSON, &v);
	fclose(to);
	EXPECT(valid("watch"));
	to = open_text();
	show_outlier(to, OUTPUT_TABLE, &v);
	fclose(to);
	EXPECT(strstr(text, "; it moved 3 times, from CPU 4 to 5\n"));
	EXPECT(widest(text) <= 80);
}

static void lines_fit_a_terminal(void)
{
	FILE *to = open_text();

	memset(&tolls, 0, sizeof(tolls));
	tolls.outliers = 1;
	for (tolls.nr = 0; tolls.nr < NR_CAUSES; tolls.nr++)
		tolls.toll[tolls.nr].cause.kind = tolls.nr;
	show_tolls(to, OUTPUT_TABLE, &tolls, 0);
	fclose(to);
	EXPECT(strstr(text, "\nidle        keep the CPU from deep idle states, or poll: "
			    "kvmlat-set(1),\n            halt_poll_ns\n"));
	EXPECT(widest(text) <= 80);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "a task that took the CPU", a_task_that_took_the_cpu },
		{ "more than one wait", more_than_one_wait },
		{ "nobody had the CPU", nobody_had_the_cpu },
		{ "each task of a wait", each_task_of_a_wait },
		{ "interrupts", interrupts },
		{ "more parts than there is room for", more_parts_than_room },
		{ "a VMM that sleeps", a_vmm_that_sleeps },
		{ "memory that is not there", memory_that_is_not_there },
		{ "an exit with its detail", an_exit_with_its_detail },
		{ "a late wakeup", a_late_wakeup },
		{ "a state that is new", a_state_that_is_new },
		{ "a ranking", ranking },
		{ "more causes than there is room for", more_causes_than_room },
		{ "what is shown", shown },
		{ "lines fit a terminal", lines_fit_a_terminal },
	};

	return tap_run(cases, TAP_CASES(cases));
}
