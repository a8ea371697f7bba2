// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "json.h"

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
	if (wake == UINT64_MAX)
		snprintf(text, size, "unknown");
	else
		text_time(text, size, wake);
}

static void table(FILE *to, const struct auto_view *v)
{
	const struct pilot_decision *d = v->decision;
	const struct window_forecast *f = &d->forecast;
	char when[32] = "", old[32], new[32], wake[32];
	time_t seconds = v->time / (int64_t)NSEC_PER_SEC;
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	window_text(v->has_window, v->window, old, sizeof(old));
	window_text(d->act == PILOT_SET, f->window, new, sizeof(new));
	wake_text(f->wake, wake, sizeof(wake));
	fprintf(to, "%s  vm %u", when, v->vm_id);
	if (*v->guest)
		fprintf(to, " \"%s\"", v->guest);
	fprintf(to, " vcpu %u: window ", v->vcpu_id);
	if (d->act == PILOT_KEEP)
		fprintf(to, "%s stays", old);
	else
		fprintf(to, "%s -> %s%s", old, new, v->dry_run ? ", if this were no dry run" : "");
	fprintf(to, ": %s", pilot_reason(d->why));
	if (f->halts >= 1)
		fprintf(to, " (%.0f halts, %.0f would sleep, %.2f %% of a CPU, wake p99 %s)",
			f->halts, f->slept, 100 * f->burnt, wake);
	fputc('\n', to);
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
