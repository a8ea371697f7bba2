/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_MODPROBE_H
#define _KVMLAT_MODPROBE_H

#include "lib/kvmlat.h"

/** struct module_option - a parameter that modprobe shall give to a module */
struct module_option {
	const char	*module;
	const char	*name;
	uint64_t	value;
};

/** struct module_options - what one command makes stay, each parameter once */
struct module_options {
	size_t			nr;
	struct module_option	all[KVMLAT_KNOBS_MAX];
};

/* -1 with a sentence if there are too many, or if the parameter is among them already. */
int modprobe_add(struct module_options *options, const char *module, const char *name,
		 uint64_t value, char *why, size_t size);

/* The module that has the knob as its parameter. */
const char *modprobe_module(const struct kvmlat_knob_value *knob);

/* The module is there, loaded or as a part of the kernel. */
bool modprobe_loaded(const char *module);

/* Can be loaded with options: it is there, and not part of the kernel. */
bool modprobe_takes(const char *module, char *why, size_t size);

/* The value that the parameter has when all lines of @text are read: the last one counts. */
bool modprobe_find(const char *text, const char *module, const char *name, char *value,
		   size_t size);

/*
 * What the file becomes: options that it has get the new value in place, others a line at the
 * end, and all else stays as it is. NULL if memory is short.
 */
char *modprobe_edit(const char *old, const struct module_option *options, size_t nr);

/*
 * Replaces the file at once or not at all, one command after the other. -1 with a sentence why.
 */
int modprobe_write(const char *path, const struct module_option *options, size_t nr, char *why,
		   size_t size);

#endif /* _KVMLAT_MODPROBE_H */
