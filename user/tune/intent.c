// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "holder.h"
#include "value.h"

static bool is_for(const struct setting *s, const char *guest)
{
	if (!guest || !*s->guest)
		return !guest && !*s->guest;
	return !fnmatch(s->guest, guest, 0);
}

static int add_intent(const struct profile *p, const struct setting *s, const struct tuner *t,
		      const struct target *target, struct intent *intents, size_t *nr)
{
	const struct kvmlat_knob_value *k;
	struct value v;
	char why[512];
	size_t i;
	int ret;

	/* What is wrong in a file is not how the command was used. */
	ret = tuner_demand(t, s->knob, target, &k);
	if (ret)
		return ret == EXIT_USAGE ? EXIT_REFUSED : ret;
	if (!value_parse(k, s->value, &v, why, sizeof(why)))
		return complain(EXIT_REFUSED, "profile \"%s\": %s", p->name, why);
	for (i = 0; i < *nr; i++)
		if (intents[i].knob == k)
			break;
	*nr += i == *nr;
	intents[i].knob = k;
	intents[i].text = s->value;
	intents[i].value = v.number;
	intents[i].inherit = v.inherit;
	return EXIT_OK;
}

int profile_intents(const struct profile *p, const struct tuner *t, const struct target *target,
		    const char *guest, struct intent **intents, size_t *nr)
{
	int ret = EXIT_OK;
	size_t i;

	*nr = 0;
	*intents = calloc(p->nr + 1, sizeof(**intents));
	if (!*intents)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < p->nr && !ret; i++)
		if (is_for(&p->settings[i], guest))
			ret = add_intent(p, &p->settings[i], t, target, *intents, nr);
	return ret;
}
