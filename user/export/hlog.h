/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_EXPORT_HLOG_H
#define _KVMLAT_EXPORT_HLOG_H

#include <stdio.h>

#include "lib/kvmlat.h"

/*
 * Writes the events of a row as HdrHistogram does in its logs: V2, compressed, in base64; of three
 * digits. Each event is as long as the middle of its bucket, but no longer than the longest. -1 if
 * memory is short.
 */
int put_hdr(FILE *to, const struct kvmlat_reason *row);

#endif /* _KVMLAT_EXPORT_HLOG_H */
