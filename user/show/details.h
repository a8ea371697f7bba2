/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_DETAILS_H
#define _KVMLAT_SHOW_DETAILS_H

#include <stdio.h>

#include "base/options.h"
#include "lib/kvmlat.h"

struct details_row {
	const struct kvmlat_vm	*vm;
	const char		*guest;
};

/** struct details_view - of which VMs details are collected */
struct details_view {
	size_t			nr;
	struct details_row	*rows;
};

void show_details(FILE *to, enum output output, const struct details_view *v);

#endif /* _KVMLAT_SHOW_DETAILS_H */
