// SPDX-License-Identifier: GPL-2.0-only
/*
 * An account is kernel memory that whoever may open /dev/kvm makes us take: up to 64 KiB for each
 * vCPU that ever ran, in no memory cgroup, since probes take it from what a worker has made ready.
 * So there is an end to it. All VMs of libvirt belong to one user, hence the large share of one.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/moduleparam.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "limit.h"

static unsigned int vcpus_max = 16384;
module_param(vcpus_max, uint, 0444);
MODULE_PARM_DESC(vcpus_max, "vCPUs of existing VMs that have an account; events of others are missed (default 16384)");

static unsigned int user_vcpus_max = 8192;
module_param(user_vcpus_max, uint, 0444);
MODULE_PARM_DESC(user_vcpus_max, "the same for the VMs of each user (default 8192)");

/* Users whose ids have the same hash share the limit: so counting costs no memory of theirs. */
#define USER_BITS	10

static u32 vcpus;
static u32 user_vcpus[1 << USER_BITS];
static atomic64_t refused;

u32 kvmlat_limit_user(void)
{
	return hash_32(from_kuid(&init_user_ns, current_uid()), USER_BITS);
}

bool kvmlat_limit_reached(u32 user)
{
	if (READ_ONCE(vcpus) < vcpus_max && READ_ONCE(user_vcpus[user]) < user_vcpus_max)
		return false;
	atomic64_inc(&refused);
	return true;
}

bool kvmlat_limit_take(u32 user)
{
	if (kvmlat_limit_reached(user))
		return false;
	WRITE_ONCE(vcpus, vcpus + 1);
	WRITE_ONCE(user_vcpus[user], user_vcpus[user] + 1);
	return true;
}

void kvmlat_limit_give(u32 user, u32 nr)
{
	WRITE_ONCE(vcpus, vcpus - nr);
	WRITE_ONCE(user_vcpus[user], user_vcpus[user] - nr);
}

void kvmlat_limit_read(struct kvmlat_limits *limits)
{
	*limits = (struct kvmlat_limits) {
		.vcpus_max = vcpus_max,
		.user_vcpus_max = user_vcpus_max,
		.refused = atomic64_read(&refused),
	};
}
