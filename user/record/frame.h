/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A frame of a recording: a head, which is a skippable frame of zstd, and a zstd frame of its own
 * behind it. So "zstd -dc" reads all contents of a file one after the other.
 */
#ifndef _KVMLAT_RECORD_FRAME_H
#define _KVMLAT_RECORD_FRAME_H

#include "bytes.h"
#include "format.h"

#define HEAD_SIZE	60

/**
 * struct frame - what a head tells
 * @file: the same in all frames of a file, and in no other's: what is found behind the end of a
 *	file that was cut may be another's
 * @number: of frames of this file, from 0
 * @interval: at the end of which interval, from 0, which the first full frame is at
 * @time: then, in ns since the epoch
 * @len: of the zstd frame
 * @content: what comes out of it
 * @crc: of the zstd frame
 */
struct frame {
	uint32_t	version;
	uint32_t	kind;
	uint64_t	file;
	uint32_t	number;
	uint32_t	interval;
	int64_t		time;
	uint32_t	len;
	uint32_t	content;
	uint32_t	crc;
};

/* Compresses @content and appends the frame to @to. False if memory is short or it is too long. */
struct packer;
struct packer *packer_new(void);
void packer_free(struct packer *packer);
bool frame_pack(struct packer *packer, struct frame *frame, const struct bytes *content,
		struct bytes *to);

/* Is this a head? @data has HEAD_SIZE bytes. */
bool frame_head(const uint8_t *data, struct frame *frame);

/* The content of a frame of @frame->len bytes, of @frame->content. False if it is damaged. */
bool frame_unpack(const struct frame *frame, const uint8_t *data, uint8_t *content);

#endif /* _KVMLAT_RECORD_FRAME_H */
