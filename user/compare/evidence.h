/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether two recordings differ, and by how much. Pure. Intervals that follow each other are alike,
 * so what an interval says is not said anew by the next: blocks of them are drawn, with some of
 * them more than once, and how far the figure of such draws spreads is how far it may be off.
 */
#ifndef _KVMLAT_COMPARE_EVIDENCE_H
#define _KVMLAT_COMPARE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct sums - what adds up, in each of @nr intervals
 * @width: so many numbers each has
 * @sums: of all intervals before each of them, and of all of them
 */
struct sums {
	size_t	nr;
	size_t	width;
	double	*sums;
};

/**
 * struct figure_of - a figure of what was added up
 * @value: NAN if there is none
 * @ctx: for it
 * @log: it is a logarithm: differences are factors
 */
struct figure_of {
	double	(*value)(const double *sum, size_t width, const void *ctx);
	const void	*ctx;
	bool	log;
};

/**
 * struct evidence - of a difference
 * @known: there are both figures, and intervals enough to say how far they may be off
 * @a: the figure of the first, @b of the second
 * @difference: as the figure has it; @off is how far it may be, by the t distribution with @df
 * @change: by how much of @a the second is more; @low and @high bound it
 * @claimed: it is not by chance, and large enough to matter
 */
struct evidence {
	bool	known;
	double	a;
	double	b;
	bool	log;
	double	difference;
	double	off;
	double	df;
	double	change;
	double	low;
	double	high;
	bool	claimed;
};

/* Below that much of a figure nobody cares, and buckets tell nothing. */
#define SMALLEST_CHANGE	0.01

/* Of fewer intervals nothing is said. */
#define FEWEST_INTERVALS	6

/* Room for so many intervals; then sums_put() each. -1 if memory is short. */
int sums_begin(struct sums *s, size_t room, size_t width);

/* @values of the next interval. */
void sums_put(struct sums *s, const double *values);
void sums_free(struct sums *s);

/* How far both are apart, and how far that may be off; what can be claimed is not known yet. */
struct evidence compare(const struct sums *a, const struct sums *b, const struct figure_of *f);

/* When @compared figures were: all claims together are wrong in 5 % of cases at most. */
void conclude(struct evidence *e, size_t compared);

/* The share of the t distribution with @df degrees of freedom that is beyond @t on both sides. */
double beyond_t(double t, double df);

#endif /* _KVMLAT_COMPARE_EVIDENCE_H */
