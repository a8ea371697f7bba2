/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_INFO_H
#define _KVMLAT_SHOW_INFO_H

#include <stdio.h>

#include "base/options.h"
#include "lib/kvmlat.h"

struct info_view {
	const char			*command;
	char				kernel[128];
	const struct kvmlat_info	*module;
	const struct kvmlat_knobs	*knobs;
};

void show_info(FILE *to, enum output output, const struct info_view *v);

#endif /* _KVMLAT_SHOW_INFO_H */
