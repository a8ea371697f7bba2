// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kvm.h>

#include "base/text.h"
#include "cause.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char * const names[NR_CAUSES] = {
	[CAUSE_TASK]		= "task",
	[CAUSE_IRQ]		= "irq",
	[CAUSE_SOFTIRQ]		= "softirq",
	[CAUSE_NMI]		= "nmi",
	[CAUSE_THROTTLED]	= "throttled",
	[CAUSE_IDLE]		= "idle",
	[CAUSE_VMM]		= "vmm",
	[CAUSE_VMM_ASLEEP]	= "vmm-asleep",
	[CAUSE_BLOCKED]		= "blocked",
	[CAUSE_KVM]		= "kvm",
	[CAUSE_ASLEEP]		= "asleep",
	[CAUSE_UNKNOWN]		= "unknown",
};

static const char * const advice[NR_CAUSES] = {
	[CAUSE_TASK]		= "keep it off the CPU, or the vCPU above it: kvmlat-rt(1)",
	[CAUSE_IRQ]		= "move it to another CPU: kvmlat-rt(1), irqaffinity=; a timer: nohz_full=",
	[CAUSE_SOFTIRQ]		= "move what raises it, a network card's IRQs mostly, to another CPU",
	[CAUSE_NMI]		= "see who uses them: perf, the NMI watchdog (nmi_watchdog=0)",
	[CAUSE_THROTTLED]	= "raise the CPU quota of the guest's cgroup, or the limit of real-time tasks",
	[CAUSE_IDLE]		= "keep the CPU from deep idle states, or poll: kvmlat-set(1), halt_poll_ns",
	[CAUSE_VMM]		= "give the guest a device that the kernel serves: vhost, ioeventfd",
	[CAUSE_VMM_ASLEEP]	= "see what the VMM waits for: its disk, its main loop's lock",
	[CAUSE_BLOCKED]		= "keep the guest's memory resident: hugepages, mlock",
	[CAUSE_KVM]		= "see which exits cost: kvmlat-stat(1), --detail",
	[CAUSE_ASLEEP]		= "a halt that a signal interrupted went on: see who signals the VMM",
	[CAUSE_UNKNOWN]		= "other tasks had the CPU: kvmlat-stat(1), --lateness lists the last ones",
};

const char *cause_name(enum cause_kind kind)
{
	return names[kind];
}

const char *cause_advice(enum cause_kind kind)
{
	return advice[kind];
}

/* "io, port 0x3f8" for a visit; of which only the number of a port, page or the like is new. */
static void what_key(const struct kvmlat_outlier *o, char *what, size_t size)
{
	size_t n = strlen(what);
	const char *of;

	if (!o->has_detail)
		return;
	switch (o->detail_kind) {
	case KVMLAT_DETAIL_KIND_PIO_IN:
	case KVMLAT_DETAIL_KIND_PIO_OUT:
		of = "port";
		break;
	case KVMLAT_DETAIL_KIND_MMIO_READ:
	case KVMLAT_DETAIL_KIND_MMIO_WRITE:
		of = "page";
		break;
	case KVMLAT_DETAIL_KIND_MSR_READ:
	case KVMLAT_DETAIL_KIND_MSR_WRITE:
		of = "MSR";
		break;
	case KVMLAT_DETAIL_KIND_CPUID:
		of = "leaf";
		break;
	default:
		of = kvmlat_detail_kind_name(o->detail_kind);
	}
	snprintf(what + n, size - n, "%s%s 0x%" PRIx64, n ? ", " : "", of, o->detail_key);
}

static void what_visit(const struct kvmlat_outlier *o, uint32_t vendor, char *what, size_t size)
{
	char buf[32];

	snprintf(what, size, "%s", kvmlat_reason_name(vendor, KVMLAT_REASON_CLASS_USER, o->visit,
						      buf, sizeof(buf)));
	if (o->visit == KVM_EXIT_IO || o->visit == KVM_EXIT_MMIO)
		what_key(o, what, size);
}

/* Of a row that is no exit it is the way from a wakeup to the guest. */
static void what_exit(const struct kvmlat_outlier *o, uint32_t vendor, char *what, size_t size)
{
	if (!kvmlat_reason_is_exit(o->cls))
		return;
	kvmlat_row_name(vendor, o->cls, o->code, what, size);
	if (!o->visited)
		what_key(o, what, size);
}

/* What is counted once is not counted again: shares never exceed what is left of the outlier. */
static struct cause *add(struct causes *c, uint64_t *left, enum cause_kind kind, uint64_t ns)
{
	static struct cause none;
	struct cause *cause = &c->cause[c->nr];

