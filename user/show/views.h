/* SPDX-License-Identifier: GPL-2.0-only */
/* What the views of an account have in common, and what each format has for each of them. */
#ifndef _KVMLAT_VIEWS_H
#define _KVMLAT_VIEWS_H

#include "grid.h"
#include "show.h"

struct json_object;

/* A time since the epoch as hours to milliseconds, with the date if that is not the sample's. */
#define WALL_SIZE	40
const char *wall_text(char *buf, int64_t ns, const struct sample *s);

const char *scope_name(enum scope scope);

/* @fill goes on with the line that says whose the block is, and ends it. */
void table_view(FILE *to, const struct sample *s, bool first,
		void (*fill)(FILE *to, const struct sample *s, const struct block *b));
void cell_us(struct grid *g, bool known, const char *mark, double ns, int digits);

/* Mean, percentiles and maximum, in the same order in each format. */
void cell_cost(struct grid *g, const struct row *r, int digits);
void json_cost(struct json_object *o, const struct row *r);
void csv_cost(FILE *to, const struct row *r);

/* @fill adds to the object of a block. */
void json_view(FILE *to, const char *kind, const struct sample *s,
	       void (*fill)(struct json_object *o, const struct sample *s, const struct block *b));
struct json_object *json_times(const struct block *b);

/* The first columns of each line, from time to vcpu_id, each with a comma behind it. */
#define CSV_WHOSE	"time", "duration_s", "scope", "vm_id", "pid", "guest", "vcpu_id"
void csv_header(FILE *to, const char * const *columns);
void csv_whose(FILE *to, const struct sample *s, const struct block *b);
void csv_if(FILE *to, bool known, uint64_t value);

void table_states(FILE *to, const struct sample *s, bool first);
void table_halt(FILE *to, const struct sample *s, bool first);
void table_lateness(FILE *to, const struct sample *s, bool first);
void table_detail(FILE *to, const struct sample *s, bool first);
void table_hist(FILE *to, const struct sample *s, bool first);
void json_states(FILE *to, const struct sample *s, bool first);
void json_halt(FILE *to, const struct sample *s, bool first);
void json_lateness(FILE *to, const struct sample *s, bool first);
void json_detail(FILE *to, const struct sample *s, bool first);
void json_hist(FILE *to, const struct sample *s, bool first);
void csv_states(FILE *to, const struct sample *s, bool first);
void csv_halt(FILE *to, const struct sample *s, bool first);
void csv_lateness(FILE *to, const struct sample *s, bool first);
void csv_detail(FILE *to, const struct sample *s, bool first);
void csv_hist(FILE *to, const struct sample *s, bool first);

#endif /* _KVMLAT_VIEWS_H */
