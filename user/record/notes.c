// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "notes.h"
#include "format.h"
#include "lib/internal.h"

/* A host has a few dozen of them; a knob for each vCPU. */
#define MAX_FACTS	4096
#define MAX_KNOBS	(2 * MAX_VCPUS_RECORDED)

void put_note(struct bytes *to, const char *name, const char *text)
{
	size_t at = record_begin(to, RECORD_FACT);

	put_text(to, name);
	put_text(to, text);
	record_end(to, at);
}

void put_note_knobs(struct bytes *to, const struct kvmlat_knobs *knobs)
{
	size_t i, at;

	for (i = 0; i < knobs->nr; i++) {
		at = record_begin(to, RECORD_KNOB);
		put_knob(to, &knobs->all[i]);
		record_end(to, at);
	}
}

static bool take_note(struct notes *notes, size_t *room, struct input *in)
{
	char *text = malloc(MAX_FACT);
	struct note *all = kvmlat_draft_array(notes->all, notes->nr, room, sizeof(*all));
	struct note *f;

	if (all)
		notes->all = all;
	if (!text || !all) {
		free(text);
		return false;
	}
	f = &all[notes->nr++];
	get_text(in, text, MAX_FACT);
	f->name = strdup(text);
	get_text(in, text, MAX_FACT);
	f->text = strdup(text);
	free(text);
	return f->name && f->text;
}

static bool take_knob(struct notes *notes, size_t *room, struct input *in)
{
	struct kvmlat_knob_value *all;

	all = kvmlat_draft_array(notes->knobs, notes->nr_knobs, room, sizeof(*all));
	if (!all)
		return false;
	notes->knobs = all;
	get_knob(in, &all[notes->nr_knobs++]);
	return true;
}

bool notes_take(struct notes *notes, struct input content, bool *bad)
{
	struct notes new = { .nr = 0 };
	size_t room_facts = 0, room_knobs = 0;
	struct input record;
	unsigned int kind;
	bool ok = true;

	while (ok && !*bad && get_record(&content, &kind, &record)) {
		if (kind == RECORD_FACT)
			ok = take_note(&new, &room_facts, &record);
		else if (kind == RECORD_KNOB)
			ok = take_knob(&new, &room_knobs, &record);
		*bad |= record.bad || new.nr > MAX_FACTS || new.nr_knobs > MAX_KNOBS;
	}
	*bad |= content.bad;
	if (ok && !*bad) {
		notes_free(notes);
		*notes = new;
		return true;
	}
	notes_free(&new);
	return false;
}

const char *notes_find(const struct notes *notes, const char *name)
{
	size_t i;

	for (i = 0; i < notes->nr; i++)
		if (!strcmp(notes->all[i].name, name))
			return notes->all[i].text;
	return NULL;
}

void notes_free(struct notes *notes)
{
	size_t i;

	for (i = 0; i < notes->nr; i++) {
		free(notes->all[i].name);
		free(notes->all[i].text);
	}
	free(notes->all);
	free(notes->knobs);
	memset(notes, 0, sizeof(*notes));
}
