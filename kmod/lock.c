// SPDX-License-Identifier: GPL-2.0-only
#include "lock.h"

/* In a file below all its users, so that none of them needs another for it. */
DEFINE_MUTEX(kvmlat_mutex);
