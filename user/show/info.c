// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "base/clock.h"
#include "csv.h"
#include "grid.h"
#include "info.h"
#include "json.h"

/* What an account may take, see Documentation/design.rst. */
#define IDLE_VCPU_MEMORY	(16 * 1024U)
#define BUSY_VCPU_MEMORY	(64 * 1024U)

static const char * const probes_header[] = { "PROBE", "STATE", "WHY", NULL };
static const char * const knobs_header[] = { "KNOB", "TUNED", "WHY", NULL };

/* What can be done with a knob of the host here. */
static const char *knob_state(const struct kvmlat_knob_value *k)
{
	if (!k->now.known)
		return "missing";
	if (k->why[0])
		return "fixed";
	return k->later ? "new VMs" : "live";
}

static void table(FILE *to, const struct info_view *v)
{
	const struct kvmlat_info *m = v->module;
	/* What a module of an earlier release does not say. */
	const bool limited = m->vcpus_max || m->vms_gone_memory_max;
	struct grid g = { .columns = 3, .left = 3 }, k = g;
	size_t i;

	fprintf(to, "%-12s kvmlat %s\n", "command", v->command);
	fprintf(to, "%-12s %s, ABI %u (the command's: %d)\n", "module", m->version, m->abi,
		KVMLAT_ABI);
	fprintf(to, "%-12s %s\n", "kernel", v->kernel);
	fprintf(to, "%-12s %s\n", "vendor", kvmlat_vendor_name(m->vendor));
	fprintf(to, "%-12s %s", "clock", kvmlat_clock_name(m->clock));
	if (m->clock_khz)
		fprintf(to, ", %u.%03u MHz", m->clock_khz / 1000, m->clock_khz % 1000);
	fprintf(to, "\n%-12s %u, and %u that ended", "VMs", m->vms, m->vms_gone);
	if (limited)
		fprintf(to, ", %" PRIu64 " bytes (at most %u, %" PRIu64 " bytes are kept)\n",
			m->vms_gone_memory, m->vms_gone_max, m->vms_gone_memory_max);
	else
		fprintf(to, " (at most %u are kept)\n", m->vms_gone_max);
	fprintf(to, "%-12s %u", "vCPUs", m->vcpus);
	if (limited)
		fprintf(to, " (limits: %u of existing VMs, %u of one user)", m->vcpus_max,
			m->user_vcpus_max);
	fputc('\n', to);
	fprintf(to, "%-12s %" PRIu64 " bytes in all, largest account %u bytes", "memory",
		m->memory, m->vcpu_memory_max);
	fprintf(to, "\n%-12s (limits: idle vCPU %u, busy vCPU %u)\n", "", IDLE_VCPU_MEMORY,
		BUSY_VCPU_MEMORY);
	fprintf(to, "%-12s %" PRIu64 " events of vCPUs without an account, %" PRIu64
		" of them past a limit\n", "missed", m->missed, m->refused);
	fprintf(to, "%-12s %" PRIu64 " events that found no memory for a row\n", "spilled",
		m->spilled);

	fputc('\n', to);
	cells(&g, probes_header);
	for (i = 0; i < m->nr_probes; i++) {
		const struct kvmlat_probe *p = &m->probes[i];

		cell(&g, "%s", p->name);
		cell(&g, "%s", p->attached ? "attached" : "missing");
		cell(&g, "%s", p->why[0] ? p->why : "-");
	}
	print_grid(to, &g);

	fputc('\n', to);
	cells(&k, knobs_header);
	for (i = 0; i < v->knobs->nr; i++) {
		const struct kvmlat_knob_value *knob = &v->knobs->all[i];

		if (knob->scope != KVMLAT_SCOPE_HOST)
			continue;
		cell(&k, "%s", knob->name);
		cell(&k, "%s", knob_state(knob));
		cell(&k, "%s", knob->why[0] ? knob->why : "-");
	}
	print_grid(to, &k);
}

static void json(FILE *to, const struct info_view *v)
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
	add_u64(o, "vms_gone_memory_bytes", m->vms_gone_memory);
	add_u64(o, "vms_gone_memory_max_bytes", m->vms_gone_memory_max);
	add_u64(o, "vcpus", m->vcpus);
	add_u64(o, "vcpus_max", m->vcpus_max);
	add_u64(o, "user_vcpus_max", m->user_vcpus_max);
	add_u64(o, "memory_bytes", m->memory);
	add_u64(o, "vcpu_memory_max_bytes", m->vcpu_memory_max);
	add_u64(o, "vcpu_memory_idle_limit_bytes", IDLE_VCPU_MEMORY);
	add_u64(o, "vcpu_memory_busy_limit_bytes", BUSY_VCPU_MEMORY);
	add_u64(o, "missed", m->missed);
	add_u64(o, "refused", m->refused);
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

static void pair(FILE *to, const char *name, const char *value)
{
	fprintf(to, "%s,", name);
	text(to, value);
	fputc('\n', to);
}

static void number(FILE *to, const char *name, uint64_t value)
{
	fprintf(to, "%s,%" PRIu64 "\n", name, value);
}

/* The columns are fixed in kvmlat-info(1): add at the end. */
static void csv(FILE *to, const struct info_view *v)
{
	const struct kvmlat_info *m = v->module;
	char key[128];
	size_t i;

	fputs("name,value\n", to);
	pair(to, "command", v->command);
	pair(to, "module", m->version);
	number(to, "module_abi", m->abi);
	number(to, "command_abi", KVMLAT_ABI);
	pair(to, "kernel", v->kernel);
	pair(to, "vendor", kvmlat_vendor_name(m->vendor));
	pair(to, "clock", kvmlat_clock_name(m->clock));
	number(to, "clock_khz", m->clock_khz);
	number(to, "vms", m->vms);
	number(to, "vms_gone", m->vms_gone);
	number(to, "vms_gone_max", m->vms_gone_max);
	number(to, "vcpus", m->vcpus);
	number(to, "memory_bytes", m->memory);
	number(to, "vcpu_memory_max_bytes", m->vcpu_memory_max);
	number(to, "missed", m->missed);
	number(to, "spilled", m->spilled);
	number(to, "vms_gone_memory_bytes", m->vms_gone_memory);
	number(to, "vms_gone_memory_max_bytes", m->vms_gone_memory_max);
	number(to, "vcpus_max", m->vcpus_max);
	number(to, "user_vcpus_max", m->user_vcpus_max);
	number(to, "refused", m->refused);
	for (i = 0; i < m->nr_probes; i++) {
		const struct kvmlat_probe *p = &m->probes[i];

		snprintf(key, sizeof(key), "probe %s", p->name);
		pair(to, key, p->attached ? "attached" : "missing");
		snprintf(key, sizeof(key), "why %s", p->name);
		if (p->why[0])
			pair(to, key, p->why);
	}
	for (i = 0; i < v->knobs->nr; i++) {
		const struct kvmlat_knob_value *k = &v->knobs->all[i];

		if (k->scope != KVMLAT_SCOPE_HOST)
			continue;
		snprintf(key, sizeof(key), "knob %s", k->name);
		pair(to, key, knob_state(k));
		snprintf(key, sizeof(key), "why %s", k->name);
		if (k->why[0])
			pair(to, key, k->why);
	}
}

void show_info(FILE *to, enum output output, const struct info_view *v)
{
	static void (* const formats[NR_OUTPUTS])(FILE *to, const struct info_view *v) = {
		[OUTPUT_TABLE]	= table,
		[OUTPUT_JSON]	= json,
		[OUTPUT_CSV]	= csv,
	};

	formats[output](to, v);
}
