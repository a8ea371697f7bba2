/* SPDX-License-Identifier: GPL-2.0-only */
/* All that two series have in common, figure by figure. */
#ifndef _KVMLAT_COMPARE_COMPARISON_H
#define _KVMLAT_COMPARE_COMPARISON_H

#include "evidence.h"
#include "series.h"

/* What a figure is told in. */
enum told_in {
	TOLD_NS,
	TOLD_SHARE,
	TOLD_RATE,
};

enum verdict {
	VERDICT_NONE,		/* no evidence of a difference */
	VERDICT_BETTER,
	VERDICT_WORSE,
	VERDICT_OTHER,		/* another, which is neither */
};

/** struct compared - @name: "wake p99", "runq", "exits"; @less_is: what less of it is */
struct compared {
	const struct member	*of;
	char			name[96];
	enum told_in		in;
	enum verdict		less_is;
	struct evidence		evidence;
	enum verdict		verdict;
};

struct comparison {
	size_t		nr;
	size_t		room;
	struct compared	*all;
};

/* @c is all zero at first. -1 if memory is short. */
int comparison_make(struct comparison *c, const struct series *a, const struct series *b);
void comparison_free(struct comparison *c);

#endif /* _KVMLAT_COMPARE_COMPARISON_H */
