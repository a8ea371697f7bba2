// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trace events in JSON, as Perfetto and Firefox's profiler open them: a process for each VM. States
 * are counters, since nobody knows in which order they were within an interval. Outliers are slices
 * on a track for each vCPU and kind, which do not overlap, and below each its causes, the longest
 * first. Time is CLOCK_MONOTONIC, as in traces of the kernel.
 */
#include <inttypes.h>

#include "export.h"
#include "model/cause.h"
#include "show/json.h"
#include "show/report.h"
#include "show/watch.h"

/** struct perfetto - which vCPUs have their names */
struct perfetto {
	bool	any;
	size_t	nr;
	struct seen {
		uint32_t	vm_id;
		uint32_t	vcpu_id;
	}	*seen;
};

static void put(FILE *to, struct perfetto *p, struct json_object *o)
{
	fputs(p->any ? ",\n" : "\n", to);
	p->any = true;
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE), to);
	json_object_put(o);
}

static void add_us(struct json_object *o, const char *name, int64_t ns)
{
	add(o, name, double_of(ns / 1e3, 3));
}

static struct json_object *event(const char *ph, const char *name, uint32_t vm_id, uint32_t tid)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "ph", ph);
	add_text(o, "name", name);
	add_u64(o, "pid", vm_id);
	add_u64(o, "tid", tid);
	return o;
}

/* A track for each kind: outliers of one kind do not overlap. */
static uint32_t track_of(uint32_t vcpu_id, uint32_t kind)
{
	return vcpu_id * KVMLAT_OUTLIER_KINDS_ROOM + kind + 1;
}

static void put_name(FILE *to, struct perfetto *p, const char *what, uint32_t vm_id, uint32_t tid,
		     const char *name)
{
	struct json_object *o = event("M", what, vm_id, tid), *args = json_object_new_object();

	add_text(args, "name", name);
	add(o, "args", args);
	put(to, p, o);
}

static int name_vcpu(FILE *to, struct perfetto *p, const struct interval *in,
		     const struct kvmlat_vcpu *v)
{
	const char *guest = guests_name(in->guests, v->vm_id);
	char name[KVMLAT_NAME_SIZE + 32];
	bool known = false;
	struct seen *seen;
	unsigned int kind;
	size_t i;

	for (i = p->nr; i-- > 0;) {
		if (p->seen[i].vm_id == v->vm_id && p->seen[i].vcpu_id == v->vcpu_id)
			return 0;
		known |= p->seen[i].vm_id == v->vm_id;
	}
	seen = realloc(p->seen, (p->nr + 1) * sizeof(*seen));
	if (!seen)
		return -1;
	p->seen = seen;
	seen[p->nr++] = (struct seen){ v->vm_id, v->vcpu_id };
	if (!known) {
		snprintf(name, sizeof(name), "VM %u %s", v->vm_id, guest ? guest : "");
		put_name(to, p, "process_name", v->vm_id, 0, name);
	}
	for (kind = 0; kind < KVMLAT_NR_OUTLIER_KINDS; kind++) {
		snprintf(name, sizeof(name), "vCPU %u %s", v->vcpu_id,
			 kvmlat_outlier_kind_name(kind));
		put_name(to, p, "thread_name", v->vm_id, track_of(v->vcpu_id, kind), name);
	}
	return 0;
}

/* In per cent of the interval, at its begin. */
static void put_states(FILE *to, struct perfetto *p, const struct interval *in,
		       const struct kvmlat_vcpu *v)
{
	struct json_object *o, *args = json_object_new_object();
	char name[32];
	unsigned int i;

	snprintf(name, sizeof(name), "vCPU %u %%", v->vcpu_id);
	o = event("C", name, v->vm_id, 0);
	add_us(o, "ts", in->begin.monotonic);
	for (i = 0; i < KVMLAT_NR_STATES; i++)
		add(args, kvmlat_state_name(i),
		    double_of(share(v->account.times[i], v->account.elapsed), 2));
	add(o, "args", args);
	put(to, p, o);
}

static void put_slice(FILE *to, struct perfetto *p, const struct kvmlat_outlier *out,
		      const char *name, int64_t begin, uint64_t ns, struct json_object *args)
{
	struct json_object *o = event("X", name, out->vm_id, track_of(out->vcpu_id, out->kind));

	add_us(o, "ts", begin);
	add_us(o, "dur", ns);
	if (args)
		add(o, "args", args);
	put(to, p, o);
}

static void put_outlier(FILE *to, struct perfetto *p, const struct interval *in,
			const struct kvmlat_outlier *out)
{
	int64_t at = out->end + in->newer->monotonic - in->newer->now - out->total;
	struct json_object *args = json_object_new_object();
	char text[OUTLIER_TEXT_SIZE];
	struct causes causes;
	size_t i;

	causes_of(out, in->newer->vendor, &causes);
	add_text(args, "why", outlier_text(out, &causes, text, sizeof(text)));
	add_u64(args, "cpu", out->cpu);
	add_u64(args, "threshold_ns", out->threshold);
	put_slice(to, p, out, kvmlat_outlier_kind_name(out->kind), at, out->total, args);
	for (i = 0; i < causes.nr; i++) {
		cause_text(&causes.cause[i], text, sizeof(text));
		put_slice(to, p, out, text, at, causes.cause[i].ns, NULL);
		at += causes.cause[i].ns;
	}
}

static void put_knob_change(FILE *to, struct perfetto *p, const struct interval *in,
			    const struct kvmlat_knob_event *e)
{
	struct json_object *args = json_object_new_object(), *o;

	o = event("i", e->knob.name, e->knob.scope == KVMLAT_SCOPE_HOST ? 0 : e->knob.vm_id, 0);
	add_us(o, "ts", e->at + in->newer->monotonic - in->newer->now);
	add_text(o, "s", e->knob.scope == KVMLAT_SCOPE_HOST ? "g" : "p");
	add_if(args, "old", e->knob.old.known, e->knob.old.value);
	add_if(args, "new", e->knob.now.known, e->knob.now.value);
	add_text(args, "by", e->comm);
	add(o, "args", args);
	put(to, p, o);
}

static int begin(FILE *to, void *state, int64_t real)
{
	(void)state;
	fprintf(to, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"began\":\"%" PRId64 "\"},\"traceEvents\":[",
		real / 1000000);
	return 0;
}

static int interval(FILE *to, void *state, const struct exported *x)
{
	const struct interval *in = x->in;
	struct perfetto *p = state;
	size_t i;

	for (i = 0; i < x->delta->nr_vcpus; i++) {
		if (name_vcpu(to, p, in, &x->delta->vcpus[i]))
			return -1;
		put_states(to, p, in, &x->delta->vcpus[i]);
	}
	for (i = 0; i < in->nr_outliers; i++)
		if (report_wants(in, x->sel, &in->outliers[i]))
			put_outlier(to, p, in, &in->outliers[i]);
	for (i = 0; i < in->nr_changes; i++)
		put_knob_change(to, p, in, &in->changes[i]);
	return 0;
}

static int end(FILE *to, void *state)
{
	struct perfetto *p = state;

	fputs("\n]}\n", to);
	free(p->seen);
	return 0;
}

const struct export_format perfetto_format = {
	.name = "perfetto", .state = sizeof(struct perfetto), .begin = begin,
	.interval = interval, .end = end,
};
