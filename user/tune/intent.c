// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "intent.h"
#include "value.h"

static bool by_name_alone(const struct section *s)
{
	return *s->guest && !*s->user && strcmp(s->guest, "*");
}

static bool is_for(const struct section *s, const struct claimant *guest)
{
	if (!guest || !*s->guest)
		return !guest && !*s->guest;
	if ((*s->user && s->uid != guest->uid) || (guest->foreign && by_name_alone(s)))
		return false;
	return !fnmatch(s->guest, guest->name, 0);
}

bool profile_goes_by_name(const struct profile *p, const struct claimant *guest)
{
	size_t i;

	for (i = 0; i < p->nr_sections; i++)
		if (by_name_alone(&p->sections[i]) && is_for(&p->sections[i], guest))
			return true;
	return false;
}

/* What is wrong in a file is not how the command was used. */
static int wrong(const struct profile *p, const struct setting *s, enum trouble_kind kind,
		 const char *what, struct trouble *why)
{
	char text[1024];

	ini_wrong(p->path, s->line, what, text, sizeof(text));
	return trouble(why, kind == TROUBLE_USAGE ? TROUBLE_REFUSED : kind, "%s", text);
}

static int understand(const struct profile *p, const struct setting *s, const struct tuner *t,
		      const struct target *target, const struct kvmlat_knob_value **k,
		      struct value *v, struct trouble *why)
{
	struct trouble knob;
	char value[512];

	if (tuner_demand(t, s->knob, target, k, &knob))
		return wrong(p, s, knob.kind, knob.text, why);
	if (!value_parse(*k, s->value, v, value, sizeof(value)))
		return wrong(p, s, TROUBLE_REFUSED, value, why);
	return 0;
}

int profile_check(const struct profile *p, const struct tuner *t, struct trouble *why)
{
	const struct kvmlat_knob_value *k;
	struct target target = { 0 };
	struct value v;
	size_t i;

	for (i = 0; i < t->table.nr && !target.vm_id; i++)
		if (t->table.all[i].scope == KVMLAT_SCOPE_VM)
			target.vm_id = t->table.all[i].vm_id;
	for (i = 0; i < p->nr; i++) {
		const struct setting *s = &p->settings[i];

		if (!*section_of(p, s)->guest)
			continue;
		/* The host's knob has the unit and the range of a VM's, and no scope above. */
		if (!target.vm_id && !strcmp(s->value, "inherit"))
			continue;
		if (understand(p, s, t, &target, &k, &v, why))
			return -1;
	}
	return 0;
}

static int add_intent(const struct profile *p, const struct setting *s, const struct tuner *t,
		      const struct target *target, struct intent *intents, size_t *nr,
		      struct trouble *why)
{
	const struct kvmlat_knob_value *k;
	struct value v;
	size_t i;

	if (understand(p, s, t, target, &k, &v, why))
		return -1;
	for (i = 0; i < *nr; i++)
		if (intents[i].knob == k)
			break;
	*nr += i == *nr;
	intents[i].knob = k;
	intents[i].text = s->value;
	intents[i].value = v.number;
	intents[i].inherit = v.inherit;
	return 0;
}

int profile_intents(const struct profile *p, const struct tuner *t, const struct target *target,
		    const struct claimant *guest, struct intent **intents, size_t *nr,
		    struct trouble *why)
{
	int ret = 0;
	size_t i;

	*nr = 0;
	*intents = calloc(p->nr + 1, sizeof(**intents));
	if (!*intents)
		return trouble_memory(why);
	for (i = 0; i < p->nr && !ret; i++)
		if (is_for(section_of(p, &p->settings[i]), guest))
			ret = add_intent(p, &p->settings[i], t, target, *intents, nr, why);
	return ret;
}
