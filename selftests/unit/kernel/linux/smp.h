/* SPDX-License-Identifier: GPL-2.0-only */
#define raw_smp_processor_id()	7
