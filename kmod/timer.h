/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMLAT_TIMER_H
#define KVMLAT_TIMER_H

#include <linux/types.h>

/* Of the tracepoint kvm_wait_lapic_expire. */
void kvmlat_timer_probe(void *data, unsigned int vcpu_id, s64 ticks);

#endif
