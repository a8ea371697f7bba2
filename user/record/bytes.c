// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "lib/internal.h"

/* A varint of 64 bits. */
#define MAX_VARINT	10

/* What the length of a record is kept in until it is known. */
#define LENGTH_ROOM	4

static bool make_room(struct bytes *b, size_t len)
{
	size_t room = b->room ? 2 * b->room : 4096;
	uint8_t *data;

	if (b->failed || len <= b->room - b->nr)
		return !b->failed;
	while (room - b->nr < len)
		room *= 2;
	data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

void put_raw(struct bytes *b, const void *data, size_t len)
{
	if (!make_room(b, len) || !len)
		return;
	memcpy(b->data + b->nr, data, len);
	b->nr += len;
}

void put_u64(struct bytes *b, uint64_t value)
{
	if (!make_room(b, MAX_VARINT))
		return;
	for (; value >= 0x80; value >>= 7)
		b->data[b->nr++] = value | 0x80;
	b->data[b->nr++] = value;
}

void put_u32(struct bytes *b, uint32_t value)
{
	uint8_t raw[4] = { value, value >> 8, value >> 16, value >> 24 };

	put_raw(b, raw, sizeof(raw));
}

void put_text(struct bytes *b, const char *text)
{
	size_t len = strlen(text);

	put_u64(b, len);
	put_raw(b, text, len);
}

void put_change(struct bytes *b, uint64_t newer, uint64_t older)
{
	uint64_t diff = newer - older;

	put_u64(b, diff << 1 ^ (diff >> 63 ? UINT64_MAX : 0));
}

size_t record_begin(struct bytes *b, unsigned int kind)
{
	put_u64(b, kind);
	put_raw(b, "\0\0\0", LENGTH_ROOM);
	return b->nr;
}

/* The length is a varint, too, of more bytes than most need: zstd makes nothing of that. */
void record_end(struct bytes *b, size_t at)
{
	size_t len = b->nr - at, i;

	if (b->failed)
		return;
	for (i = 0; i < LENGTH_ROOM; i++, len >>= 7)
		b->data[at - LENGTH_ROOM + i] = (len & 0x7f) | (i < LENGTH_ROOM - 1 ? 0x80 : 0);
	b->failed = len;
}

uint64_t get_u64(struct input *in)
{
	uint64_t value = 0, more;
	unsigned int shift;

	for (shift = 0; shift < 64 && !in->bad && in->at != in->end; shift += 7) {
		more = *in->at & 0x7f;
		if (more << shift >> shift != more)
			break;
		value |= more << shift;
		if (!(*in->at++ & 0x80))
			return value;
	}
	in->bad = true;
	return 0;
}

uint32_t get_u32(struct input *in)
{
	uint64_t value = get_u64(in);

	in->bad |= value > UINT32_MAX;
	return in->bad ? 0 : value;
}

uint32_t get_fixed(struct input *in)
{
	uint32_t value;

	if (left(in) < 4) {
		in->bad = true;
		return 0;
	}
	value = in->at[0] | in->at[1] << 8 | in->at[2] << 16 | (uint32_t)in->at[3] << 24;
	in->at += 4;
	return value;
}

uint64_t get_change(struct input *in, uint64_t older)
{
	uint64_t value = get_u64(in);

	return older + (value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

void get_text(struct input *in, char *text, size_t size)
{
	uint64_t len = get_u64(in);
	size_t n;

	text[0] = 0;
	if (len > left(in)) {
		in->bad = true;
		return;
	}
	n = len < size ? len : size - 1;
	memcpy(text, in->at, n);
	text[n] = 0;
	kvmlat_printable(text);
	in->at += len;
}

bool get_record(struct input *in, unsigned int *kind, struct input *record)
{
	uint64_t len;

	if (!left(in))
		return false;
	*kind = get_u32(in);
	len = get_u64(in);
	if (len > left(in))
		in->bad = true;
	if (in->bad)
		return false;
	*record = (struct input){ .at = in->at, .end = in->at + len };
	in->at += len;
	return true;
}
