/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_DMA_H
#define _KVMLAT_DMA_H

#include <stdint.h>

#include "base/trouble.h"

/* The wake-up latency that is in effect, in us; -1 if that cannot be read. @root as in host.h. */
int32_t dma_latency_now(const char *root);

/*
 * Asks for a wake-up latency of at most @us, which the kernel keeps only while the descriptor that
 * is returned is open. -1 with the reason.
 */
int dma_latency_hold(const char *root, int32_t us, struct trouble *why);

#endif /* _KVMLAT_DMA_H */
