/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_CLOCK_H
#define _KVMLAT_CLOCK_H

#include <stdint.h>

#define NSEC_PER_SEC	1000000000ULL
#define NSEC_PER_MSEC	1000000ULL

/* What time it is by CLOCK_MONOTONIC. */
uint64_t monotonic_ns(void);

#endif /* _KVMLAT_CLOCK_H */
