/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PLACES_H
#define _KVMLAT_PLACES_H

#include "model/selection.h"
#include "restore.h"
#include "placement.h"

/** struct places - the threads of the vCPUs that the user asked for */
struct places {
	struct guests	guests;
	size_t		nr;
	struct place	*all;
};

/* Asks the module. -1 with the reason. */
int places_find(struct places *places, const struct selection *sel, const struct past *past,
		struct trouble *why);
void places_free(struct places *places);

/* Looks again how the thread is scheduled. */
void places_look(struct place *place, const struct past *past);

#endif /* _KVMLAT_PLACES_H */
