/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's record: what happened to it. */
#ifndef _KVMLAT_RECORD_VCPU_H
#define _KVMLAT_RECORD_VCPU_H

#include "labels.h"
#include "parts.h"
#include "rows.h"

/* What was told of a vCPU. */
#define TOLD_VCPU	1
#define TOLD_PREEMPTORS	2

/*
 * Returns what was told of it that was new. Of its last frame, which may be lost, that was @again;
 * details are there as they were and as they are.
 */
uint8_t put_vcpu(struct bytes *to, const struct kvmlat_vcpu *v, const struct kvmlat_vcpu *was,
		 uint8_t again, const char *thread, uint64_t now);

/** struct vcpu_read - what a record is read to; @older only after frames that were missed */
struct vcpu_read {
	struct kvmlat_vcpu	newer;
	struct kvmlat_vcpu	older;
	bool			has_older;
	char			thread[THREAD_SIZE];
};

/*
 * @was is what is known of it, NULL for nothing. -1 if memory is short, and then only @to->older
 * is to be freed, if there is one. If the record is bad, @part->in is, and nothing is in @to.
 */
int read_vcpu(struct rows *rows, struct part *part, const struct when *when,
	      const struct kvmlat_vcpu *was, bool missed, struct vcpu_read *to);

#endif /* _KVMLAT_RECORD_VCPU_H */
