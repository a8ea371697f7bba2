// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "namespaces.h"
#include "paths.h"

/* PROC_PID_INIT_INO of the kernel, which no other PID namespace has. */
#define FIRST_PID_NAMESPACE	0xEFFFFFFC

bool pids_are_ours(void)
{
	static int ours = -1;
	char path[512];
	struct stat st;

	if (ours < 0) {
		snprintf(path, sizeof(path), "%s/proc/self/ns/pid", path_root());
		ours = stat(path, &st) || st.st_ino == FIRST_PID_NAMESPACE;
	}
	return ours;
}

/* Modules are the same in all namespaces. One that comes or goes just now answers nowhere. */
bool module_is_hidden(void)
{
	char path[512], *state;
	bool live;

	snprintf(path, sizeof(path), "%s/sys/module/kvmlat/initstate", path_root());
	state = file_read(path);
	live = state && !strcmp(state, "live\n");
	free(state);
	return live;
}
