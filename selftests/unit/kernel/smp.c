// SPDX-License-Identifier: GPL-2.0-only
#include <linux/smp.h>

unsigned int unit_cpu = 7;
