/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SET_H
#define _KVMLAT_SET_H

#include "base/options.h"
#include "model/selection.h"
#include "tune/knobs.h"
#include "tune/modprobe.h"
#include "tune/warn.h"

/**
 * struct wanted - what a word asks of a target
 * @only_later: this kernel cannot change it, but modprobe can
 */
struct wanted {
	const struct kvmlat_knob_value	*knob;
	struct kvmlat_knob_change	change;
	bool				only_later;
};

struct set {
	struct selection		sel;
	const char			*if_old;
	bool				dry_run;
	bool				persist;
	enum output			output;
	char				**words;

	struct tuner			t;
	struct load			load;
	size_t				nr_targets;
	struct target			*targets;
	size_t				nr_wanted;
	struct wanted			wanted[KVMLAT_KNOBS_MAX];
	size_t				nr;
	struct kvmlat_knob_change	changes[KVMLAT_KNOBS_MAX];
	struct module_options		options;
	struct kvmlat_knobs		reply;
};

extern const char set_usage[];

/* Returns an exit code, having complained. */
int set_options(struct set *s, int argc, char **argv);

#endif /* _KVMLAT_SET_H */
