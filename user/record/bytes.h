/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and texts as a recording has them: 7 bits a byte, the lowest first. */
#ifndef _KVMLAT_RECORD_BYTES_H
#define _KVMLAT_RECORD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct bytes - all zero at first; @failed: memory was short, and what is there is nothing */
struct bytes {
	uint8_t	*data;
	size_t	nr;
	size_t	room;
	bool	failed;
};

void bytes_free(struct bytes *b);
void put_raw(struct bytes *b, const void *data, size_t len);
void put_u64(struct bytes *b, uint64_t value);
void put_u32(struct bytes *b, uint32_t value);		/* of fixed length */
void put_text(struct bytes *b, const char *text);

/* The difference of two, which may be either way: small ones are short. */
void put_change(struct bytes *b, uint64_t newer, uint64_t older);

/*
 * A record of a length that is known only when all of it is there: record_begin returns what
 * record_end wants.
 */
size_t record_begin(struct bytes *b, unsigned int kind);
void record_end(struct bytes *b, size_t at);

/** struct input - what is left to be read; @bad: something did not fit, and 0 was read */
struct input {
	const uint8_t	*at;
	const uint8_t	*end;
	bool		bad;
};

uint64_t get_u64(struct input *in);
uint32_t get_u32(struct input *in);			/* bad if it is more */
uint32_t get_fixed(struct input *in);			/* put_u32 */
uint64_t get_change(struct input *in, uint64_t older);

/* Cut where it does not fit, and without what a terminal would obey. */
void get_text(struct input *in, char *text, size_t size);

/* The next record. False at the end, or if it is bad. */
bool get_record(struct input *in, unsigned int *kind, struct input *record);

static inline size_t left(const struct input *in)
{
	return in->bad ? 0 : (size_t)(in->end - in->at);
}

#endif /* _KVMLAT_RECORD_BYTES_H */
