/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_DOCTOR_H
#define _KVMLAT_SHOW_DOCTOR_H

#include <stdio.h>

#include "check/check.h"

/**
 * struct doctor_view
 * @all: with what is good, and what was measured
 * @guests: how many were looked at; -1 if none could be
 * @fixed: what "--fix" set, by change @change; NULL without
 */
struct doctor_view {
	bool				all;
	int				guests;
	size_t				nr;
	const struct finding		*findings;
	const struct kvmlat_knobs	*fixed;
};

/* Set by --fix, and not to be done any more. */
bool doctor_fixed(const struct doctor_view *v, const struct finding *found);

void show_doctor(FILE *to, const struct doctor_view *v);
void show_doctor_json(FILE *to, const struct doctor_view *v);

#endif /* _KVMLAT_SHOW_DOCTOR_H */
