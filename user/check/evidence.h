/* SPDX-License-Identifier: GPL-2.0-only */
/* What the account of the guests says for a check. */
#ifndef _KVMLAT_EVIDENCE_H
#define _KVMLAT_EVIDENCE_H

#include "check.h"

/** struct tally - how many of them, and the time that they took */
struct tally {
	uint64_t	of;
	uint64_t	count;
	uint64_t	ns;
};

/* Events of a class, whatever their code; of them those that took at least, or at most, @ns. */
struct tally tally_from(const struct facts *f, uint32_t cls, uint64_t ns);
struct tally tally_to(const struct kvmlat_account *a, uint32_t cls, uint64_t ns);

/* All exits, and those of this reason. */
struct tally tally_exits(const struct facts *f, uint32_t code);

/* Time of all vCPUs, and in it that in a state. */
struct tally tally_state(const struct facts *f, uint32_t state);

/* "no account: ..." in @found where there is none of guests; else true. */
bool has_guests(const struct facts *f, struct finding *found);

/* Is a thread of a vCPU known to be of a real-time class? */
bool is_realtime(const struct fact_thread *t);

/* vCPUs that run with a real-time priority. */
unsigned int count_realtime(const struct facts *f);

/* The CPUs that vCPUs may run on; *@unknown: of how many threads nobody knows. */
struct cpus vcpu_cpus(const struct facts *f, unsigned int *unknown);

/* The value of a parameter of KVM's that is "Y" or "N", 1 or 0; -1 if it is neither. */
int switch_of(const struct fact *fact);

/* A parameter that is a number; false if it is none. */
bool number_of(const struct fact *fact, int64_t *number);

/* Is the word in it, with blanks, commas or lines around? */
bool has_word(const char *text, const char *word);

/* Of its first line, but at most @max. */
int line_length(const char *text, int max);

/* The word in brackets, as in "always [madvise] never"; false if there is none. */
bool chosen_of(const char *text, char *word, size_t size);

/* "2-3", or what the set is otherwise. */
const char *cpus_text(const struct cpus *cpus, char *text, size_t size);

/* Is the module there that has the parameters @intel or @amd? 'i', 'a', or 0 */
int vendor_of(const struct facts *f);

/* 'guest "db"' of one, 'guests "db", "web"' of several, with those after three counted. */
struct names {
	unsigned int	nr;
	char		text[320];
};

void names_add(struct names *n, const char *name);

#endif /* _KVMLAT_EVIDENCE_H */
