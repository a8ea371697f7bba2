/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parameters of KVM's modules, reached through the modules' own kernel_param: no export is
 * needed, and what sysfs would do on a write happens here, too.
 */
#ifndef KVMLAT_KNOB_PARAM_H
#define KVMLAT_KNOB_PARAM_H

#include <linux/types.h>

struct kvmlat_param {
	const char *module;
	const char *name;
	bool is_short;		/* ushort, else uint */
};

/*
 * Return: 0 with the value; *why is then NULL, or says in one sentence why it cannot be
 * changed. -EOPNOTSUPP with *why if it cannot be read either.
 */
int kvmlat_param_read(const struct kvmlat_param *param, u64 *value, const char **why);

/*
 * 0, or an error with a sentence, and nothing is changed: -ECANCELED if it is not @old any
 * more. May sleep.
 */
int kvmlat_param_write(const struct kvmlat_param *param, u64 old, u64 value, const char **why);

/*
 * Where a uint parameter is. Only to be followed while a VM exists, which pins kvm and its
 * vendor module. NULL if it cannot be had.
 */
const unsigned int *kvmlat_param_pointer(const struct kvmlat_param *param);

#endif
