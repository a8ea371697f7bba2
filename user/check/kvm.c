// SPDX-License-Identifier: GPL-2.0-only
/* Family "kvm": how KVM was loaded. */
#include <stdio.h>
#include <string.h>

#include "evidence.h"

#define EXIT_WINDOW_VMX	7
#define EXIT_WINDOW_SVM	0x64

/* "kvm_intel" or "kvm_amd"; NULL, having said so, if neither is loaded. */
static const char *vendor_module(const struct facts *f, struct finding *found)
{
	switch (vendor_of(f)) {
	case 'i':
		return "kvm_intel";
	case 'a':
		return "kvm_amd";
	default:
		is_unknown(found, "neither \"%s\" nor \"%s\" can be read", fact_path(FACT_EPT),
			   fact_path(FACT_NPT));
		return NULL;
	}
}

void check_tdp(const struct facts *f, struct finding *found)
{
	const char *module = vendor_module(f, found), *name;
	enum fact_file file;

	if (!module)
		return;
	file = vendor_of(f) == 'i' ? FACT_EPT : FACT_NPT;
	name = file == FACT_EPT ? "ept" : "npt";
	switch (switch_of(&f->file[file])) {
	case 1:
		is_good(found, "%s.%s: on", module, name);
		break;
	case 0:
		is_bad(found, "%s.%s: off", module, name);
		by_line(found, MODPROBE_FILE, "options %s %s=1", module, name);
		break;
	default:
		is_unknown(found, "\"%s\" is neither Y nor N", fact_path(file));
	}
}

static bool processor_has(const struct facts *f, const char *word, struct finding *found)
{
	const struct fact *cpu = &f->file[FACT_CPUINFO];

	if (cpu->known != READ) {
		is_unread(found, FACT_CPUINFO);
		return false;
	}
	if (has_word(cpu->text, word))
		return true;
	is_good(found, "this processor has none");
	return false;
}

void check_apicv(const struct facts *f, struct finding *found)
{
	const char *module = vendor_module(f, found), *name;
	bool intel = vendor_of(f) == 'i';
	const struct fact *fact = &f->file[intel ? FACT_APICV : FACT_AVIC];
	struct tally t;

	if (!module)
		return;
	name = intel ? "enable_apicv" : "avic";
	switch (switch_of(fact)) {
	case 0:
		if (!processor_has(f, intel ? "apicv" : "avic", found))
			return;
		is_bad(found, "%s.%s: off, and the processor has it", module, name);
		by_line(found, MODPROBE_FILE, "options %s %s=1", module, name);
		return;
	case 1:
		break;
	default:
		is_unread(found, intel ? FACT_APICV : FACT_AVIC);
		return;
	}
	if (!has_guests(f, found))
		return;
	/* Where it works nobody waits for a guest to take interrupts. */
	t = tally_exits(f, intel ? EXIT_WINDOW_VMX : EXIT_WINDOW_SVM);
	if (t.count * 100 <= t.of) {
		is_good(found, "%s.%s: on; exits to inject an interrupt: %llu of %llu", module,
			name,
			(unsigned long long)t.count, (unsigned long long)t.of);
		return;
	}
	is_bad(found, "%s.%s: on, but something inhibits it", module, name);
	here_is(found, "%llu of %llu exits were to inject an interrupt",
		(unsigned long long)t.count, (unsigned long long)t.of);
	by_nothing(found, "what inhibits it: a PIT that reinjects (-global kvm-pit.lost_tick_policy=delay), Hyper-V's AutoEOI, nested guests, more vCPUs than it can, an APIC in the VMM (kernel-irqchip=off)");
}

void check_nested(const struct facts *f, struct finding *found)
{
	struct tally nested, reflected;

	if (!has_guests(f, found))
		return;
	nested = tally_from(f, KVMLAT_REASON_CLASS_NESTED, 0);
	reflected = tally_from(f, KVMLAT_REASON_CLASS_REFLECTED, 0);
	if (!nested.of && !reflected.of) {
		is_good(found, "no exit of a nested guest");
		return;
	}
	is_bad(found, "%llu exits of nested guests, %llu of them for the guest that runs these",
	       (unsigned long long)(nested.of + reflected.of),
	       (unsigned long long)reflected.of);
	by_nothing(found, "run the inner guests on the host");
}

void check_nx(const struct facts *f, struct finding *found)
{
	const struct fact *nx = &f->file[FACT_NX_HUGE_PAGES];
	int64_t ratio;

	if (nx->known == ABSENT) {
		is_good(found, "this KVM splits no huge pages");
	} else if (nx->known == READ && (!strncmp(nx->text, "never", 5) || !switch_of(nx))) {
		is_good(found, "kvm.nx_huge_pages: off");
	} else if (switch_of(nx) < 0) {
		is_unread(found, FACT_NX_HUGE_PAGES);
	} else if (!number_of(&f->file[FACT_NX_RECOVERY], &ratio)) {
		is_unread(found, FACT_NX_RECOVERY);
	} else if (!ratio) {
		is_good(found, "kvm.nx_huge_pages: on, without recovery");
	} else {
		is_bad(found, "kvm.nx_huge_pages: on, and 1/%lld of the split pages is taken back at a time",
		       (long long)ratio);
		by_command(found, "echo 0 >%s", fact_path(FACT_NX_RECOVERY));
	}
}

