// SPDX-License-Identifier: GPL-2.0-only
/* Family "kvm": what a vCPU does that has nothing to do, or that spins. */
#include <stdio.h>

#include "evidence.h"

/* KVM's own window on x86, and what longer ones cost: see tune/warn.c. */
#define USUAL_NS	200000
#define LONG_NS		1000000

#define EXIT_PAUSE_VMX	40
#define EXIT_PAUSE_SVM	0x77

/* So many halts have to be short before it matters that nobody polls. */
#define MANY_HALTS	100

static struct tally short_halts(const struct facts *f, uint64_t ns)
{
	struct tally all = { 0 }, t;
	size_t i;

	for (i = 0; i < f->nr_vms; i++) {
		t = tally_to(&f->vms[i].account, KVMLAT_REASON_CLASS_HALT, ns);
		all.of += t.of;
		all.count += t.count;
	}
	return all;
}

static void set_knob(struct finding *found, const char *knob, uint64_t value)
{
	by_command(found, "kvmlat set %s=%llu", knob, (unsigned long long)value);
	found->knob = knob;
	found->knob_value = value;
}

void check_halt_poll(const struct facts *f, struct finding *found)
{
	struct tally t;
	int64_t window;

	if (!number_of(&f->file[FACT_HALT_POLL], &window)) {
		is_unread(found, FACT_HALT_POLL);
		return;
	}
	if (window > LONG_NS) {
		is_bad(found, "kvm.halt_poll_ns: %lldus", (long long)window / 1000);
		t = tally_from(f, KVMLAT_REASON_CLASS_POLL_MISS, 0);
		if (t.of)
			here_is(found, "%llu polls were in vain and burnt %llums",
				(unsigned long long)t.of, (unsigned long long)t.ns / 1000000);
		set_knob(found, "halt_poll_ns", USUAL_NS);
		return;
	}
	if (window) {
		is_good(found, "kvm.halt_poll_ns: %lldus", (long long)window / 1000);
		return;
	}
	if (!has_guests(f, found))
		return;
	t = short_halts(f, USUAL_NS);
	if (!t.of) {
		is_unknown(found, "kvm.halt_poll_ns is 0, and no halt was counted that could tell whether that hurts");
	} else if (t.count * 20 < t.of) {
		is_good(found, "kvm.halt_poll_ns: 0; halts of %dus or less: %llu of %llu",
			USUAL_NS / 1000, (unsigned long long)t.count, (unsigned long long)t.of);
	} else {
		is_bad(found, "kvm.halt_poll_ns: 0");
		here_is(found, "%llu of %llu halts took %dus or less",
			(unsigned long long)t.count, (unsigned long long)t.of, USUAL_NS / 1000);
		set_knob(found, "halt_poll_ns", USUAL_NS);
	}
}

void check_halt_grow(const struct facts *f, struct finding *found)
{
	int64_t window, grow;

	if (!number_of(&f->file[FACT_HALT_POLL], &window)) {
		is_unread(found, FACT_HALT_POLL);
		return;
	}
	if (!number_of(&f->file[FACT_HALT_POLL_GROW], &grow)) {
		is_unread(found, FACT_HALT_POLL_GROW);
		return;
	}
	if (grow || !window) {
		is_good(found, "kvm.halt_poll_ns_grow: %lld%s", (long long)grow,
			window ? "" : ", and nobody polls");
		return;
	}
	is_bad(found, "kvm.halt_poll_ns_grow: 0, with a window of %lldus",
	       (long long)window / 1000);
	if (f->has_vms)
		here_is(found, "%llu of %llu halts took no longer than the window, %llu polls had success",
			(unsigned long long)short_halts(f, window).count,
			(unsigned long long)short_halts(f, window).of,
			(unsigned long long)tally_from(f, KVMLAT_REASON_CLASS_POLL_HIT, 0).of);
	set_knob(found, "halt_poll_ns_grow", 2);
}

void check_ple(const struct facts *f, struct finding *found)
{
	bool intel = vendor_of(f) == 'i';
	enum fact_file file = intel ? FACT_PLE_GAP : FACT_PAUSE_FILTER;
	const char *module = intel ? "kvm_intel" : "kvm_amd";
	const char *name = intel ? "ple_gap" : "pause_filter_thresh";
	unsigned int cpus;
	struct tally t;
	int64_t gap;

	if (!vendor_of(f) || !number_of(&f->file[file], &gap)) {
		is_unread(found, file);
		return;
	}
	if (!f->has_host) {
		is_unknown(found, "\"/sys/devices/system/cpu/online\" cannot be read");
		return;
	}
	if (!has_guests(f, found))
		return;
	cpus = cpus_count(&f->host.online);
	t = tally_exits(f, intel ? EXIT_PAUSE_VMX : EXIT_PAUSE_SVM);
	if (f->running > cpus && !gap) {
		is_bad(found, "%s.%s: 0, and %u vCPUs share %u CPUs", module, name, f->running,
		       cpus);
		by_line(found, MODPROBE_FILE, "options %s %s=128", module, name);
	} else if (f->running <= cpus && gap && t.count * 100 > t.of) {
		is_bad(found, "%s.%s: %lld, and each of %u vCPUs can have one of %u CPUs", module,
		       name, (long long)gap, f->running, cpus);
		here_is(found, "%llu of %llu exits were for PAUSE and took %llums",
			(unsigned long long)t.count, (unsigned long long)t.of,
			(unsigned long long)t.ns / 1000000);
		by_line(found, MODPROBE_FILE, "options %s %s=0", module, name);
	} else {
		is_good(found, "%s.%s: %lld, with %u vCPUs and %u CPUs; exits for PAUSE: %llu of %llu",
			module, name, (long long)gap, f->running, cpus,
			(unsigned long long)t.count, (unsigned long long)t.of);
	}
}

void check_guest_poll(const struct facts *f, struct finding *found)
{
	struct names names = { 0 };
	uint64_t lost = 0, of = 0;
	struct tally t, polls;
	int64_t window, grow;
	size_t i;

	if (!number_of(&f->file[FACT_HALT_POLL], &window) ||
	    !number_of(&f->file[FACT_HALT_POLL_GROW], &grow)) {
		is_unread(found, FACT_HALT_POLL);
		return;
	}
	if (!window || !grow) {
		is_good(found, "nobody polls on this host that a guest could switch off");
		return;
	}
	if (!has_guests(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		const struct kvmlat_account *a = &f->vms[i].account;

		t = tally_to(a, KVMLAT_REASON_CLASS_HALT, window);
		polls = tally_to(a, KVMLAT_REASON_CLASS_POLL_HIT, UINT64_MAX);
		polls.of += tally_to(a, KVMLAT_REASON_CLASS_POLL_MISS, UINT64_MAX).of;
		of += t.of;
		/* After the first of them KVM would have given it a window. */
		if (t.count < MANY_HALTS || polls.of)
			continue;
		lost += t.count;
		names_add(&names, f->vms[i].guest);
	}
	if (lost) {
		is_bad(found, "host polling is off, by the guest or its VMM: %s", names.text);
		here_is(found, "%llu halts of these took no longer than the window, and none was polled",
			(unsigned long long)lost);
		by_nothing(found, "in the guest \"cpuidle_haltpoll.force=0\", or its idle driver's guest_halt_poll_ns; outside, the VMM's KVM_CAP_HALT_POLL");
	} else if (!of) {
		is_unknown(found, "no halt was counted");
	} else {
		is_good(found, "guests with short halts that are never polled: 0 of %zu",
			f->nr_vms);
	}
}
