/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel itself says: parameters of modules, and KVM's counters. 0 or an errno. */
#ifndef SELFTESTS_SYSFS_H
#define SELFTESTS_SYSFS_H

#include <stdint.h>
#include <sys/types.h>

int sysfs_param(const char *module, const char *name, uint64_t *value);
int sysfs_set_param(const char *module, const char *name, uint64_t value);

/* A counter of the one VM of a process, the sum of its vCPUs', in debugfs */
int debugfs_kvm(pid_t pid, const char *name, uint64_t *value);

#endif
