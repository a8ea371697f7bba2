// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "idle.h"

/* user, nice, system, idle, iowait, irq, softirq, steal: time of guests is in the first two. */
static bool read_now(const char *root, struct idle *now)
{
	uint64_t t[8] = { 0 };
	char path[512], *text;
	size_t i;
	int n = 0;

	snprintf(path, sizeof(path), "%s/proc/stat", root);
	text = file_read(path);
	if (text)
		n = sscanf(text, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64 " %" SCNu64 " %" SCNu64, &t[0], &t[1], &t[2], &t[3], &t[4],
			   &t[5], &t[6], &t[7]);
	free(text);
	*now = (struct idle){ .idle = t[3] + t[4] };
	for (i = 0; i < 8; i++)
		now->all += t[i];
	return n >= 4;
}

bool idle_share(const char *root, struct idle *before, uint64_t spare, double *share)
{
	double ticks = spare * (sysconf(_SC_CLK_TCK) / 1e9);
	struct idle now, old = *before;

	if (!read_now(root, &now))
		return false;
	*before = now;
	/* iowait may go back. */
	if (!old.all || now.all <= old.all || now.idle < old.idle)
		return false;
	*share = fmin(((now.idle - old.idle) + ticks) / (now.all - old.all), 1);
	return true;
}
