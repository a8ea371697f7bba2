/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_BASE_PROCESS_H
#define _KVMLAT_BASE_PROCESS_H

#include <sys/types.h>

/* What it does, by its letter in /proc/PID/stat: 'R' could run, 'Z' has ended. 0: it is gone. */
char process_state(pid_t pid);

#endif /* _KVMLAT_BASE_PROCESS_H */
