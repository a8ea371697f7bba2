/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_LIST_H
#define _KVMLAT_SHOW_LIST_H

#include <stdio.h>

#include "base/options.h"
#include "lib/kvmlat.h"
#include "model/ask.h"

/** struct list_row - @uid: whose the process is; NO_UID where nobody can tell any more */
struct list_row {
	const struct kvmlat_vm	*vm;
	const char		*guest;
	uint32_t		uid;
	bool			alive;
	uint32_t		threads;
	double			uptime;
};

struct list_view {
	size_t		nr;
	struct list_row	*rows;
};

void show_list(FILE *to, enum output output, const struct list_view *v);

#endif /* _KVMLAT_SHOW_LIST_H */
