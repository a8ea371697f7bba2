// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/wrap.h"
#include "event.h"
#include "json.h"
#include "report.h"
#include "watch.h"

/* What a change is told of is a line each: more are not read by anybody. */
#define MAX_CHANGES	10000

static int add_vm(struct report *r, const struct interval *in, const struct kvmlat_vm *vm)
{
	const char *guest = guests_name(in->guests, vm->vm_id);
	struct report_vm *to;
	size_t i;

	for (i = 0; i < r->nr_vms; i++)
		if (r->vms[i].vm_id == vm->vm_id && r->vms[i].pid == vm->pid)
			break;
	if (i == r->nr_vms) {
		to = realloc(r->vms, (r->nr_vms + 1) * sizeof(*to));
		if (!to)
			return -1;
		r->vms = to;
		to += r->nr_vms++;
		*to = (struct report_vm){
			.vm_id = vm->vm_id, .pid = vm->pid, .first = in->begin.real,
		};
		snprintf(to->guest, sizeof(to->guest), "%s", guest ? guest : "");
	}
	to = &r->vms[i];
	to->vcpus = vm->vcpus;
	if (!to->gone)
		to->last = in->end.real;
	to->gone = vm->gone;
	return 0;
}

static int add_change(struct report *r, const struct interval *in,
		      const struct kvmlat_knob_event *e)
{
	const char *guest = guests_name(in->guests, e->knob.vm_id);
	struct report_change *to;

	if (r->nr_changes == MAX_CHANGES) {
		r->dropped_changes++;
		return 0;
	}
	to = realloc(r->changes, (r->nr_changes + 1) * sizeof(*to));
	if (!to)
		return -1;
	r->changes = to;
	to += r->nr_changes++;
	to->event = *e;
	to->time = (int64_t)e->at + moment_wall(&in->end, in->newer);
	snprintf(to->guest, sizeof(to->guest), "%s",
		 guest && e->knob.scope != KVMLAT_SCOPE_HOST ? guest : "");
	return 0;
}

static bool is_wanted(const struct selection *sel, const struct interval *in, uint32_t vm_id)
{
	const struct kvmlat_vm *vm = kvmlat_find_vm(in->newer, vm_id);

	return !selects(sel) || (vm && selects_vm(sel, in->guests, in->newer, vm));
}

bool report_wants(const struct interval *in, const struct selection *sel,
		  const struct kvmlat_outlier *o)
{
	return is_wanted(sel, in, o->vm_id) && selects_vcpu(sel, o->vcpu_id);
}

int report_add(struct report *r, const struct interval *in, const struct selection *sel)
{
	struct causes causes;
	size_t i;
	int ret = 0;

	if (!r->intervals++)
		r->begin = in->begin.real;
	r->end = in->end.real;
	r->dropped_outliers += in->dropped_outliers;
	r->dropped_changes += in->dropped_changes;
	for (i = 0; !ret && i < in->newer->nr_vms; i++)
		if (is_wanted(sel, in, in->newer->vms[i].vm_id))
			ret = add_vm(r, in, &in->newer->vms[i]);
	for (i = 0; i < in->nr_outliers; i++) {
		if (!report_wants(in, sel, &in->outliers[i]))
			continue;
		causes_of(&in->outliers[i], in->newer->vendor, &causes);
		tolls_add(&r->tolls, &in->outliers[i], &causes);
	}
	for (i = 0; !ret && i < in->nr_changes; i++)
		if (in->changes[i].knob.scope == KVMLAT_SCOPE_HOST ||
		    is_wanted(sel, in, in->changes[i].knob.vm_id))
			ret = add_change(r, in, &in->changes[i]);
	return ret;
}

void report_free(struct report *r)
{
	free(r->vms);
	free(r->changes);
}

/* "2026-01-31 10:00:00 to 10:05:00"; another day is named again. */
static const char *when(int64_t from_ns, int64_t to_ns, char *text, size_t size)
{
	time_t from = from_ns / (int64_t)NSEC_PER_SEC, to = to_ns / (int64_t)NSEC_PER_SEC;
	struct tm begin, end;
	bool same_day;
	size_t n;

	snprintf(text, size, "-");
	if (!localtime_r(&from, &begin) || !localtime_r(&to, &end))
		return text;
	same_day = begin.tm_year == end.tm_year && begin.tm_yday == end.tm_yday;
	n = strftime(text, size, "%Y-%m-%d %H:%M:%S to ", &begin);
	strftime(text + n, size - n, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &end);
	return text;
}

