/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many times wider what a test allows a cost to be off. The checks of a sanitizer kernel stand
 * between two stamps, the module's as well as KVM's and perf's: up to 6 % were seen where 1 % is
 * allowed on others.
 */
#ifndef SELFTESTS_SLACK_H
#define SELFTESTS_SLACK_H

#include <stdlib.h>
#include <string.h>

static inline unsigned int slack(void)
{
	const char *kernel = getenv("LAB_KERNEL");

	return kernel && !strncmp(kernel, "sanitizer", strlen("sanitizer")) ? 8 : 1;
}

#endif
