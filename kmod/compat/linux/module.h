/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_COMPAT_LINUX_MODULE_H
#define KVMLAT_COMPAT_LINUX_MODULE_H

#include <linux/version.h>
#include_next <linux/module.h>

/*
 * Whether these bytes are data of a loaded module that stay writable. ac3b43283923 (6.4) gave
 * each kind of memory its own range; before, one layout had text, rodata, ro_after_init and
 * data in this order.
 */
static inline bool compat_module_plain_data(const struct module *mod, const void *start,
					    size_t size)
{
	unsigned long from, to, addr = (unsigned long)start;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	from = (unsigned long)mod->core_layout.base + mod->core_layout.ro_after_init_size;
	to = (unsigned long)mod->core_layout.base + mod->core_layout.size;
#else /* >= 6.4 */
	from = (unsigned long)mod->mem[MOD_DATA].base;
	to = from + mod->mem[MOD_DATA].size;
#endif /* >= 6.4 */
	return addr >= from && addr < to && to - addr >= size;
}

#endif
