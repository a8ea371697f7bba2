/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that computes on CPU 0 until it is stopped. */
#ifndef SELFTESTS_HOG_H
#define SELFTESTS_HOG_H

#include <stdbool.h>
#include <sys/types.h>

#define HOG_NAME "kvmlat-hog"

/* @idle: only when nobody else wants the CPU. Returns its pid, or -1 */
pid_t hog_start(bool idle);
/* Before the end of a VMM: it has our pipe to that, too, which would not end before it */
void hog_stop(pid_t *hog);

#endif
