// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "host/host.h"
#include "base/paths.h"
#include "value.h"
#include "warn.h"

#define LONG_POLL_NS	1000000

void load_of(const struct kvmlat_snapshot *vms, struct load *load)
{
	struct host host;
	size_t i;

	load->cpus = host_read(path_root(), &host) ? cpus_count(&host.online) : 0;
	load->vcpus = 0;
	for (i = 0; i < vms->nr_vms; i++)
		if (!vms->vms[i].gone)
			load->vcpus += vms->vms[i].vcpus;
}

static bool overcommitted(const struct load *load)
{
	return load->cpus && load->vcpus > load->cpus;
}

static bool long_poll(const struct kvmlat_knob_value *k, uint64_t value, const struct load *load,
		      char *text, size_t size)
{
	char time[32];

	(void)load;
	if (k->id != KVMLAT_KNOB_HALT_POLL_NS || value <= LONG_POLL_NS)
		return false;
	value_format(k->unit, value, time, sizeof(time));
	snprintf(text, size,
		 "%s=%s: a vCPU that halts can keep its CPU busy for %s each time, which costs power, the turbo of other cores and the speed of its sibling thread; all that it saves is the few microseconds of a wake-up",
		 k->name, time, time);
	return true;
}

static bool crowded_poll(const struct kvmlat_knob_value *k, uint64_t value,
			 const struct load *load, char *text, size_t size)
{
	if (k->id != KVMLAT_KNOB_HALT_POLL_NS || !value || !overcommitted(load))
		return false;
	snprintf(text, size,
		 "%s: %u vCPUs share %u CPUs, so the time that one spends polling is taken from others, which wait longer for a CPU (the state runq of \"kvmlat stat\")",
		 k->name, load->vcpus, load->cpus);
	return true;
}

static bool unnoticed_spin(const struct kvmlat_knob_value *k, uint64_t value,
			   const struct load *load, char *text, size_t size)
{
	if ((k->id != KVMLAT_KNOB_PLE_GAP && k->id != KVMLAT_KNOB_PAUSE_FILTER_THRESH) || value ||
	    !overcommitted(load))
		return false;
	snprintf(text, size,
		 "%s=0: %u vCPUs share %u CPUs, and in new VMs a vCPU that spins for a lock will burn its whole time slice while the holder waits for a CPU",
		 k->name, load->vcpus, load->cpus);
	return true;
}

bool warning(unsigned int which, const struct kvmlat_knob_value *k, uint64_t value,
	     const struct load *load, char *text, size_t size)
{
	switch (which) {
	case 0:
		return long_poll(k, value, load, text, size);
	case 1:
		return crowded_poll(k, value, load, text, size);
	case 2:
		return unnoticed_spin(k, value, load, text, size);
	default:
		return false;
	}
}

void warn_about(const struct kvmlat_knob_value *k, uint64_t value, const struct load *load,
		tell_fn tell)
{
	char text[512], warned[sizeof(text) + sizeof("warning: ")];
	unsigned int i;

	for (i = 0; i < NR_WARNINGS; i++) {
		if (!warning(i, k, value, load, text, sizeof(text)))
			continue;
		snprintf(warned, sizeof(warned), "warning: %s", text);
		tell(warned);
	}
}
