/* SPDX-License-Identifier: GPL-2.0-only */
/* What the views of a sample write in the same way. */
#ifndef _KVMLAT_SHOW_BLOCK_H
#define _KVMLAT_SHOW_BLOCK_H

#include <stdio.h>

#include "grid.h"
#include "model/sample.h"

struct json_object;

/* A time since the epoch as hours to milliseconds, with the date if that is not the sample's. */
#define WALL_SIZE	40
const char *wall_text(char *buf, int64_t ns, const struct sample *s);

const char *grouping_name(enum grouping grouping);

/* The first columns of a line of CSV, from time to vcpu_id, each with a comma behind it. */
void csv_whose(FILE *to, const struct sample *s, const struct block *b);
void csv_if(FILE *to, bool known, uint64_t value);

void cell_us(struct grid *g, bool known, const char *mark, double ns, int digits);
void cell_percentile(struct grid *g, const struct row *r, uint64_t ns);

/* Mean, percentiles and maximum, in the same order in each format. */
void cell_cost(struct grid *g, const struct row *r, int digits);
void json_cost(struct json_object *o, const struct row *r);
void csv_cost(FILE *to, const struct row *r);

/* The time in each state. */
struct json_object *json_times(const struct block *b);

#endif /* _KVMLAT_SHOW_BLOCK_H */
