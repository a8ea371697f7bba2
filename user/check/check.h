/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known to hurt latency. Pure: facts in, a finding out. */
#ifndef _KVMLAT_CHECK_H
#define _KVMLAT_CHECK_H

#include "facts/facts.h"

/** enum verdict - @UNKNOWN: something that decides could not be read; it is never taken for good */
enum verdict {
	GOOD,
	BAD,
	UNKNOWN,
	NR_VERDICTS,
};

/** enum remedy - what @fix of a finding is */
enum remedy {
	REMEDY_NONE,		/* a sentence: nothing on this host mends it */
	REMEDY_COMMAND,		/* of a shell; in effect at once */
	REMEDY_LINE,		/* to be put into @file */
};

#define TEXT_SIZE	640

/**
 * struct finding - what a check says
 * @value: what was measured, or of UNKNOWN what could not be
 * @here: why it matters here, by the account; empty where that tells nothing
 * @fix: see @remedy; empty unless BAD
 * @file: of REMEDY_LINE
 * @knob: what "doctor --fix" sets, of the host, to @knob_value; NULL for nothing
 */
struct finding {
	const struct check	*check;
	enum verdict		verdict;
	char			value[TEXT_SIZE];
	char			here[TEXT_SIZE];
	enum remedy		remedy;
	char			fix[TEXT_SIZE];
	const char		*file;
	const char		*knob;
	uint64_t		knob_value;
};

/**
 * struct check - a row of the table
 * @why: it matters
 * @cost: of the fix
 * @source: who says so
 */
struct check {
	const char	*name;
	const char	*family;
	void		(*run)(const struct facts *f, struct finding *found);
	const char	*why;
	const char	*cost;
	const char	*source;
};

extern const struct check checks[];
extern const size_t nr_checks;

const char *verdict_name(enum verdict verdict);
const char *remedy_name(enum remedy remedy);

/* All checks of the table, in its order. */
void check_all(const struct facts *f, struct finding *found);

/* For checks: each sets the verdict and says what was measured. */
void is_good(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void is_bad(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void is_unknown(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "cannot be read" */
void is_unread(struct finding *found, enum fact_file file);

/* And how to mend it. */
void by_command(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void by_line(struct finding *found, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void by_nothing(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line of this one is a word for the kernel's command line. */
#define BOOT_FILE	"/etc/default/grub"
#define MODPROBE_FILE	"/etc/modprobe.d/kvmlat.conf"

/* What the account says, at the end of @here. */
void here_is(struct finding *found, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void check_isolation(const struct facts *f, struct finding *found);
void check_vmm_threads(const struct facts *f, struct finding *found);
void check_tick(const struct facts *f, struct finding *found);
void check_rcu(const struct facts *f, struct finding *found);
void check_irqs(const struct facts *f, struct finding *found);
void check_overcommit(const struct facts *f, struct finding *found);
void check_smt(const struct facts *f, struct finding *found);
void check_quota(const struct facts *f, struct finding *found);
void check_preemption(const struct facts *f, struct finding *found);
void check_rt_priority(const struct facts *f, struct finding *found);
void check_rt_shared(const struct facts *f, struct finding *found);
void check_rt_limit(const struct facts *f, struct finding *found);
void check_sched_ext(const struct facts *f, struct finding *found);
void check_idle(const struct facts *f, struct finding *found);
void check_governor(const struct facts *f, struct finding *found);
void check_preference(const struct facts *f, struct finding *found);
void check_thp(const struct facts *f, struct finding *found);
void check_thp_defrag(const struct facts *f, struct finding *found);
void check_huge_pages(const struct facts *f, struct finding *found);
void check_ksm(const struct facts *f, struct finding *found);
void check_numa(const struct facts *f, struct finding *found);
void check_numa_balancing(const struct facts *f, struct finding *found);
void check_swap(const struct facts *f, struct finding *found);
void check_tdp(const struct facts *f, struct finding *found);
void check_apicv(const struct facts *f, struct finding *found);
void check_nested(const struct facts *f, struct finding *found);
void check_nx(const struct facts *f, struct finding *found);
void check_timer_advance(const struct facts *f, struct finding *found);
void check_clock_sync(const struct facts *f, struct finding *found);
void check_halt_poll(const struct facts *f, struct finding *found);
void check_halt_grow(const struct facts *f, struct finding *found);
void check_ple(const struct facts *f, struct finding *found);
void check_mitigations(const struct facts *f, struct finding *found);
void check_clocksource(const struct facts *f, struct finding *found);
void check_tsc(const struct facts *f, struct finding *found);
void check_guest_clock(const struct facts *f, struct finding *found);
void check_guest_poll(const struct facts *f, struct finding *found);
void check_devices(const struct facts *f, struct finding *found);
void check_tracing(const struct facts *f, struct finding *found);
void check_perf(const struct facts *f, struct finding *found);
void check_nmi_watchdog(const struct facts *f, struct finding *found);
void check_tuned(const struct facts *f, struct finding *found);
void check_modprobe(const struct facts *f, struct finding *found);
void check_smi(const struct facts *f, struct finding *found);

#endif /* _KVMLAT_CHECK_H */