	if (ns > *left)
		ns = *left;
	if (!ns || c->nr == CAUSES_MAX) {
		none.what[0] = 0;
		return &none;
	}
	*left -= ns;
	c->nr++;
	cause->kind = kind;
	cause->ns = ns;
	cause->what[0] = 0;
	return cause;
}

static void what_task(const char *comm, uint32_t prio, char *what, size_t size)
{
	snprintf(what, size, "%s (prio %d)", comm, (int32_t)prio);
}

/* The kernel's numbers, which stay as they are: see arch/x86/include/asm/irq_vectors.h. */
static void what_vector(uint32_t vector, char *what, size_t size)
{
	static const char * const names[] = {
		[0xec] = "timer", [0xf6] = "IRQ work", [0xfb] = "call by another CPU",
		[0xfc] = "call by another CPU", [0xfd] = "reschedule",
	};

	if (vector < ARRAY_SIZE(names) && names[vector])
		snprintf(what, size, "%s", names[vector]);
	else
		snprintf(what, size, "vector 0x%" PRIx32, vector);
}

static void what_softirq(uint32_t nr, char *what, size_t size)
{
	static const char * const names[] = {
		"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED",
		"HRTIMER", "RCU",
	};

	if (nr < ARRAY_SIZE(names))
		snprintf(what, size, "%s", names[nr]);
	else
		snprintf(what, size, "%" PRIu32, nr);
}

/* Of an idle CPU which state, if that is known. */
static enum cause_kind of_task(const struct kvmlat_part *p, char *what, size_t size)
{
	if (p->id) {
		what_task(p->comm, p->prio, what, size);
		return CAUSE_TASK;
	}
	if (p->took)
		return CAUSE_THROTTLED;
	if (p->has_idle)
		snprintf(what, size, "state %" PRIu32, p->idle_state);
	return CAUSE_IDLE;
}

static enum cause_kind of_part(const struct kvmlat_part *p, char *what, size_t size)
{
	*what = 0;
	switch (p->kind) {
	case KVMLAT_PART_KIND_TASK:
		return of_task(p, what, size);
	case KVMLAT_PART_KIND_IRQ:
		snprintf(what, size, "IRQ %" PRIu32, p->id);
		return CAUSE_IRQ;
	case KVMLAT_PART_KIND_VECTOR:
		what_vector(p->id, what, size);
		return CAUSE_IRQ;
	case KVMLAT_PART_KIND_SOFTIRQ:
		what_softirq(p->id, what, size);
		return CAUSE_SOFTIRQ;
	default:
		return CAUSE_NMI;
	}
}

/* The others' places are kept free. */
#define CAUSES_OF_PARTS	(CAUSES_MAX - KVMLAT_NR_STATES)

/* What is known of whose the time was; @times keep what is left of each state. */
static void add_parts(struct causes *c, uint64_t *left, const struct kvmlat_outlier *o,
		      uint64_t *times)
{
	uint32_t i;

	for (i = 0; i < o->nr_parts && c->nr < CAUSES_OF_PARTS; i++) {
		const struct kvmlat_part *p = &o->parts[i];
		uint64_t *of = &times[p->state], ns = p->time < *of ? p->time : *of;
		char what[CAUSE_WHAT_SIZE];
		enum cause_kind kind = of_part(p, what, sizeof(what));
		struct cause *cause = add(c, left, kind, ns);

		*of -= ns;
		cause->cpu = p->cpu;
		snprintf(cause->what, sizeof(cause->what), "%s", what);
	}
}

static enum cause_kind kind_of(const struct kvmlat_culprit *culprit)
{
	if (culprit->tid)
		return CAUSE_TASK;
	return culprit->took ? CAUSE_THROTTLED : CAUSE_IDLE;
}

/* The task that is named for all of the longest wait, if nobody saw each. */
static void add_wait(struct causes *c, uint64_t *left, const struct kvmlat_outlier *o,
		     uint64_t runq)
{
	const struct kvmlat_culprit *culprit = &o->culprit;
	bool seen = runq != o->times[KVMLAT_STATE_RUNQ];
	uint64_t ns = culprit->time < runq ? culprit->time : runq;
	struct cause *cause;

	if (!seen) {
		cause = add(c, left, kind_of(culprit), ns);
		cause->cpu = culprit->took ? o->cpu_before : o->cpu;
		if (culprit->tid)
			what_task(culprit->comm, culprit->prio, cause->what, sizeof(cause->what));
		runq -= ns;
	}
	add(c, left, CAUSE_UNKNOWN, runq);
}

static int longer(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return (int)x->kind - (int)y->kind;
}

/**
 * causes_of - why it was late
 * @o: the record
 * @vendor: of the module, by which exits have their names
 * @c: where to
 */