static void __attribute__((format(printf, 2, 3))) line(FILE *to, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	wrap(to, text, 0, 4);
	free(text);
}

static void table(FILE *to, const struct report *r)
{
	static const char * const shown[] = {
		"host", "kernel", "cpu", "vendor", "cpus online", "clocksource", "governor",
		"command line", "module",
	};
	char span[64], text[512];
	size_t i;

	line(to, "%s: %s, %.3f s in %u interval%s", r->file,
	     when(r->begin, r->end, span, sizeof(span)), (r->end - r->begin) / 1e9, r->intervals,
	     r->intervals == 1 ? "" : "s");
	if (losses_tell(&r->losses, text, sizeof(text)))
		line(to, "  %s", text);
	for (i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (notes_find(r->notes, shown[i]))
			line(to, "  %s: %s", shown[i], notes_find(r->notes, shown[i]));
	for (i = 0; i < r->nr_vms; i++) {
		const struct report_vm *vm = &r->vms[i];

		line(to, "  VM %u \"%s\", pid %u, %u vCPU%s, %s%s", vm->vm_id, vm->guest, vm->pid,
		     vm->vcpus, vm->vcpus == 1 ? "" : "s",
		     when(vm->first, vm->last, span, sizeof(span)), vm->gone ? ", gone" : "");
	}
	line(to, "  %" PRIu64 " outlier%s, %zu change%s of knobs", r->tolls.outliers,
	     r->tolls.outliers == 1 ? "" : "s", r->nr_changes, r->nr_changes == 1 ? "" : "s");
}

static double seconds_of(int64_t ns)
{
	return ns / 1000000 / 1e3;
}

static struct json_object *json_vms(const struct report *r)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < r->nr_vms; i++) {
		const struct report_vm *vm = &r->vms[i];

		o = json_object_new_object();
		add_u64(o, "vm_id", vm->vm_id);
		add_u64(o, "pid", vm->pid);
		add_text(o, "guest", vm->guest);
		add_u64(o, "vcpus", vm->vcpus);
		add(o, "first", double_of(seconds_of(vm->first), 3));
		add(o, "last", double_of(seconds_of(vm->last), 3));
		add_bool(o, "gone", vm->gone);
		json_object_array_add(list, o);
	}
	return list;
}

static void json(FILE *to, const struct report *r)
{
	struct json_object *o = document("report"), *facts = json_object_new_object();
	size_t i;

	add_text(o, "file", r->file);
	add(o, "begin", double_of(seconds_of(r->begin), 3));
	add(o, "end", double_of(seconds_of(r->end), 3));
	add_u64(o, "intervals", r->intervals);
	add_u64(o, "missing_intervals", r->losses.intervals);
	add_u64(o, "damaged_bytes", r->losses.damaged);
	add_bool(o, "ended", r->losses.ended);
	for (i = 0; i < r->notes->nr; i++)
		json_object_object_add(facts, r->notes->all[i].name,
				       json_object_new_string(r->notes->all[i].text));
	add(o, "facts", facts);
	add(o, "vms", json_vms(r));
	add_u64(o, "outliers", r->tolls.outliers);
	add_u64(o, "dropped_outliers", r->dropped_outliers);
	add_u64(o, "changes", r->nr_changes);
	add_u64(o, "dropped_changes", r->dropped_changes);
	print(to, o);
}

void show_report_head(FILE *to, enum output output, const struct report *r)
{
	if (output == OUTPUT_JSON)
		json(to, r);
	else
		table(to, r);
}

void show_report_events(FILE *to, enum output output, const struct report *r)
{
	size_t i;

	/* Above outliers there is a line of theirs. */
	if (output == OUTPUT_TABLE && !r->tolls.outliers)
		fputc('\n', to);
	show_tolls(to, output, &r->tolls, r->dropped_outliers);
	if (output == OUTPUT_TABLE && r->nr_changes)
		fputs("\nchanges of knobs\n", to);
	for (i = 0; i < r->nr_changes; i++) {
		const struct report_change *c = &r->changes[i];
		struct event_view view = { c->time / 1000000, c->guest, &c->event };

		show_event(to, output, &view, !i);
	}
	if (output == OUTPUT_TABLE && r->dropped_changes)
		fprintf(to, "and %" PRIu64 " more\n", r->dropped_changes);
}
