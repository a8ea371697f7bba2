/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_CPU_LOG_H
#define UNIT_CPU_LOG_H

#include "ledger/part.h"

/* An array by CPU. */
extern struct kvmlat_cpu_log *unit_cpu_logs;

#endif
