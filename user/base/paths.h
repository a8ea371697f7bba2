/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PATHS_H
#define _KVMLAT_PATHS_H

#include <stdbool.h>

/*
 * Where files are. Each can be moved by an environment variable of the same name with KVMLAT_
 * before it, which kvmlat(1) lists.
 */
const char *path_run_dir(void);
const char *path_profiles(void);
const char *path_config(void);
const char *path_modprobe(void);
const char *path_root(void);

/* By such a variable? */
bool path_profiles_are_given(void);
bool path_config_is_given(void);

#endif /* _KVMLAT_PATHS_H */
