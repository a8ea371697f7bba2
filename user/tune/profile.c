// SPDX-License-Identifier: GPL-2.0-only
/* One profile's file. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "base/user.h"
#include "lib/kvmlat.h"
#include "profile.h"
#include "value.h"

/* Each is compared with each. */
#define MAX_SETTINGS	4096

/**
 * struct reading - a file that is being read
 * @in_profile: after [profile], which is no section of knobs
 * @summary, @dma: on which line that came; 0 for not yet
 */
struct reading {
	struct profile	*profile;
	char		*why;
	size_t		size;
	bool		in_profile;
	unsigned int	summary;
	unsigned int	dma;
};

__attribute__((format(printf, 2, 3)))
static bool wrong(struct reading *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->why, r->size, fmt, args);
	va_end(args);
	return false;
}

static bool same_word(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

static bool add_section(struct reading *r, const char *guest)
{
	struct profile *p = r->profile;
	void *more = realloc(p->sections, (p->nr_sections + 1) * sizeof(*p->sections));

	if (!more)
		return wrong(r, "out of memory");
	p->sections = more;
	memset(&p->sections[p->nr_sections], 0, sizeof(*p->sections));
	strcpy(p->sections[p->nr_sections++].guest, guest);
	return true;
}

static bool begin_section(struct reading *r, const struct ini_line *l)
{
	bool host = !strcmp(l->section, "host");

	r->in_profile = !strcmp(l->section, "profile");
	if ((host || r->in_profile) && !l->argument)
		return r->in_profile || add_section(r, "");
	if (strcmp(l->section, "guest") || !l->argument)
		return wrong(r, "section \"%.64s\"%s is none of [profile], [host] and [guest \"PATTERN\"]",
			     l->section, l->argument ? " with a name" : "");
	if (!*l->argument || strlen(l->argument) >= PATTERN_SIZE)
		return wrong(r, "pattern \"%.64s\"%s is not one of 1 to %d bytes", l->argument,
			     *l->argument ? "..." : "", PATTERN_SIZE - 1);
	return add_section(r, l->argument);
}

static bool take_summary(struct reading *r, const struct ini_line *l)
{
	if (!same_word(l->key, "summary"))
		return wrong(r, "key \"%.64s\" is not one of [profile], which has summary", l->key);
	if (r->summary)
		return wrong(r, "summary comes twice, first on line %u: one is allowed",
			     r->summary);
	if (strlen(l->value) >= sizeof(r->profile->summary))
		return wrong(r, "summary \"%.32s...\" is too long: %zu bytes are allowed",
			     l->value, sizeof(r->profile->summary) - 1);
	strcpy(r->profile->summary, l->value);
	r->summary = l->line;
	return true;
}

static bool take_dma_latency(struct reading *r, const struct ini_line *l)
{
	const struct kvmlat_knob_value like = {
		.name = "dma_latency", .scope = KVMLAT_SCOPE_HOST, .unit = KVMLAT_UNIT_NS,
		.max = 1000ULL * 2000000000,
	};
	struct value v;

	if (r->dma)
		return wrong(r, "dma_latency comes twice, first on line %u: one is allowed",
			     r->dma);
	if (!value_parse(&like, l->value, &v, r->why, r->size))
		return false;
	if (v.number % 1000)
		return wrong(r, "dma_latency \"%.64s\" is not a whole number of us", l->value);
	r->profile->dma_latency = v.number / 1000;
	r->dma = l->line;
	return true;
}

static bool take_user(struct reading *r, const struct ini_line *l)
{
	struct section *s = &r->profile->sections[r->profile->nr_sections - 1];

	if (!*s->guest)
		return wrong(r, "user is whose guest it must be: in [guest \"PATTERN\"] it is allowed");
	if (*s->user)
		return wrong(r, "user comes twice in this section: one is allowed");
	if (strlen(l->value) >= sizeof(s->user) || !user_parse(l->value, &s->uid))
		return wrong(r, "user \"%.64s\" is neither a user of this host nor a uid from 0 to %u",
			     l->value, UINT32_MAX - 1);
	strcpy(s->user, l->value);
	return true;
}

static bool take_setting(struct reading *r, const struct ini_line *l)
{
	struct profile *p = r->profile;
	struct setting *s;

	if (p->nr == MAX_SETTINGS)
		return wrong(r, "there are more lines with knobs than %d, which are allowed",
			     MAX_SETTINGS);
	if (strlen(l->key) >= sizeof(s->knob) || strlen(l->value) >= sizeof(s->value))
		return wrong(r, "\"%.32s = %.32s\" is too long: 63 bytes are allowed for each of both",
			     l->key, l->value);
	s = realloc(p->settings, (p->nr + 1) * sizeof(*s));
	if (!s)
		return wrong(r, "out of memory");
	p->settings = s;
	s += p->nr++;
	s->section = p->nr_sections - 1;
	s->line = l->line;
	strcpy(s->knob, l->key);
	strcpy(s->value, l->value);
	return true;
}

static bool take_line(void *user, const struct ini_line *l, char *why, size_t size)
{
	struct reading *r = user;

	r->why = why;
	r->size = size;
	if (!l->key)
		return begin_section(r, l);
	if (!*l->section)
		return wrong(r, "key \"%.64s\" comes before any section: [profile], [host] or [guest \"PATTERN\"] must be before it",
			     l->key);
	if (r->in_profile)
		return take_summary(r, l);
	if (same_word(l->key, "user"))
		return take_user(r, l);
	if (!same_word(l->key, "dma_latency"))
		return take_setting(r, l);
	if (*r->profile->sections[r->profile->nr_sections - 1].guest)
		return wrong(r, "dma_latency is of CPUs, not of a guest: in [host] it is allowed");
	return take_dma_latency(r, l);
}

static bool same_section(const struct section *a, const struct section *b)
{
	return !strcmp(a->guest, b->guest) && !*a->user == !*b->user && a->uid == b->uid;
}

/* A section may come in pieces, and each knob but once in all of them. */
static int refuse_repeats(const struct profile *p, char *why, size_t size)
{
	char mistake[256];
	size_t i, j;

	for (i = 0; i < p->nr; i++) {
		const struct setting *s = &p->settings[i];

		for (j = 0; j < i; j++) {
			const struct setting *first = &p->settings[j];

			if (!same_word(s->knob, first->knob) ||
			    !same_section(section_of(p, s), section_of(p, first)))
				continue;
			snprintf(mistake, sizeof(mistake),
				 "knob \"%s\" comes twice in its section, first on line %u: one is allowed",
				 s->knob, first->line);
			return ini_wrong(p->path, s->line, mistake, why, size);
		}
	}
	return 0;
}

int profile_load(struct profile *p, const char *path, const char *name, char *why, size_t size)
{
	struct reading r = { .profile = p };

	memset(p, 0, sizeof(*p));
	p->dma_latency = -1;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->path, sizeof(p->path), "%s", path);
	if (ini_read(path, take_line, &r, why, size))
		return -1;
	return refuse_repeats(p, why, size);
}

void profile_free(struct profile *p)
{
	free(p->sections);
	free(p->settings);
	memset(p, 0, sizeof(*p));
}
