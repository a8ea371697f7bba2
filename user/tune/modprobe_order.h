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

#endif /* _KVMLAT_MODPROBE_ORDER_H */
