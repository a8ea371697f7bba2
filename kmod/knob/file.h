/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's own file, by which one can look into the VM. All under kvmlat_mutex. */
#ifndef KVMLAT_KNOB_FILE_H
#define KVMLAT_KNOB_FILE_H

#include "vcpu.h"

struct file;

/*
 * Borrowed until kvmlat_file_put_all(), searched for once until then. May sleep. NULL with *why if
 * the VM cannot be reached.
 */
struct file *kvmlat_file_get(struct kvmlat_vm *vm, const char **why);
void kvmlat_file_put_all(void);

#endif