void causes_of(const struct kvmlat_outlier *o, uint32_t vendor, struct causes *c)
{
	uint64_t left = o->total, times[KVMLAT_STATES_ROOM];
	struct cause *cause;

	c->nr = 0;
	memcpy(times, o->times, sizeof(times));
	add_parts(c, &left, o, times);
	add_wait(c, &left, o, times[KVMLAT_STATE_RUNQ]);
	cause = add(c, &left, CAUSE_VMM, times[KVMLAT_STATE_USER]);
	what_visit(o, vendor, cause->what, sizeof(cause->what));
	cause = add(c, &left, o->visited ? CAUSE_VMM_ASLEEP : CAUSE_BLOCKED,
		    times[KVMLAT_STATE_OFF]);
	if (o->visited)
		what_visit(o, vendor, cause->what, sizeof(cause->what));
	else
		what_exit(o, vendor, cause->what, sizeof(cause->what));
	cause = add(c, &left, CAUSE_KVM, times[KVMLAT_STATE_EXIT]);
	what_exit(o, vendor, cause->what, sizeof(cause->what));
	add(c, &left, CAUSE_ASLEEP, times[KVMLAT_STATE_WAIT] + times[KVMLAT_STATE_POLL]);
	/* Of a state that a newer module has. */
	cause = add(c, &left, CAUSE_UNKNOWN, left);
	snprintf(cause->what, sizeof(cause->what), "a state that is not known");
	qsort(c->cause, c->nr, sizeof(*c->cause), longer);
}

void cause_text(const struct cause *cause, char *text, size_t size)
{
	const char *what = cause->what;
	char ns[16];

	text_time(ns, sizeof(ns), cause->ns);
	switch (cause->kind) {
	case CAUSE_TASK:
		snprintf(text, size, "%s %s had CPU %u", ns, what, cause->cpu);
		break;
	case CAUSE_IRQ:
		snprintf(text, size, "%s interrupts (%s)", ns, what);
		break;
	case CAUSE_SOFTIRQ:
		snprintf(text, size, "%s softirq %s", ns, what);
		break;
	case CAUSE_NMI:
		snprintf(text, size, "%s NMIs", ns);
		break;
	case CAUSE_THROTTLED:
		snprintf(text, size, "%s throttled, with CPU %u idle", ns, cause->cpu);
		break;
	case CAUSE_IDLE:
		snprintf(text, size, "%s CPU %u woke from idle%s%s", ns, cause->cpu,
			 *what ? ", " : "", what);
		break;
	case CAUSE_VMM:
		snprintf(text, size, "%s in the VMM (%s)", ns, what);
		break;
	case CAUSE_VMM_ASLEEP:
		snprintf(text, size, "%s the VMM slept (%s)", ns, what);
		break;
	case CAUSE_BLOCKED:
		snprintf(text, size, "%s blocked in KVM%s%s", ns, *what ? ", " : "", what);
		break;
	case CAUSE_KVM:
		snprintf(text, size, "%s KVM handled %s", ns, *what ? what : "the wakeup");
		break;
	case CAUSE_ASLEEP:
		snprintf(text, size, "%s asleep in KVM", ns);
		break;
	default:
		snprintf(text, size, "%s unexplained, %s", ns,
			 *what ? what : "other waits for a CPU");
	}
}

static struct toll *find(struct tolls *t, enum cause_kind kind, const char *what)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (t->toll[i].cause.kind == kind && !strcmp(t->toll[i].cause.what, what))
			return &t->toll[i];
	/* One for each kind is kept free, for all that find no place. */
	if (t->nr >= TOLLS_MAX - NR_CAUSES && *what)
		return find(t, kind, "");
	memset(&t->toll[t->nr], 0, sizeof(*t->toll));
	t->toll[t->nr].cause.kind = kind;
	snprintf(t->toll[t->nr].cause.what, sizeof(t->toll->cause.what), "%s", what);
	return &t->toll[t->nr++];
}

void tolls_add(struct tolls *t, const struct kvmlat_outlier *o, const struct causes *c)
{
	size_t i;

	t->outliers++;
	t->total += o->total;
	for (i = 0; i < c->nr; i++) {
		struct toll *toll = find(t, c->cause[i].kind, c->cause[i].what);

		toll->count++;
		toll->cause.ns += c->cause[i].ns;
		if (c->cause[i].ns > toll->worst)
			toll->worst = c->cause[i].ns;
	}
}

static int dearer(const void *a, const void *b)
{
	const struct toll *x = a, *y = b;

	if (x->cause.ns != y->cause.ns)
		return x->cause.ns < y->cause.ns ? 1 : -1;
	return strcmp(x->cause.what, y->cause.what);
}

void tolls_sort(struct tolls *t)
{
	if (t->nr)
		qsort(t->toll, t->nr, sizeof(*t->toll), dearer);
}
