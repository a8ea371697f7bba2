/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host was like when it was recorded. */
#ifndef _KVMLAT_RECORD_NOTES_H
#define _KVMLAT_RECORD_NOTES_H

#include "bytes.h"
#include "lib/kvmlat.h"

/** struct notes - names and texts, and knobs as they were; all zero at first */
struct notes {
	size_t				nr;
	struct note {
		char	*name;
		char	*text;
	}				*all;
	size_t				nr_knobs;
	struct kvmlat_knob_value	*knobs;
};

/* Those of a full frame take the place of what was. False if memory is short, or @bad is set. */
bool notes_take(struct notes *notes, struct input content, bool *bad);

/* NULL if it is not known. */
const char *notes_find(const struct notes *notes, const char *name);
void notes_free(struct notes *notes);

void put_note(struct bytes *to, const char *name, const char *text);
void put_note_knobs(struct bytes *to, const struct kvmlat_knobs *knobs);

#endif /* _KVMLAT_RECORD_NOTES_H */
