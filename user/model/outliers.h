/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OUTLIERS_H
#define _KVMLAT_OUTLIERS_H

#include "lib/kvmlat.h"

/** struct outliers - copies that stay when the library's are gone; all zero at first */
struct outliers {
	size_t			nr;
	size_t			room;
	struct kvmlat_outlier	*all;
};

/* False if memory is short; @list is as before then. */
bool outliers_keep(struct outliers *list, const struct kvmlat_outlier *outlier);

/* By when they ended. */
void outliers_sort(struct outliers *list);

/* None is left; the list can be used again, and may be as it is if it is not. */
void outliers_forget(struct outliers *list);
void outliers_free(struct outliers *list);

#endif /* _KVMLAT_OUTLIERS_H */
