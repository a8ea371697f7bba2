/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_COMPAT_LINUX_LIST_BL_H
#define KVMLAT_COMPAT_LINUX_LIST_BL_H

/* linux/bit_spinlock.h calls cpu_relax(), and 6.12 does not include what declares it. */
#include <linux/processor.h>
#include_next <linux/list_bl.h>

#endif
