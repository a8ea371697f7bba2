// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/wrap.h"
#include "json.h"

#define INDENT	4

static const char *window_text(bool has, uint64_t window, char *text, size_t size)
{
	if (has)
		text_time(text, size, window);
	else
		snprintf(text, size, "KVM's own");
	return text;
}

static void wake_text(uint64_t wake, char *text, size_t size)
{
	char time[32];

	if (wake == UINT64_MAX) {
		snprintf(text, size, "how late wakeups were is unknown");
	} else if (!wake) {
		snprintf(text, size, "99 wakeups in 100 find it polling");
	} else {
		text_time(time, sizeof(time), wake);
		snprintf(text, size, "99 wakeups in 100 take up to %s", time);
	}
}

static void table(FILE *to, const struct auto_view *v)
{
	const struct pilot_decision *d = v->decision;
	const struct window_forecast *f = &d->forecast;
	char when[32] = "", old[32], new[32], wake[64], text[KVMLAT_NAME_SIZE + 256];
	time_t seconds = v->time / (int64_t)NSEC_PER_SEC;
	struct tm tm;
	int n;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	window_text(v->has_window, v->window, old, sizeof(old));
	window_text(d->act == PILOT_SET, f->window, new, sizeof(new));
	wake_text(f->wake, wake, sizeof(wake));
	n = snprintf(text, sizeof(text), "%s  vm %u", when, v->vm_id);
	if (*v->guest)
		n += snprintf(text + n, sizeof(text) - n, " \"%s\"", v->guest);
	n += snprintf(text + n, sizeof(text) - n, " vcpu %u: window %s", v->vcpu_id, old);
	if (d->act == PILOT_KEEP)
		n += snprintf(text + n, sizeof(text) - n, " stays");
	else
		n += snprintf(text + n, sizeof(text) - n, " -> %s%s", new,
			      v->dry_run ? ", if this were no dry run" : "");
	snprintf(text + n, sizeof(text) - n, ": %s", pilot_reason(d->why));
	wrap(to, text, 0, INDENT);
	if (f->halts < 1)
		return;
	snprintf(text, sizeof(text), "with it %.0f of %.0f halts sleep, polls take %.2f %% of a CPU, %s",
		 f->slept, f->halts, 100 * f->burnt, wake);
	n = fprintf(to, "%*s", INDENT, "");
	wrap(to, text, n, INDENT);
}

static void json(FILE *to, const struct auto_view *v)
{
	static const char * const acts[] = {
		[PILOT_KEEP] = "keep", [PILOT_SET] = "set", [PILOT_RELEASE] = "release",
	};
	const struct pilot_decision *d = v->decision;
	const struct window_forecast *f = &d->forecast;
	struct json_object *o = document("auto");

	add(o, "time", double_of(v->time / 1e9, 6));
	add_u64(o, "vm_id", v->vm_id);
	add_text(o, "guest", v->guest);
	add_u64(o, "vcpu_id", v->vcpu_id);
	add_bool(o, "dry_run", v->dry_run);
	add_text(o, "action", acts[d->act]);
	add_text(o, "why", pilot_reason(d->why));
	add_if(o, "window_before_ns", v->has_window, v->window);
	add_if(o, "window_ns", d->act == PILOT_SET || (d->act == PILOT_KEEP && v->has_window),
	       f->window);
	add(o, "halts", double_of(f->halts, 1));
	add(o, "would_sleep", double_of(f->slept, 1));
	add(o, "cpu_percent", double_of(100 * f->burnt, 3));
	add_if(o, "wake_p99_ns", f->wake != UINT64_MAX, f->wake);
	print(to, o);
}

void show_auto(FILE *to, enum output output, const struct auto_view *v)
{
	if (output == OUTPUT_JSON)
		json(to, v);
	else
		table(to, v);
}
