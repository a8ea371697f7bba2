// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"
#include "views.h"

static void info(FILE *to, const struct info_view *v)
{
	const struct kvmlat_info *m = v->module;
	struct json_object *o = document("info"), *array = json_object_new_array(), *p;
	size_t i;

	add_text(o, "command_version", v->command);
	add_text(o, "module_version", m->version);
	add_u64(o, "command_abi", KVMLAT_ABI);
	add_u64(o, "module_abi", m->abi);
	add_text(o, "kernel", v->kernel);
	add_text(o, "vendor", kvmlat_vendor_name(m->vendor));
	add_text(o, "clock", kvmlat_clock_name(m->clock));
	add_if(o, "clock_khz", m->clock_khz, m->clock_khz);
	add_u64(o, "now_ns", m->now);
	add_u64(o, "monotonic_ns", m->monotonic);
	add_u64(o, "vms", m->vms);
	add_u64(o, "vms_gone", m->vms_gone);
	add_u64(o, "vms_gone_max", m->vms_gone_max);
	add_u64(o, "vcpus", m->vcpus);
	add_u64(o, "memory_bytes", m->memory);
	add_u64(o, "vcpu_memory_max_bytes", m->vcpu_memory_max);
	add_u64(o, "vcpu_memory_idle_limit_bytes", IDLE_VCPU_MEMORY);
	add_u64(o, "vcpu_memory_busy_limit_bytes", BUSY_VCPU_MEMORY);
	add_u64(o, "missed", m->missed);
	add_u64(o, "spilled", m->spilled);
	for (i = 0; i < m->nr_probes; i++) {
		p = json_object_new_object();
		add_text(p, "name", m->probes[i].name);
		add_bool(p, "attached", m->probes[i].attached);
		add(p, "why", m->probes[i].why[0] ?
			      json_object_new_string(m->probes[i].why) : NULL);
		json_object_array_add(array, p);
	}
	add(o, "probes", array);
	array = json_object_new_array();
	for (i = 0; i < v->knobs->nr; i++) {
		const struct kvmlat_knob_value *k = &v->knobs->all[i];

		if (k->scope != KVMLAT_SCOPE_HOST)
			continue;
		p = json_object_new_object();
		add_text(p, "name", k->name);
		add_bool(p, "known", k->now.known);
		add_bool(p, "tunable", k->now.known && !k->why[0]);
		add_bool(p, "new_vms_only", k->later);
		add(p, "why", k->why[0] ? json_object_new_string(k->why) : NULL);
		json_object_array_add(array, p);
	}
	add(o, "knobs", array);
	print(to, o);
}

static void list(FILE *to, const struct list_view *v)
{
	struct json_object *o = document("list"), *array = json_object_new_array(), *vm;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		const struct list_row *r = &v->rows[i];

		vm = json_object_new_object();
		add_u64(vm, "vm_id", r->vm->vm_id);
		add_u64(vm, "pid", r->vm->pid);
		add_text(vm, "guest", r->guest);
		add_u64(vm, "vcpus", r->vm->vcpus);
		add_if(vm, "threads", r->alive, r->threads);
		add(vm, "uptime_s", r->alive ? double_of(r->uptime, 2) : NULL);
		add_bool(vm, "gone", r->vm->gone);
		add_u64(vm, "memory_bytes", r->vm->memory);
		json_object_array_add(array, vm);
	}
	add(o, "vms", array);
	print(to, o);
}

void json_cost(struct json_object *o, const struct row *r)
{
	add(o, "mean_ns", r->has_mean ? double_of(r->mean, 1) : NULL);
	add_if(o, "p50_ns", r->has_percentiles, r->p50);
	add_if(o, "p99_ns", r->has_percentiles, r->p99);
	add_if(o, "p999_ns", r->has_percentiles, r->p999);
	add_if(o, "max_ns", r->has_max && r->max_exact, r->max);
	add_if(o, "max_bound_ns", r->has_max, r->max);
}

