// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "lib/kvmlat.h"
#include "base/paths.h"
#include "profile.h"
#include "value.h"

#define SUFFIX		".ini"

struct reading {
	struct profile	*profile;
	char		*why;
	size_t		size;
};

_Static_assert(58 + sizeof(SUFFIX) + 1 == PROFILE_NAME_SIZE, "PROFILE_NAME_RULE");

bool profile_name_ok(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len && len + sizeof(SUFFIX) < PROFILE_NAME_SIZE && *name != '.' &&
	       strspn(name, letters) == len;
}

static int wrong(struct reading *r, const char *what, const char *value, const char *allowed)
{
	/* The first mistake is the one that is told. */
	if (!*r->why)
		snprintf(r->why, r->size, "%s \"%s\" %s", what, value, allowed);
	return 0;
}

/* The pattern in: guest "pattern" */
static bool guest_of(const char *section, char *guest)
{
	const char *p = section + strlen("guest");
	size_t len;

	if (strncmp(section, "guest", strlen("guest")))
		return false;
	p += strspn(p, " \t");
	len = strlen(p);
	if (len < 3 || len - 2 >= PROFILE_NAME_SIZE || *p != '"' || p[len - 1] != '"')
		return false;
	memcpy(guest, p + 1, len - 2);
	guest[len - 2] = 0;
	return true;
}

static int set_dma_latency(struct reading *r, const char *text)
{
	const struct kvmlat_knob_value like = {
		.name = "dma_latency", .scope = KVMLAT_SCOPE_HOST, .unit = KVMLAT_UNIT_NS,
		.max = 1000ULL * 2000000000,
	};
	struct value v;

	if (!value_parse(&like, text, &v, r->why, r->size))
		return 0;
	if (v.number % 1000)
		return wrong(r, "dma_latency", text, "is not a whole number of us");
	r->profile->dma_latency = v.number / 1000;
	return 1;
}

static int add_setting(struct reading *r, const char *guest, const char *knob, const char *text)
{
	struct profile *p = r->profile;
	struct setting *s;
	size_t i;

	if (strlen(knob) >= sizeof(s->knob) || strlen(text) >= sizeof(s->value))
		return wrong(r, "line", knob, "is too long");
	if (!*knob)
		return wrong(r, "value", text, "has no key before it");
	for (i = 0; i < p->nr; i++)
		if (!strcmp(p->settings[i].guest, guest) && !strcmp(p->settings[i].knob, knob))
			return wrong(r, "knob", knob, "comes twice in its section");
	s = realloc(p->settings, (p->nr + 1) * sizeof(*s));
	if (!s)
		return wrong(r, "line", knob, "finds no memory");
	p->settings = s;
	s += p->nr++;
	snprintf(s->guest, sizeof(s->guest), "%s", guest);
	snprintf(s->knob, sizeof(s->knob), "%s", knob);
	snprintf(s->value, sizeof(s->value), "%s", text);
	return 1;
}

static int take_line(void *user, const char *section, const char *name, const char *text)
{
	char guest[PROFILE_NAME_SIZE] = "";
	struct reading *r = user;

	if (!strcmp(section, "profile")) {
		if (strcmp(name, "summary"))
			return wrong(r, "key", name, "is not one of [profile], which has summary");
		snprintf(r->profile->summary, sizeof(r->profile->summary), "%s", text);
		return 1;
	}
	if (!strcmp(section, "host") && !strcmp(name, "dma_latency"))
		return set_dma_latency(r, text);
	if (strcmp(section, "host") && !guest_of(section, guest))
		return wrong(r, "section", section,
			     "is none of [profile], [host] and [guest \"PATTERN\"] of up to 40 letters");
	return add_setting(r, guest, name, text);
}

