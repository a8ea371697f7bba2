// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "read.h"

/* Those of which somebody's file is known to set them, or a profile of ours does. */
static const struct {
	const char	*module;
	const char	*name;
} parameters[] = {
	{ "kvm", "halt_poll_ns" },
	{ "kvm", "halt_poll_ns_grow" },
	{ "kvm", "halt_poll_ns_grow_start" },
	{ "kvm", "halt_poll_ns_shrink" },
	{ "kvm", "kvmclock_periodic_sync" },
	{ "kvm", "lapic_timer_advance_ns" },
	{ "kvm", "nx_huge_pages" },
	{ "kvm", "nx_huge_pages_recovery_ratio" },
	{ "kvm_intel", "enable_apicv" },
	{ "kvm_intel", "ept" },
	{ "kvm_intel", "nested" },
	{ "kvm_intel", "ple_gap" },
	{ "kvm_intel", "ple_window" },
	{ "kvm_amd", "avic" },
	{ "kvm_amd", "nested" },
	{ "kvm_amd", "npt" },
	{ "kvm_amd", "pause_filter_count" },
	{ "kvm_amd", "pause_filter_thresh" },
};

void read_options(struct facts *f)
{
	char path[256], folder[256];
	size_t i;
	int nr;

	f->has_options = true;
	for (i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		struct fact_option o = { parameters[i].module, parameters[i].name }, *more;

		nr = modprobe_settings(o.module, o.name, o.settings);
		if (nr < 0) {
			f->has_options = false;
			return;
		}
		if (!nr)
			continue;
		more = add_room(f->options, f->nr_options, sizeof(o));
		if (!more) {
			f->has_options = false;
			return;
		}
		f->options = more;
		for (o.nr = 0; o.nr < (size_t)nr; o.nr++) {
			clean_text(o.settings[o.nr].path);
			clean_text(o.settings[o.nr].value);
		}
		snprintf(folder, sizeof(folder), "/sys/module/%s/parameters", o.module);
		snprintf(path, sizeof(path), "%.128s/%s", folder, o.name);
		o.now.text = read_text(path);
		o.now.known = o.now.text ? READ : absent_in(folder);
		f->options[f->nr_options++] = o;
	}
}
