/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks: kvmlat_mutex for all that reads accounts, takes VMs off the list, or has to do with
 * knobs; inside it the raw lock of the table of VMs for all that changes hashes and lists (probes
 * take only this one), or that of a vCPU.
 */
#ifndef KVMLAT_LOCK_H
#define KVMLAT_LOCK_H

#include <linux/mutex.h>

extern struct mutex kvmlat_mutex;

#endif
