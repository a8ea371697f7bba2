/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_FILE_H
#define _KVMLAT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The whole text, for free(); NULL with errno. One that has a NUL goes on behind it: @len tells. */
char *file_read(const char *path);
char *file_read_sized(const char *path, size_t *len);

/* To read, without waiting for anybody; NULL with errno. */
FILE *file_open(const char *path);

#define FILE_OF_ALL	UINT32_MAX

/*
 * Can somebody change it who is neither root nor this process's user, nor the owner of kvmlat's own
 * file, who could change that? *uid is he, or FILE_OF_ALL.
 */
bool file_is_anothers(const char *path, uint32_t *uid);

/*
 * Through the file "@path.new" and a rename, so that no reader sees half of it. The caller holds a
 * lock: what is there of that name was left behind by one that was killed. -1 with errno.
 */
int file_replace(const char *path, const char *text);

#endif /* _KVMLAT_FILE_H */
