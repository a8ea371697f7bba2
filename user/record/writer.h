/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes recordings: what Documentation/format.rst describes, from readings one after the other. */
#ifndef _KVMLAT_RECORD_WRITER_H
#define _KVMLAT_RECORD_WRITER_H

#include "encode.h"
#include "output.h"
#include "pending.h"

/* How many intervals come between full frames. */
#define FULL_EVERY	256

struct packer;

/**
 * struct writer - zero but for @max_size, @file.path, @file.max_files and @file.fd, which is -1
 * @max_size: a file that would be longer is followed by another
 * @longest: frame so far
 * @facts: records of the host, which each full frame has
 * @pending: what came since the last interval
 * @last: the reading that was written last, and what was @told of it
 */
struct writer {
	struct output_file	file;
	uint64_t		max_size;
	uint64_t		longest;
	struct bytes		facts;
	struct pending		pending;
	struct packer		*packer;
	uint64_t		id;
	uint32_t		number;
	uint32_t		interval;
	uint32_t		since_full;
	struct reading		last;
	struct told		told;
};

enum written {
	WRITTEN,
	NOT_WRITTEN,		/* the next interval has all of it */
	WRITE_FAILED,
};

/* Begins the file with @first, which is the writer's from then on. -1 with the reason. */
int writer_begin(struct writer *w, struct reading *first, const struct guests *g,
		 struct trouble *why);

/*
 * What happened up to @r, which is the writer's afterwards, whatever comes of it. If the disk is
 * full, or the like, that is NOT_WRITTEN with the reason.
 */
enum written writer_interval(struct writer *w, struct reading *r, const struct guests *g,
			     struct trouble *why);

/* Says that it ended as it should, if so. */
void writer_end(struct writer *w, bool as_it_should);

#endif /* _KVMLAT_RECORD_WRITER_H */
