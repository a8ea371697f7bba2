/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of a vCPU that are in no table, in the order in which a recording has them. */
#ifndef _KVMLAT_RECORD_SCALARS_H
#define _KVMLAT_RECORD_SCALARS_H

#include "bytes.h"
#include "lib/kvmlat.h"

/* Each with its place in struct kvmlat_vcpu; those at the same index are the same. */
#define NR_FACTS	16
#define NR_SUMS		22

/* What a vCPU is like: @now is the clock that times are counted back from. */
void put_facts(struct bytes *b, const struct kvmlat_vcpu *v, uint64_t now);
void get_facts(struct input *in, struct kvmlat_vcpu *v, uint64_t now);
bool same_facts(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y);

/* What adds up: how much since @older, whose sums get_sums expects in @v. */
void put_sums(struct bytes *b, const struct kvmlat_vcpu *v, const struct kvmlat_vcpu *older);
void get_sums(struct input *in, struct kvmlat_vcpu *v);
bool same_sums(const struct kvmlat_vcpu *x, const struct kvmlat_vcpu *y);
void clear_sums(struct kvmlat_vcpu *v);

/* As libkvmlat does it: a vCPU that nothing happened to was all the time in its state. */
void go_on(struct kvmlat_vcpu *v, uint64_t now);

#endif /* _KVMLAT_RECORD_SCALARS_H */
