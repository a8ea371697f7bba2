// SPDX-License-Identifier: GPL-2.0-only
#include "lock.h"

/*
 * It is in a file below all its users, so that none of them needs another for it: who holds it
 * may be a dump, a request to change a knob, a worker's job or the end of a VM.
 */
struct mutex kvmlat_mutex = __MUTEX_INITIALIZER(kvmlat_mutex);
