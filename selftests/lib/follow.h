/* SPDX-License-Identifier: GPL-2.0-only */
/* A reader who asks for what changed, by the contract alone. */
#ifndef SELFTESTS_FOLLOW_H
#define SELFTESTS_FOLLOW_H

#include "snapshot.h"

struct follow {
	struct snap model;
	uint64_t cursor;
	/* What the last dump sent */
	bool changes;
	unsigned int vcpus;
	unsigned int rows;
};

/* Brings the model up to date; @f is always the same but for its cursor. 0 or an errno */
int follow_dump(struct wire *w, const struct filter *f, struct follow *follow);
void follow_free(struct follow *follow);

/* NULL, or how the model differs from a whole dump that was taken after it */
const char *follow_differs(const struct follow *follow, const struct snap *whole);

#endif