void check_timer_advance(const struct facts *f, struct finding *found)
{
	const struct fact *ns = &f->file[FACT_TIMER_ADVANCE_NS];
	const struct fact *on = &f->file[FACT_TIMER_ADVANCE];
	int64_t value;

	if (number_of(ns, &value)) {
		if (value) {
			is_good(found, "kvm.lapic_timer_advance_ns: %lld%s", (long long)value,
				value < 0 ? ", by itself" : "");
			return;
		}
		is_bad(found, "kvm.lapic_timer_advance_ns: 0");
		by_command(found, "echo -1 >%s", fact_path(FACT_TIMER_ADVANCE_NS));
		return;
	}
	switch (switch_of(on)) {
	case 1:
		is_good(found, "kvm.lapic_timer_advance: on");
		break;
	case 0:
		is_bad(found, "kvm.lapic_timer_advance: off");
		by_line(found, MODPROBE_FILE, "options kvm lapic_timer_advance=1");
		break;
	default:
		is_unknown(found, "neither \"%s\" nor \"%s\" can be read",
			   fact_path(FACT_TIMER_ADVANCE_NS), fact_path(FACT_TIMER_ADVANCE));
	}
}

void check_clock_sync(const struct facts *f, struct finding *found)
{
	const struct fact *sync = &f->file[FACT_CLOCK_SYNC];

	if (sync->known == ABSENT) {
		is_good(found, "this KVM does that no more");
	} else if (!switch_of(sync)) {
		is_good(found, "kvm.kvmclock_periodic_sync: off");
	} else if (switch_of(sync) < 0) {
		is_unread(found, FACT_CLOCK_SYNC);
	} else if (has_guests(f, found)) {
		if (count_realtime(f)) {
			is_bad(found, "kvm.kvmclock_periodic_sync: on, with %u vCPUs of real-time priorities",
			       count_realtime(f));
			by_line(found, MODPROBE_FILE, "options kvm kvmclock_periodic_sync=0");
		} else {
			is_good(found, "kvm.kvmclock_periodic_sync: on, and no vCPU has a real-time priority");
		}
	}
}

/* What is done at an exit or entry, by the words of the kernel. */
static const struct {
	const char	*words;
	const char	*when;
	const char	*word;
} costly[] = {
	{ "IBPB before exit to userspace", "each visit to the VMM", "vmscape=off" },
	{ "IBPB on VMEXIT", "each exit", "spec_rstack_overflow=safe-ret" },
	{ "VMX: cache flushes", "each entry", "kvm-intel.vmentry_l1d_flush=cond" },
};

/* How all of the kernel's sentences about a flaw begin. */
static bool is_understood(const char *text)
{
	static const char * const begins[] = {
		"Not affected", "Vulnerable", "Mitigation:", "KVM: ", "Processor vulnerable", "Unknown",
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(text, begins[i], strlen(begins[i])))
			return true;
	return false;
}

void check_mitigations(const struct facts *f, struct finding *found)
{
	const struct fact_flaw *odd = NULL;
	struct tally exits = tally_exits(f, 0), visits;
	size_t i, j;

	if (!f->has_flaws) {
		is_unknown(found, "\"/sys/devices/system/cpu/vulnerabilities\" cannot be read");
		return;
	}
	for (i = 0; i < f->nr_flaws; i++) {
		if (!is_understood(f->flaws[i].text))
			odd = &f->flaws[i];
		for (j = 0; j < sizeof(costly) / sizeof(*costly); j++) {
			if (!strstr(f->flaws[i].text, costly[j].words))
				continue;
			is_bad(found, "%s%s: \"%s\", at %s", found->value[0] ? "; " : "",
			       f->flaws[i].name, costly[j].words, costly[j].when);
			by_line(found, BOOT_FILE, "%s%s", found->fix[0] ? " " : "",
				costly[j].word);
		}
	}
	if (found->verdict != BAD) {
		if (odd)
			is_unknown(found, "of \"%s\" the kernel says \"%.100s\"", odd->name,
				   odd->text);
		else
			is_good(found, "of %zu flaws none costs much at each exit",
				f->nr_flaws);
		return;
	}
	visits = tally_from(f, KVMLAT_REASON_CLASS_USER, 0);
	if (exits.of)
		here_is(found, "%llu exits, %llu visits to VMMs, which took %lluus each",
			(unsigned long long)exits.of, (unsigned long long)visits.of,
			visits.of ? (unsigned long long)(visits.ns / visits.of / 1000) : 0);
}
