/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_SAMPLE_H
#define _KVMLAT_SHOW_SAMPLE_H

#include <stdio.h>

#include "base/options.h"
#include "model/sample.h"

/* @first tells the first sample of a run, which a header goes before. */
void show_sample(FILE *to, enum output output, const struct sample *s, bool first);

#endif /* _KVMLAT_SHOW_SAMPLE_H */
