/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_DETAIL_NAMES_H
#define _KVMLAT_DETAIL_NAMES_H

#include <stdint.h>

/*
 * What a port, page, MSR, hypercall or CPUID leaf usually is on a PC: a word, or NULL if that is
 * not known. The number is what the guest used, and a machine may have something else there.
 */
const char *detail_name(uint32_t kind, uint64_t key);

#endif /* _KVMLAT_DETAIL_NAMES_H */
