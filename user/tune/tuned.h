/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TUNED_H
#define _KVMLAT_TUNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether TuneD, which sets a host by profiles of its own, has what a profile of ours wants, too;
 * then @text says so.
 */

/* The latency of idle states: a daemon keeps its file open. Of use before ours is. */
bool tuned_keeps_latency(int32_t us, char *text, size_t size);

/* A parameter with another value than @value: a file of modprobe's has it. */
bool tuned_has_option(const char *module, const char *name, uint64_t value, char *text,
		      size_t size);

#endif /* _KVMLAT_TUNED_H */
