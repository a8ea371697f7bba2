/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a recording is written to, and those before it. */
#ifndef _KVMLAT_RECORD_OUTPUT_H
#define _KVMLAT_RECORD_OUTPUT_H

#include <sys/types.h>

#include "base/trouble.h"
#include "bytes.h"

/**
 * struct output_file - @path, and @path.1 for the one before it, up to @max_files of all
 * @size: up to where it is whole
 */
struct output_file {
	const char	*path;
	uint32_t	max_files;
	int		fd;
	off_t		size;
};

/*
 * Begins a new file, which only its owner can read. What was there of that name becomes @path.1.
 * -1 with the reason; then the file is as it was, and open if it was.
 */
int output_begin(struct output_file *f, struct trouble *why);

/*
 * Appends all or nothing, and waits until it would survive that the power fails. -1 with errno,
 * after which the file is as long as it was.
 */
int output_append(struct output_file *f, const struct bytes *data);
void output_end(struct output_file *f);

#endif /* _KVMLAT_RECORD_OUTPUT_H */
