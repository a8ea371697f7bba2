/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_HDR_H
#define _KVMLAT_SHOW_HDR_H

#include <stdio.h>

#include "model/sample.h"

/* Of the only histogram of a sample of one block. */
void show_hdr(FILE *to, const struct sample *s);

#endif /* _KVMLAT_SHOW_HDR_H */
