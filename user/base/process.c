// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "process.h"

char process_state(pid_t pid)
{
	char path[32], *text, *name_ends, state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = file_read(path);
	/* The name before it can hold anything. */
	name_ends = text ? strrchr(text, ')') : NULL;
	if (name_ends && name_ends[1] == ' ')
		state = name_ends[2];
	free(text);
	return state;
}
