/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_MODPROBE_ORDER_H
#define _KVMLAT_MODPROBE_ORDER_H

#include "modprobe.h"

/*
 * modprobe gives a module the options of all its files, in the order of their names, then those of
 * the kernel's command line, and the kernel takes the last one. If that is not the one of the file
 * @path but another with another value, says in @why whose it is, and returns true.
 */
bool modprobe_loses(const char *path, const struct module_option *option, char *why, size_t size);

#define MODULE_SETTINGS_MAX	8

/** struct module_setting - what a file, or the kernel's command line, gives a parameter */
struct module_setting {
	char	path[256];
	char	value[64];
};

/*
 * Those of all files in the order in which modprobe reads them, the last MODULE_SETTINGS_MAX: of
 * these the last one counts. Returns how many; -1 if a folder is there that cannot be read, or no
 * folder at all.
 */
int modprobe_settings(const char *module, const char *name, struct module_setting *all);

#endif /* _KVMLAT_MODPROBE_ORDER_H */
