// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"
#include "row.h"

double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

double rate_of(uint64_t count, uint64_t duration)
{
	return duration ? (double)count * NSEC_PER_SEC / duration : 0;
}

double percentile_round(double ns, double longest)
{
	double unit = 1, rounded;

	while (ns / unit >= 99.5)
		unit *= 10;
	rounded = (uint64_t)(ns / unit + 0.5) * unit;
	return rounded > longest ? (uint64_t)(ns / unit) * unit : rounded;
}

void row_fill(struct row *row, const struct kvmlat_reason *r, uint32_t vendor,
	      const struct whole *of)
{
	bool is_exit = kvmlat_reason_is_exit(r->cls);

	kvmlat_row_name(vendor, r->cls, r->code, row->name, sizeof(row->name));
	row->cls = r->cls;
	row->code = r->code;
	row->count = r->count;
	row->rate = rate_of(r->count, of->duration);
	row->exit_percent = is_exit ? share(r->count, of->count) : 0;
	row->total = r->total;
	row->time_percent = share(r->total, is_exit ? of->total : of->elapsed);
	row->own = r->total - r->away;
	row->own_percent = is_exit ? share(row->own, of->own) : 0;
	row->has_mean = r->count;
	row->mean = r->count ? (double)r->total / r->count : 0;
	row->has_percentiles = kvmlat_percentile(r, 500, &row->p50) &&
			       kvmlat_percentile(r, 990, &row->p99) &&
			       kvmlat_percentile(r, 999, &row->p999);
	row->has_max = r->count;
	row->max_exact = r->longest_min == r->longest_max;
	row->max = r->longest_max;
	row->has_at = r->count && r->longest_at;
	row->max_at = r->longest_at;
	row->max_cpu = r->longest_cpu;
}
