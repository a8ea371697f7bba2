/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host was like when it was recorded. */
#ifndef _KVMLAT_RECORD_FACTS_H
#define _KVMLAT_RECORD_FACTS_H

#include "bytes.h"
#include "lib/kvmlat.h"

/** struct facts - names and texts, and knobs as they were; all zero at first */
struct facts {
	size_t				nr;
	struct fact {
		char	*name;
		char	*text;
	}				*all;
	size_t				nr_knobs;
	struct kvmlat_knob_value	*knobs;
};

/* Those of a full frame take the place of what was. False if memory is short, or @bad is set. */
bool facts_take(struct facts *facts, struct input content, bool *bad);

/* NULL if it is not known. */
const char *facts_find(const struct facts *facts, const char *name);
void facts_free(struct facts *facts);

void put_fact(struct bytes *to, const char *name, const char *text);
void put_fact_knobs(struct bytes *to, const struct kvmlat_knobs *knobs);

#endif /* _KVMLAT_RECORD_FACTS_H */
