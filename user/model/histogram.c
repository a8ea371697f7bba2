// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "histogram.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(cls)	(1U << KVMLAT_REASON_CLASS_##cls)
#define EXITS		(BIT(EXIT) | BIT(UNKNOWN) | BIT(OTHER) | BIT(NESTED) | BIT(REFLECTED))

static const struct kind {
	const char	*name;
	uint32_t	classes;
} kinds[] = {
	{ "exit", EXITS },
	{ "halt", BIT(HALT) },
	{ "poll", BIT(POLL_HIT) | BIT(POLL_MISS) },
	{ "poll-hit", BIT(POLL_HIT) },
	{ "poll-miss", BIT(POLL_MISS) },
	{ "sleep", BIT(SLEEP) },
	{ "wake", BIT(WAKE) },
	{ "runq", BIT(RUNQ) },
	{ "preempt", BIT(PREEMPT) },
	{ "timer", BIT(TIMER) },
	{ "user", BIT(USER) },
};

static const struct unit units[] = {
	{ "ns", 1, 0 }, { "us", 1e3, 3 }, { "ms", 1e6, 6 }, { "s", 1e9, 9 },
};

const struct unit unit_us = { "us", 1e3, 3 };

bool parse_unit(const char *text, const struct unit **unit, char *why, size_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(text, units[i].name)) {
			*unit = &units[i];
			return true;
		}
	}
	snprintf(why, size, "unit \"%s\" is none of ns, us, ms and s", text);
	return false;
}

void pick_exits(struct pick *pick)
{
	*pick = (struct pick){ .name = "all exits", .classes = EXITS };
}

bool pick_reason(struct pick *pick, const char *name, char *why, size_t size)
{
	if (!*name || strlen(name) >= sizeof(pick->row)) {
		snprintf(why, size, "reason \"%.32s\" is none that \"kvmlat stat\" shows", name);
		return false;
	}
	*pick = (struct pick){ .classes = EXITS };
	snprintf(pick->row, sizeof(pick->row), "%s", name);
	snprintf(pick->name, sizeof(pick->name), "%s", name);
	return true;
}

bool pick_kind(struct pick *pick, const char *text, char *why, size_t size)
{
	const char *colon = strchr(text, ':');
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(text, kinds[i].name))
			continue;
		*pick = (struct pick){ .classes = kinds[i].classes };
		snprintf(pick->name, sizeof(pick->name), "%s", text);
		return true;
	}
	if (colon && colon[1] && !strncmp(text, "user:", 5) && strlen(text) < sizeof(pick->row)) {
		*pick = (struct pick){ .classes = BIT(USER) };
		snprintf(pick->row, sizeof(pick->row), "%s", text);
		snprintf(pick->name, sizeof(pick->name), "%s", text);
		return true;
	}
	snprintf(why, size,
		 "kind \"%.32s\" is none of exit, halt, poll, poll-hit, poll-miss, sleep, wake, runq, preempt, timer, user and user:REASON",
		 text);
	return false;
}

static struct histogram *append(struct histogram **list, size_t *nr)
{
	struct histogram *h = realloc(*list, (*nr + 1) * sizeof(*h));

	if (!h)
		return NULL;
	*list = h;
	h += (*nr)++;
	memset(h, 0, sizeof(*h));
	return h;
}

int histograms_make(const struct pick *pick, uint32_t vendor, const struct kvmlat_account *a,
		    struct histogram **list, size_t *nr)
{
	struct histogram *h = NULL;
	char name[80];
	size_t i;

	*list = NULL;
	*nr = 0;
	for (i = 0; i < a->nr_reasons; i++) {
		const struct kvmlat_reason *r = &a->reasons[i];

		kvmlat_row_name(vendor, r->cls, r->code, name, sizeof(name));
		if (r->cls > KVMLAT_REASON_CLASS_MAX || !(pick->classes & 1U << r->cls) ||
		    (pick->row[0] && strcasecmp(pick->row, name)))
			continue;
		if (!h || pick->each) {
			h = append(list, nr);
			if (!h)
				return -1;
			snprintf(h->name, sizeof(h->name), "%s",
				 pick->each || pick->row[0] ? name : pick->name);
			h->is_exit = kvmlat_reason_is_exit(r->cls);
			h->sum.cls = r->cls;
			h->sum.code = r->code;
		}
		if (kvmlat_reason_add(&h->sum, r))
			return -1;
	}
	return 0;
}

void histograms_free(struct histogram *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		free(list[i].sum.buckets);
	free(list);
}

double histogram_stddev(const struct kvmlat_reason *r)
{
	double sum = 0, mean;
	size_t i;

	if (!r->count)
		return 0;
	mean = (double)r->total / r->count;
	for (i = 0; i < r->nr_buckets; i++) {
		unsigned int index = r->buckets[i].index;
		double lower = kvmlat_bucket_lower(index), upper = kvmlat_bucket_upper(index);
		double off = (lower + (upper > r->longest_max ? r->longest_max : upper)) / 2 - mean;

		sum += off * off * r->buckets[i].count;
	}
	return sqrt(sum / r->count);
}