static struct json_object *reason(const struct row *r)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", r->name);
	add_text(o, "class", kvmlat_class_name(r->cls));
	add_if(o, "code", kvmlat_reason_has_code(r->cls), r->code);
	add_u64(o, "count", r->count);
	add(o, "rate", double_of(r->rate, 3));
	add(o, "exit_percent", double_of(r->exit_percent, 4));
	add_u64(o, "total_ns", r->total);
	add(o, "time_percent", double_of(r->time_percent, 4));
	json_cost(o, r);
	return o;
}

static struct json_object *open_exit(const struct block *b)
{
	struct json_object *o;

	if (!b->open)
		return NULL;
	o = json_object_new_object();
	add_text(o, "name", b->open_name);
	add_text(o, "class", kvmlat_class_name(b->open_cls));
	add_if(o, "code", kvmlat_reason_has_code(b->open_cls), b->open_code);
	add_u64(o, "for_ns", b->open_for);
	return o;
}

static struct json_object *whose(const struct block *b)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "scope", scope_name(b->scope));
	if (b->scope != SCOPE_ALL) {
		add_u64(o, "vm_id", b->vm_id);
		add_u64(o, "pid", b->pid);
		add_text(o, "guest", b->guest);
		add_bool(o, "gone", b->gone);
	}
	if (b->scope == SCOPE_VCPU) {
		add_u64(o, "vcpu_id", b->vcpu_id);
		add_if(o, "tid", b->tid, b->tid);
		add(o, "thread", b->thread[0] ? json_object_new_string(b->thread) : NULL);
	}
	add_u64(o, "vcpus", b->account.nr_vcpus);
	add_u64(o, "duration_ns", b->duration);
	add_u64(o, "elapsed_ns", b->account.elapsed);
	return o;
}

struct json_object *json_times(const struct block *b)
{
	struct json_object *o = json_object_new_object();
	char name[32];
	size_t i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		snprintf(name, sizeof(name), "%s_ns", kvmlat_state_name(i));
		add_u64(o, name, b->account.times[i]);
	}
	return o;
}

void json_view(FILE *to, const char *kind, const struct sample *s,
	       void (*fill)(struct json_object *o, const struct sample *s, const struct block *b))
{
	struct json_object *o = document(kind), *array = json_object_new_array(), *block;
	size_t i;

	add(o, "time", double_of(s->time_ms / 1e3, 3));
	add_bool(o, "cumulative", s->cumulative);
	add_bool(o, "interrupted", s->interrupted);
	add_text(o, "vendor", kvmlat_vendor_name(s->vendor));
	for (i = 0; i < s->nr_blocks; i++) {
		block = whose(&s->blocks[i]);
		fill(block, s, &s->blocks[i]);
		json_object_array_add(array, block);
	}
	add(o, "blocks", array);
	print(to, o);
}

static void fill(struct json_object *o, const struct sample *s, const struct block *b)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	(void)s;
	if (b->scope == SCOPE_VCPU)
		add(o, "open", open_exit(b));
	add(o, "states", json_times(b));
	add_u64(o, "reentries", b->account.reentries);
	add_u64(o, "exits", b->count);
	add_u64(o, "handling_ns", b->total);
	for (i = 0; i < b->nr_rows; i++)
		json_object_array_add(array, reason(&b->rows[i]));
	add(o, "reasons", array);
}

static void stat(FILE *to, const struct sample *s, bool first)
{
	(void)first;
	json_view(to, "stat", s, fill);
}

const struct format json_format = {
	.info	= info,
	.list	= list,
	.views	= {
		[VIEW_EXITS]	= stat,
		[VIEW_STATES]	= json_states,
		[VIEW_HALT]	= json_halt,
		[VIEW_LATENESS]	= json_lateness,
		[VIEW_DETAIL]	= json_detail,
		[VIEW_HIST]	= json_hist,
	},
};
