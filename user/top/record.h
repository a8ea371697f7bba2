/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_RECORD_H
#define _KVMLAT_TOP_RECORD_H

#include <stdio.h>

#include "top.h"

/* The rows of VMs or vCPUs for programs, in their order; @first: with a header. */
void record_json(FILE *to, const struct top *t);
void record_csv(FILE *to, const struct top *t, bool first);

#endif /* _KVMLAT_TOP_RECORD_H */
