// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "crc.h"
#include "frame.h"

/* One of the 16 that zstd keeps for what it is to pass over. */
#define MAGIC		0x184d2a5bU
#define NAME		"kvmlat"

/* What one interval tells is short: a higher level finds nothing more in it. */
#define LEVEL		1

struct packer {
	ZSTD_CCtx	*zstd;
};

struct packer *packer_new(void)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (p)
		p->zstd = ZSTD_createCCtx();
	if (!p || p->zstd)
		return p;
	free(p);
	return NULL;
}

void packer_free(struct packer *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->zstd);
	free(p);
}

static void put_fixed64(struct bytes *to, uint64_t value)
{
	put_u32(to, value);
	put_u32(to, value >> 32);
}

static uint64_t get_fixed64(struct input *in)
{
	uint64_t low = get_fixed(in);

	return low | (uint64_t)get_fixed(in) << 32;
}

/* The names of both that Documentation/format.rst has are those of struct frame. */
static void put_head(struct bytes *to, const struct frame *f)
{
	size_t at = to->nr;

	put_u32(to, MAGIC);
	put_u32(to, HEAD_SIZE - 8);
	put_raw(to, NAME, 6);
	put_raw(to, (const uint8_t[]){ f->version, f->kind }, 2);
	put_fixed64(to, f->file);
	put_u32(to, f->number);
	put_u32(to, f->interval);
	put_fixed64(to, f->time);
	put_u32(to, f->len);
	put_u32(to, f->content);
	put_u32(to, f->crc);
	put_u32(to, 0);
	if (!to->failed)
		put_u32(to, crc32c(to->data + at, HEAD_SIZE - 4));
}

bool frame_pack(struct packer *p, struct frame *f, const struct bytes *content, struct bytes *to)
{
	size_t room = ZSTD_compressBound(content->nr), len;
	uint8_t *data;

	if (content->failed || content->nr > MAX_CONTENT)
		return false;
	data = malloc(room);
	if (!data)
		return false;
	len = ZSTD_compressCCtx(p->zstd, data, room, content->data, content->nr, LEVEL);
	if (!ZSTD_isError(len) && len <= MAX_FRAME) {
		f->len = len;
		f->content = content->nr;
		f->crc = crc32c(data, len);
		put_head(to, f);
		put_raw(to, data, len);
	} else {
		to->failed = true;
	}
	free(data);
	return !to->failed;
}

bool frame_head(const uint8_t *data, struct frame *f)
{
	struct input in = { .at = data, .end = data + HEAD_SIZE };
	struct input sum = { .at = data + HEAD_SIZE - 4, .end = data + HEAD_SIZE };

	if (get_fixed(&in) != MAGIC || get_fixed(&in) != HEAD_SIZE - 8 ||
	    memcmp(in.at, NAME, 6) || crc32c(data, HEAD_SIZE - 4) != get_fixed(&sum))
		return false;
	f->version = in.at[6];
	f->kind = in.at[7];
	in.at += 8;
	f->file = get_fixed64(&in);
	f->number = get_fixed(&in);
	f->interval = get_fixed(&in);
	f->time = get_fixed64(&in);
	f->len = get_fixed(&in);
	f->content = get_fixed(&in);
	f->crc = get_fixed(&in);
	return f->len <= MAX_FRAME && f->content <= MAX_CONTENT;
}

bool frame_unpack(const struct frame *f, const uint8_t *data, uint8_t *content)
{
	size_t len;

	if (crc32c(data, f->len) != f->crc)
		return false;
	len = ZSTD_decompress(content, f->content, data, f->len);
	return !ZSTD_isError(len) && len == f->content;
}
