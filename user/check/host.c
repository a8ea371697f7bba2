// SPDX-License-Identifier: GPL-2.0-only
/* Family "host": who else is at work, and who sets what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

/* Of a boot; and as many in an hour as firmware may need. */
#define SMIS_OF_BOOT	1000
#define SMIS_AN_HOUR	60

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		lines += *text != '\n' && *text != '#';
	return lines;
}

void check_tracing(const struct facts *f, struct finding *found)
{
	const struct fact *tracer = &f->file[FACT_TRACER], *events = &f->file[FACT_TRACE_EVENTS];
	unsigned int nr;

	if (tracer->known != READ) {
		is_unread(found, FACT_TRACER);
		return;
	}
	if (strncmp(tracer->text, "nop", 3)) {
		is_bad(found, "the tracer \"%.*s\" is on",
		       line_length(tracer->text, 64), tracer->text);
		by_command(found, "echo nop >%s", fact_path(FACT_TRACER));
		return;
	}
	if (events->known != READ || switch_of(&f->file[FACT_TRACING_ON]) < 0) {
		is_unread(found, events->known != READ ? FACT_TRACE_EVENTS : FACT_TRACING_ON);
		return;
	}
	nr = count_lines(events->text);
	if (!nr || !switch_of(&f->file[FACT_TRACING_ON])) {
		is_good(found, "no tracer, and %u trace events", nr);
		return;
	}
	is_bad(found, "%u trace events are on, as \"%.*s\"", nr,
	       line_length(events->text, 64), events->text);
	by_command(found, "echo >%s", fact_path(FACT_TRACE_EVENTS));
}

void check_perf(const struct facts *f, struct finding *found)
{
	if (f->nr_watchers) {
		is_bad(found, "%zu processes have performance events open, as \"%s\" (%u)",
		       f->nr_watchers, f->watchers[0].name, f->watchers[0].pid);
		by_nothing(found, "end process %u, or let it measure less often",
			   f->watchers[0].pid);
	} else if (!f->has_watchers) {
		is_unknown(found, "files of processes, \"/proc/PID/fd\", cannot be read");
	} else {
		is_good(found, "no process has a performance event open");
	}
}

void check_nmi_watchdog(const struct facts *f, struct finding *found)
{
	const struct fact *on = &f->file[FACT_NMI_WATCHDOG];
	unsigned int realtime;

	if (on->known == ABSENT) {
		is_good(found, "this kernel has none");
		return;
	}
	if (switch_of(on) < 0) {
		is_unread(found, FACT_NMI_WATCHDOG);
		return;
	}
	if (!switch_of(on)) {
		is_good(found, "NMI watchdog: off");
		return;
	}
	if (!has_guests(f, found))
		return;
	realtime = count_realtime(f);
	if (!realtime) {
		is_good(found, "NMI watchdog: on, and no vCPU has a real-time priority");
		return;
	}
	is_bad(found, "NMI watchdog: on, with %u vCPUs of real-time priorities", realtime);
	by_command(found, "echo 0 >%s", fact_path(FACT_NMI_WATCHDOG));
}

void check_tuned(const struct facts *f, struct finding *found)
{
	static const char * const good[] = {
		"latency-performance", "network-latency", "realtime", "realtime-virtual-host",
		"cpu-partitioning", "virtual-host", "throughput-performance",
	};
	static const char * const bad[] = {
		"balanced", "balanced-battery", "powersave", "desktop", "laptop-battery-powersave",
		"virtual-guest",
	};
	const struct fact *profile = &f->file[FACT_TUNED];
	char name[64];
	size_t i;

	if (profile->known == UNREAD) {
		is_unread(found, FACT_TUNED);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", profile->known == READ ?
		 (int)strcspn(profile->text, "\n") : 0,
		 profile->known == READ ? profile->text : "");
	if (!*name) {
		is_good(found, "tuned: no profile is active");
		return;
	}
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!strcmp(name, good[i])) {
			is_good(found, "tuned: %s", name);
			return;
		}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!strcmp(name, bad[i])) {
			is_bad(found, "tuned: %s", name);
			by_command(found, "tuned-adm profile virtual-host");
			return;
		}
	is_unknown(found, "tuned: \"%s\", which is not one that comes with it", name);
}

static bool same_value(const char *a, const char *b)
{
	char *end_a, *end_b;
	long long left = strtoll(a, &end_a, 0), right = strtoll(b, &end_b, 0);

	if (end_a != a && end_b != b && !*end_a && !*end_b)
		return left == right;
	return !strcmp(a, b);
}

void check_modprobe(const struct facts *f, struct finding *found)
{
	const struct fact_option *worst = NULL;
	unsigned int several = 0;
	size_t i, j;

	for (i = 0; i < f->nr_options; i++) {
		const struct fact_option *o = &f->options[i];

		for (j = 1; j < o->nr; j++)
			if (!same_value(o->settings[j].value, o->settings[0].value))
				break;
		if (j >= o->nr)
			continue;
		several++;
		worst = o;
	}
	if (!worst) {
		if (f->has_options)
			is_good(found, "parameters of KVM that files set: %zu, none to two values",
				f->nr_options);
		else
			is_unknown(found, "\"/etc/modprobe.d\" cannot be read");
		return;
	}
	is_bad(found, "%u parameters have two values, as %s.%s:", several, worst->module,
	       worst->name);
	for (j = 0; j < worst->nr; j++)
		is_bad(found, "%s \"%.100s\" has %.20s", j ? "," : "", worst->settings[j].path,
		       worst->settings[j].value);
	is_bad(found, "%s", ", and the last one counts");
	if (worst->now.known == READ)
		here_is(found, "it is %.*s now", line_length(worst->now.text, 32),
			worst->now.text);
	by_nothing(found, "take it out of all files but one");
}

void check_smi(const struct facts *f, struct finding *found)
{
	const struct fact *uptime = &f->file[FACT_UPTIME];
	double hours;

	if (!f->has_smis) {
		is_unknown(found, "%s", f->why_no_smis);
		return;
	}
	hours = uptime->known == READ ? strtoull(uptime->text, NULL, 10) / 3600.0 : 0;
	if (hours <= 0) {
		is_unread(found, FACT_UPTIME);
		return;
	}
	if (f->smis <= SMIS_OF_BOOT + SMIS_AN_HOUR * hours) {
		is_good(found, "%u SMIs in %.1f hours", f->smis, hours);
		return;
	}
	is_bad(found, "%u SMIs in %.1f hours", f->smis, hours);
	by_nothing(found, "look in the firmware's setup for USB legacy support, power capping and error logging, or for an update of it");
}
