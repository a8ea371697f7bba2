/* SPDX-License-Identifier: GPL-2.0-only */
/* How the files of facts/ read. */
#ifndef _KVMLAT_FACTS_READ_H
#define _KVMLAT_FACTS_READ_H

#include "facts.h"

/* The begin of a file: no fact is longer, and nobody else decides how long it takes. */
#define FACT_SIZE	(16 * 1024)

/*
 * For free(), without controls but newlines, NULL with errno. All paths are below path_root().
 */
char *read_text(const char *path);

/* Of what users may have chosen: a question mark for each byte that is not printable ASCII. */
void clean_text(char *text);

/* One line of it, cut; false if it cannot be read. */
bool read_line(const char *path, char *line, size_t size);
bool read_number(const char *path, int64_t *number);

/* Is it a folder with something in it? One that is not mounted, or not for us to see, is none. */
bool has_folder(const char *path);

/* Whether @path can be told to be missing: @folder would have it. */
enum known absent_in(const char *folder);

/* Each entry of a folder whose name is a number. False if it cannot be read, or @each failed. */
bool each_number(const char *folder, bool (*each)(uint32_t number, void *user), void *user);

/* Room for one more at the end of an array. NULL if memory is short. */
void *add_room(void *array, size_t nr, size_t size);

/* Where memory is short it is as if nothing could be read. */
void read_files(struct facts *f);
void read_cpus(struct facts *f);
void read_irqs(struct facts *f);
void read_options(struct facts *f);
void read_watchers(struct facts *f);
void read_flaws(struct facts *f);
void read_smis(struct facts *f);
void read_vms(struct facts *f, const struct kvmlat_snapshot *snap, const struct guests *guests);

#endif /* _KVMLAT_FACTS_READ_H */