int profile_load(struct profile *p, const char *path, const char *name, char *why, size_t size)
{
	char mistake[256] = "";
	struct reading r = { .profile = p, .why = mistake, .size = sizeof(mistake) };
	int line;

	memset(p, 0, sizeof(*p));
	p->dma_latency = -1;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->path, sizeof(p->path), "%s", path);
	line = ini_parse(path, take_line, &r);
	if (!line)
		return 0;
	if (line < 0)
		snprintf(why, size, "cannot read \"%s\": %s", path, strerror(errno));
	else
		snprintf(why, size, "\"%s\", line %d: %s", path, line,
			 *mistake ? mistake : "neither a [section] nor KEY = VALUE");
	return -1;
}

/* The next directory of a path with colons. */
static bool next_dir(const char **at, char *dir, size_t size)
{
	size_t len;

	do {
		len = strcspn(*at, ":");
		snprintf(dir, size, "%.*s", (int)len, *at);
		*at += len;
		*at += **at == ':';
	} while (!len && **at);
	return len;
}

int profile_find(struct profile *p, const char *name, char *why, size_t size)
{
	const char *at = path_profiles();
	char dir[400], path[512];

	memset(p, 0, sizeof(*p));
	if (!profile_name_ok(name)) {
		snprintf(why, size, "profile \"%.64s\" is no name: " PROFILE_NAME_RULE, name);
		return -1;
	}
	while (next_dir(&at, dir, sizeof(dir))) {
		snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name);
		if (!access(path, F_OK))
			return profile_load(p, path, name, why, size);
	}
	snprintf(why, size, "no profile \"%s\" in \"%s\"; \"kvmlat profile list\" lists them all",
		 name, path_profiles());
	return -1;
}

void profile_free(struct profile *p)
{
	free(p->settings);
	memset(p, 0, sizeof(*p));
}

static bool listed(const struct profile *profiles, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(profiles[i].name, name))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct profile *)a)->name, ((const struct profile *)b)->name);
}

/* A file that is wrong is listed with its mistake as the summary. */
static int list_dir(const char *dir, struct profile **profiles, size_t *nr)
{
	char name[PROFILE_NAME_SIZE], path[512], why[512];
	struct dirent *e;
	struct profile *p;
	int ret = 0;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return 0;
	while (!ret && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len <= strlen(SUFFIX) || len >= sizeof(name) ||
		    strcmp(e->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(len - strlen(SUFFIX)), e->d_name);
		if (!profile_name_ok(name) || listed(*profiles, *nr, name))
			continue;
		p = realloc(*profiles, (*nr + 1) * sizeof(*p));
		if (!p) {
			ret = -1;
			break;
		}
		*profiles = p;
		p += (*nr)++;
		snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name);
		if (profile_load(p, path, name, why, sizeof(why)))
			snprintf(p->summary, sizeof(p->summary), "%.190s", why);
	}
	closedir(d);
	return ret;
}

int profile_list(struct profile **profiles, size_t *nr)
{
	const char *at = path_profiles();
	char dir[400];

	*profiles = NULL;
	*nr = 0;
	while (next_dir(&at, dir, sizeof(dir)))
		if (list_dir(dir, profiles, nr))
			return -1;
	if (*nr)
		qsort(*profiles, *nr, sizeof(**profiles), by_name);
	return 0;
}

static int take_config(void *user, const char *section, const char *name, const char *text)
{
	char *to = user;

	if (strcmp(section, "service") || strcmp(name, "profile") || !profile_name_ok(text))
		return 0;
	snprintf(to, PROFILE_NAME_SIZE, "%s", text);
	return 1;
}

int profile_configured(char *name, size_t name_size, char *why, size_t size)
{
	char found[PROFILE_NAME_SIZE] = "";
	int line = ini_parse(path_config(), take_config, found);

	snprintf(name, name_size, "%s", found);
	if (line < 0)
		snprintf(why, size, "cannot read \"%s\": %s", path_config(), strerror(errno));
	else if (line)
		snprintf(why, size, "\"%s\", line %d: only \"profile = NAME\" in [service] is allowed",
			 path_config(), line);
	else if (!*found)
		snprintf(why, size, "\"%s\" names no profile: \"profile = NAME\" in [service] does",
			 path_config());
	return line || !*found ? -1 : 0;
}
