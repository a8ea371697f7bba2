/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FILE_H
#define _KVMLAT_FILE_H

#include <stddef.h>

/* The whole text, for free(); NULL with errno. One that has a NUL goes on behind it: @len tells. */
char *file_read(const char *path);
char *file_read_sized(const char *path, size_t *len);

/*
 * Through the file "@path.new" and a rename, so that no reader sees half of it. The caller holds a
 * lock: what is there of that name was left behind by one that was killed. -1 with errno.
 */
int file_replace(const char *path, const char *text);

#endif /* _KVMLAT_FILE_H */
