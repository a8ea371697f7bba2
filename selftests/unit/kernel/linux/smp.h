/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_LINUX_SMP_H
#define _UNIT_LINUX_SMP_H

/* The CPU that everything runs on: a test moves by writing to it. */
extern unsigned int unit_cpu;

#define raw_smp_processor_id()	READ_ONCE(unit_cpu)

#endif /* _UNIT_LINUX_SMP_H */
