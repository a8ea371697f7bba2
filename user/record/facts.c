// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "facts.h"
#include "format.h"
#include "lib/internal.h"

/* A host has a few dozen of them; a knob for each vCPU. */
#define MAX_FACTS	4096
#define MAX_KNOBS	(2 * MAX_VCPUS_RECORDED)

void put_fact(struct bytes *to, const char *name, const char *text)
{
	size_t at = record_begin(to, RECORD_FACT);

	put_text(to, name);
	put_text(to, text);
	record_end(to, at);
}

void put_fact_knobs(struct bytes *to, const struct kvmlat_knobs *knobs)
{
	size_t i, at;

	for (i = 0; i < knobs->nr; i++) {
		at = record_begin(to, RECORD_KNOB);
		put_knob(to, &knobs->all[i]);
		record_end(to, at);
	}
}

static bool take_fact(struct facts *facts, size_t *room, struct input *in)
{
	char *text = malloc(MAX_FACT);
	struct fact *all = kvmlat_draft_array(facts->all, facts->nr, room, sizeof(*all));
	struct fact *f;

	if (all)
		facts->all = all;
	if (!text || !all) {
		free(text);
		return false;
	}
	f = &all[facts->nr++];
	get_text(in, text, MAX_FACT);
	f->name = strdup(text);
	get_text(in, text, MAX_FACT);
	f->text = strdup(text);
	free(text);
	return f->name && f->text;
}

static bool take_knob(struct facts *facts, size_t *room, struct input *in)
{
	struct kvmlat_knob_value *all;

	all = kvmlat_draft_array(facts->knobs, facts->nr_knobs, room, sizeof(*all));
	if (!all)
		return false;
	facts->knobs = all;
	get_knob(in, &all[facts->nr_knobs++]);
	return true;
}

bool facts_take(struct facts *facts, struct input content, bool *bad)
{
	struct facts new = { .nr = 0 };
	size_t room_facts = 0, room_knobs = 0;
	struct input record;
	unsigned int kind;
	bool ok = true;

	while (ok && !*bad && get_record(&content, &kind, &record)) {
		if (kind == RECORD_FACT)
			ok = take_fact(&new, &room_facts, &record);
		else if (kind == RECORD_KNOB)
			ok = take_knob(&new, &room_knobs, &record);
		*bad |= record.bad || new.nr > MAX_FACTS || new.nr_knobs > MAX_KNOBS;
	}
	*bad |= content.bad;
	if (ok && !*bad) {
		facts_free(facts);
		*facts = new;
		return true;
	}
	facts_free(&new);
	return false;
}

const char *facts_find(const struct facts *facts, const char *name)
{
	size_t i;

	for (i = 0; i < facts->nr; i++)
		if (!strcmp(facts->all[i].name, name))
			return facts->all[i].text;
	return NULL;
}

void facts_free(struct facts *facts)
{
	size_t i;

	for (i = 0; i < facts->nr; i++) {
		free(facts->all[i].name);
		free(facts->all[i].text);
	}
	free(facts->all);
	free(facts->knobs);
	memset(facts, 0, sizeof(*facts));
}
