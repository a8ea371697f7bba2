/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_SUBJECT_H
#define _KVMLAT_TOP_SUBJECT_H

#include "model.h"

/* Make the subjects those of the last snapshot. -1 if memory is short. */
int subjects_sync_vms(struct model *m, const struct kvmlat_snapshot *snap);
int subjects_sync_vcpus(struct model *m, const struct kvmlat_snapshot *snap);
void subjects_free(struct subjects *list);

/* The row of a class and code; NULL if memory is short. @at is where to look first. */
struct rate *subject_rate(struct subject *e, uint32_t cls, uint32_t code, size_t *at);
const struct rate *subject_find_rate(const struct subject *e, uint32_t cls, uint32_t code);

#endif /* _KVMLAT_TOP_SUBJECT_H */
