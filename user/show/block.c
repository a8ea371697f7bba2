// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "block.h"
#include "csv.h"
#include "json.h"

const char *grouping_name(enum grouping grouping)
{
	static const char * const names[] = {
		[GROUP_ALL]	= "all",
		[GROUP_VM]	= "vm",
		[GROUP_VCPU]	= "vcpu",
	};

	return names[grouping];
}

const char *wall_text(char *buf, int64_t ns, const struct sample *s)
{
	time_t seconds = ns / (int64_t)NSEC_PER_SEC, shown = s->time_ms / 1000;
	struct tm tm, today;
	size_t used;

	if (!localtime_r(&seconds, &tm) || !localtime_r(&shown, &today))
		return "-";
	used = strftime(buf, WALL_SIZE, tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year ?
			"%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + used, WALL_SIZE - used, ".%03d",
		 (int)(ns % (int64_t)NSEC_PER_SEC / 1000000));
	return buf;
}

void csv_whose(FILE *to, const struct sample *s, const struct block *b)
{
	fprintf(to, "%" PRId64 ".%03d,%.9f,%s,", s->time_ms / 1000, (int)(s->time_ms % 1000),
		(double)b->duration / NSEC_PER_SEC, grouping_name(b->grouping));
	if (b->grouping == GROUP_ALL) {
		fputs(",,,,", to);
		return;
	}
	fprintf(to, "%u,%u,", b->vm_id, b->pid);
	text(to, b->guest);
	if (b->grouping == GROUP_VCPU)
		fprintf(to, ",%u,", b->vcpu_id);
	else
		fputs(",,", to);
}

void csv_if(FILE *to, bool known, uint64_t value)
{
	if (known)
		fprintf(to, "%" PRIu64, value);
	fputc(',', to);
}

void cell_us(struct grid *g, bool known, const char *mark, double ns, int digits)
{
	if (known)
		cell(g, "%s%.*f", mark, digits, ns / 1000);
	else
		cell(g, "-");
}

/* In us, of which two digits are known: below 10 us some are behind the point. */
void cell_percentile(struct grid *g, const struct row *r, uint64_t ns)
{
	double us = percentile_round(ns, r->max) / 1000;

	if (r->has_percentiles)
		cell(g, "%.*f", us < 1 ? 3 : us < 9.95, us);
	else
		cell(g, "-");
}

void cell_cost(struct grid *g, const struct row *r, int digits)
{
	cell_us(g, r->has_mean, "", r->mean, digits);
	cell_percentile(g, r, r->p50);
	cell_percentile(g, r, r->p99);
	cell_percentile(g, r, r->p999);
	cell_us(g, r->has_max, r->max_exact ? "" : "<", r->max, digits);
}

void json_cost(struct json_object *o, const struct row *r)
{
	add(o, "mean_ns", r->has_mean ? double_of(r->mean, 1) : NULL);
	add_if(o, "p50_ns", r->has_percentiles, r->p50);
	add_if(o, "p99_ns", r->has_percentiles, r->p99);
	add_if(o, "p999_ns", r->has_percentiles, r->p999);
	add_if(o, "max_ns", r->has_max && r->max_exact, r->max);
	add_if(o, "max_bound_ns", r->has_max, r->max);
}

void csv_cost(FILE *to, const struct row *r)
{
	if (r->has_mean)
		fprintf(to, "%.1f", r->mean);
	fputc(',', to);
	csv_if(to, r->has_percentiles, r->p50);
	csv_if(to, r->has_percentiles, r->p99);
	csv_if(to, r->has_percentiles, r->p999);
	csv_if(to, r->has_max && r->max_exact, r->max);
	csv_if(to, r->has_max, r->max);
}

struct json_object *json_times(const struct block *b)
{
	struct json_object *o = json_object_new_object();
	char name[32];
	size_t i;

	for (i = 0; i < KVMLAT_NR_STATES; i++) {
		snprintf(name, sizeof(name), "%s_ns", kvmlat_state_name(i));
		add_u64(o, name, b->account.times[i]);
	}
	return o;
}
