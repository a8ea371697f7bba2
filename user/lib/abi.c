// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes that kvmlat.h promises: a program that was built with an older header allocates these, or
 * walks arrays of them. A member that is new takes room from spare.
 */
#include "kvmlat.h"

_Static_assert(sizeof(struct kvmlat_error) == 432, "struct kvmlat_error is ABI");
_Static_assert(sizeof(struct kvmlat_filter) == 48, "struct kvmlat_filter is ABI");
_Static_assert(sizeof(struct kvmlat_probe) == 360, "struct kvmlat_probe is ABI");
_Static_assert(sizeof(struct kvmlat_info) == 224, "struct kvmlat_info is ABI");
_Static_assert(sizeof(struct kvmlat_bucket) == 16, "struct kvmlat_bucket is ABI");
_Static_assert(sizeof(struct kvmlat_reason) == 96, "struct kvmlat_reason is ABI");
_Static_assert(sizeof(struct kvmlat_halt) == 48, "struct kvmlat_halt is ABI");
_Static_assert(sizeof(struct kvmlat_preemptor) == 112, "struct kvmlat_preemptor is ABI");
_Static_assert(sizeof(struct kvmlat_detail) == 72, "struct kvmlat_detail is ABI");
_Static_assert(sizeof(struct kvmlat_account) == 480, "struct kvmlat_account is ABI");
_Static_assert(sizeof(struct kvmlat_vm) == 144, "struct kvmlat_vm is ABI");
_Static_assert(sizeof(struct kvmlat_vcpu) == 576, "struct kvmlat_vcpu is ABI");
_Static_assert(sizeof(struct kvmlat_guest) == 304, "struct kvmlat_guest is ABI");
_Static_assert(sizeof(struct kvmlat_level) == 16, "struct kvmlat_level is ABI");
_Static_assert(sizeof(struct kvmlat_knob_value) == 464, "struct kvmlat_knob_value is ABI");
_Static_assert(sizeof(struct kvmlat_knobs) == 40, "struct kvmlat_knobs is ABI");
_Static_assert(sizeof(struct kvmlat_knob_change) == 64, "struct kvmlat_knob_change is ABI");
_Static_assert(sizeof(struct kvmlat_watch) == 184, "struct kvmlat_watch is ABI");
_Static_assert(sizeof(struct kvmlat_culprit) == 88, "struct kvmlat_culprit is ABI");
_Static_assert(sizeof(struct kvmlat_part) == 144, "struct kvmlat_part is ABI");
_Static_assert(sizeof(struct kvmlat_waker) == 120, "struct kvmlat_waker is ABI");
_Static_assert(sizeof(struct kvmlat_outlier) == 448, "struct kvmlat_outlier is ABI");
