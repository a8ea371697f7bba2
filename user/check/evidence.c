// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE	6
#endif

static void add_row(struct tally *t, const struct kvmlat_reason *r, uint64_t from, uint64_t to)
{
	size_t i;

	t->of += r->count;
	t->ns += r->total;
	for (i = 0; i < r->nr_buckets; i++) {
		const struct kvmlat_bucket *b = &r->buckets[i];

		if (kvmlat_bucket_lower(b->index) >= from && kvmlat_bucket_upper(b->index) <= to)
			t->count += b->count;
	}
}

static void add_account(struct tally *t, const struct kvmlat_account *a, uint32_t cls,
			uint64_t from, uint64_t to)
{
	size_t i;

	for (i = 0; i < a->nr_reasons; i++)
		if (a->reasons[i].cls == cls)
			add_row(t, &a->reasons[i], from, to);
}

struct tally tally_from(const struct facts *f, uint32_t cls, uint64_t ns)
{
	struct tally t = { 0 };
	size_t i;

	for (i = 0; i < f->nr_vms; i++)
		add_account(&t, &f->vms[i].account, cls, ns, UINT64_MAX);
	return t;
}

struct tally tally_to(const struct kvmlat_account *a, uint32_t cls, uint64_t ns)
{
	struct tally t = { 0 };

	add_account(&t, a, cls, 0, ns);
	return t;
}

struct tally tally_exits(const struct facts *f, uint32_t code)
{
	struct tally t = { 0 };
	size_t i, j;

	for (i = 0; i < f->nr_vms; i++) {
		const struct kvmlat_account *a = &f->vms[i].account;

		for (j = 0; j < a->nr_reasons; j++) {
			const struct kvmlat_reason *r = &a->reasons[j];

			if (!kvmlat_reason_is_exit(r->cls))
				continue;
			t.of += r->count;
			if (r->cls != KVMLAT_REASON_CLASS_EXIT || r->code != code)
				continue;
			t.count += r->count;
			t.ns += r->total;
		}
	}
	return t;
}

struct tally tally_state(const struct facts *f, uint32_t state)
{
	struct tally t = { 0 };
	size_t i;

	for (i = 0; i < f->nr_vms; i++) {
		t.of += f->vms[i].account.elapsed;
		t.ns += f->vms[i].account.times[state];
	}
	return t;
}

bool has_guests(const struct facts *f, struct finding *found)
{
	if (!f->has_vms)
		is_unknown(found, "no guest can be looked at: %.400s", f->why_no_vms);
	return f->has_vms;
}

bool is_realtime(const struct fact_thread *t)
{
	return t->known && (t->policy == SCHED_FIFO || t->policy == SCHED_RR ||
			    t->policy == SCHED_DEADLINE);
}

unsigned int count_realtime(const struct facts *f)
{
	unsigned int count = 0;
	size_t i, j;

	for (i = 0; i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].nr_threads; j++)
			count += f->vms[i].threads[j].vcpu >= 0 &&
				 is_realtime(&f->vms[i].threads[j]);
	return count;
}

struct cpus vcpu_cpus(const struct facts *f, unsigned int *unknown)
{
	struct cpus all = { 0 };
	size_t i, j;

	*unknown = 0;
	for (i = 0; i < f->nr_vms; i++) {
		for (j = 0; j < f->vms[i].nr_threads; j++) {
			const struct fact_thread *t = &f->vms[i].threads[j];

			if (t->vcpu < 0)
				continue;
			*unknown += !t->known;
			if (t->known)
				all = cpus_or(&all, &t->allowed);
		}
	}
	return cpus_and(&all, &f->host.online);
}

int switch_of(const struct fact *fact)
{
	if (fact->known != READ)
		return -1;
	switch (fact->text[0]) {
	case 'Y':
	case '1':
		return 1;
	case 'N':
	case '0':
		return 0;
	default:
		return -1;
	}
}

bool number_of(const struct fact *fact, int64_t *number)
{
	char *end;

	if (fact->known != READ)
		return false;
	errno = 0;
	*number = strtoll(fact->text, &end, 10);
	return end != fact->text && (!*end || *end == '\n') && !errno;
}

bool has_word(const char *text, const char *word)
{
	static const char between[] = " ,\t\n";
	size_t len = strlen(word);

	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t n = strcspn(text, between);

		if (n == len && !strncmp(text, word, n))
			return true;
		text += n;
	}
	return false;
}

int line_length(const char *text, int max)
{
	int length = strcspn(text, "\n");

	return length < max ? length : max;
}

bool chosen_of(const char *text, char *word, size_t size)
{
	const char *open = strpbrk(text, "[("), *close = open ? strpbrk(open, "])") : NULL;

	if (!close)
		return false;
	snprintf(word, size, "%.*s", (int)(close - open - 1), open + 1);
	return *word && !strchr(word, '\n');
}

const char *cpus_text(const struct cpus *cpus, char *text, size_t size)
{
	cpus_format(cpus, text, size);
	return text;
}

int vendor_of(const struct facts *f)
{
	if (f->file[FACT_EPT].known == READ)
		return 'i';
	return f->file[FACT_NPT].known == READ ? 'a' : 0;
}

void names_add(struct names *n, const char *name)
{
	size_t used = strlen(n->text);

	n->nr++;
	if (n->nr <= 3)
		snprintf(n->text + used, sizeof(n->text) - used, "%s\"%.80s\"", used ? ", " : "",
			 name);
	else if (n->nr == 4)
		snprintf(n->text + used, sizeof(n->text) - used, ", ...");
}
