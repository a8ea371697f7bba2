/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_HISTOGRAM_H
#define _KVMLAT_HISTOGRAM_H

#include "lib/kvmlat.h"

/* In what times are shown, and with how many digits to show every ns. */
struct unit {
	const char	*name;
	double		ns;
	int		digits;
};

extern const struct unit unit_us;

/*
 * Which rows go into a histogram. @classes is a set of bits; @row, if any, is the name of the only
 * row that is meant, in letters of any case. @each makes a histogram of every row of these.
 */
struct pick {
	char		name[80];
	uint32_t	classes;
	char		row[80];
	bool		each;
};

struct hist_wish {
	struct pick		pick;
	const struct unit	*unit;
	bool			full;
};

/* Rows added up. @count and @total are theirs; the rest is as in a row that they would be. */
struct histogram {
	char			name[80];
	bool			is_exit;
	struct kvmlat_reason	sum;
};

/* Each says in @why what is allowed, if it returns false. */
bool pick_reason(struct pick *pick, const char *name, char *why, size_t size);
bool pick_kind(struct pick *pick, const char *kind, char *why, size_t size);
bool parse_unit(const char *text, const struct unit **unit, char *why, size_t size);
void pick_exits(struct pick *pick);

/*
 * Makes the histograms that are picked, and an array of them. One that nothing is in is only made
 * if its rows are there. -1 if memory is short; free them in any case.
 */
int histograms_make(const struct pick *pick, uint32_t vendor, const struct kvmlat_account *a,
		    struct histogram **list, size_t *nr);
void histograms_free(struct histogram *list, size_t nr);

/* From the middles of the buckets. */
double histogram_stddev(const struct kvmlat_reason *r);

#endif /* _KVMLAT_HISTOGRAM_H */
