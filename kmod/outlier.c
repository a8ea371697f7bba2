// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "cause.h"
#include "outlier.h"
#include "thread.h"
#include "vm-table.h"
#include "vms.h"
#include "worker.h"

struct watcher {
	u32 port;			/* 0: none */
	struct kvmlat_watch watch;
	u64 dropped;
};

/* Ports are also looked at without the mutex. */
static struct watcher watchers[KVMLAT_WATCHERS_MAX];
static u32 nr_watchers;

static void arm_joined(void);

static struct kvmlat_job join_job = KVMLAT_JOB(arm_joined);

int kvmlat_outlier_watcher(u32 port)
{
	u32 w;

	for (w = 0; w < KVMLAT_WATCHERS_MAX; w++) {
		if (READ_ONCE(watchers[w].port) == port)
			return w;
	}
	return -ENOENT;
}

bool kvmlat_outlier_is_port(u32 port)
{
	return port && kvmlat_outlier_watcher(port) >= 0;
}

static const u64 *thresholds_of(const struct watcher *watcher, const struct kvmlat_vcpu *vcpu)
{
	const struct kvmlat_watch *watch = &watcher->watch;

	if (!watcher->port || !kvmlat_vm_is_meant(vcpu->vm, watch->vm_id, watch->pid) ||
	    (watch->has_vcpu_id && watch->vcpu_id != vcpu->vcpu_id))
		return NULL;
	return watch->threshold;
}

static bool is_watched(const struct kvmlat_vcpu *vcpu)
{
	u32 w;

	for (w = 0; w < KVMLAT_WATCHERS_MAX; w++) {
		if (thresholds_of(&watchers[w], vcpu))
			return true;
	}
	return false;
}

/* What all watchers want of a vCPU. Its next event finds a note that there are new thresholds. */
static int arm(struct kvmlat_vcpu *vcpu)
{
	struct kvmlat_ledger *l = &vcpu->ledger;
	struct kvmlat_outliers *o = vcpu->outliers;
	bool watched = is_watched(vcpu);
	unsigned long flags;
	u32 w;

	if (!watched && !o)
		return 0;
	if (!o) {
		o = kvzalloc(sizeof(*o), GFP_KERNEL | __GFP_NOWARN);
		if (!o)
			return -ENOMEM;
		kvmlat_outliers_init(o);
	}
	raw_spin_lock_irqsave(&vcpu->lock, flags);
	for (w = 0; w < KVMLAT_WATCHERS_MAX; w++)
		kvmlat_outliers_watch(o, w, thresholds_of(&watchers[w], vcpu));
	if (!l->ended) {
		WRITE_ONCE(l->outliers, watched ? o : NULL);
		/* A reset that is noted does it, too. */
		cmpxchg(&l->reset_at, 0, KVMLAT_RESET_NONE);
	}
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
	vcpu->outliers = o;
	kvmlat_thread_note(vcpu);
	return 0;
}

/* Those that exist; one that runs out of memory leaves the others armed. */
static int arm_all(void)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;
	int err = 0;

	kvmlat_vms_for_each(vm, 0, 0) {
		if (READ_ONCE(vm->gone))
			continue;
		list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex))
			err = arm(vcpu) ?: err;
	}
	return err;
}

/* For vCPUs that joined since. Without memory the next one, or the next request, tries again. */
static void arm_joined(void)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	kvmlat_vms_for_each(vm, 0, 0) {
		if (READ_ONCE(vm->gone))
			continue;
		list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
			if (!vcpu->outliers)
				arm(vcpu);
		}
	}
	mutex_unlock(&kvmlat_mutex);
}

void kvmlat_outlier_joins(void)
{
	/* The vCPU is in the list before this is read; pairs with kvmlat_outlier_watch(). */
	smp_mb();
	if (READ_ONCE(nr_watchers))
		kvmlat_worker_ask(&join_job);
}

/* Rings that nobody watches any more. */
static void free_unwatched(void)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	/* Also for those that stay: nobody still makes a record by the thresholds of before. */
	synchronize_rcu();
	kvmlat_vms_for_each(vm, 0, 0) {
		list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
			if (!vcpu->outliers || is_watched(vcpu))
				continue;
			kvfree(vcpu->outliers);
			vcpu->outliers = NULL;
		}
	}
}

/* Records from before it came are not for a watcher, whoever had its number. */
static void skip_old(u32 watcher)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	kvmlat_vms_for_each(vm, 0, 0) {
		list_for_each_entry_rcu(vcpu, &vm->vcpus, node, lockdep_is_held(&kvmlat_mutex)) {
			if (vcpu->outliers)
				kvmlat_outliers_skip(vcpu->outliers, watcher);
		}
	}
}

int kvmlat_outlier_watch(u32 port, const struct kvmlat_watch *watch)
{
	int w = kvmlat_outlier_watcher(port), err;
	bool is_new = w < 0;

	lockdep_assert_held(&kvmlat_mutex);
	if (is_new)
		w = kvmlat_outlier_watcher(0);
	if (w < 0)
		return -EBUSY;
	if (is_new) {
		skip_old(w);
		watchers[w].dropped = 0;
		WRITE_ONCE(nr_watchers, nr_watchers + 1);
	}
	watchers[w].watch = *watch;
	WRITE_ONCE(watchers[w].port, port);
	/* Before the lists of vCPUs are read. */
	smp_mb();
	err = arm_all();
	if (err)
		kvmlat_outlier_unwatch(port);
	else if (!is_new)
		free_unwatched();
	else
		kvmlat_cause_on();
	return err;
}

void kvmlat_outlier_unwatch(u32 port)
{
	int w = kvmlat_outlier_watcher(port);

	lockdep_assert_held(&kvmlat_mutex);
	if (!port || w < 0)
		return;
	WRITE_ONCE(watchers[w].port, 0);
	WRITE_ONCE(nr_watchers, nr_watchers - 1);
	/* Takes no memory: whom nobody watches gets none. */
	arm_all();
	free_unwatched();
	if (!nr_watchers)
		kvmlat_cause_off();
}

u64 kvmlat_outlier_threshold(u32 watcher, u32 kind)
{
	return watchers[watcher].watch.threshold[kind];
}

bool kvmlat_outlier_read(struct kvmlat_vcpu *vcpu, u32 watcher, struct kvmlat_outliers_news *news)
{
	struct kvmlat_outliers *o = vcpu->outliers;

	lockdep_assert_held(&kvmlat_mutex);
	/* If its writer does not pause, it is told of by the next dump. */
	if (!o || !kvmlat_outliers_untold(o, watcher) ||
	    !kvmlat_outliers_take(&vcpu->ledger, o, watcher, news))
		return false;
	watchers[watcher].dropped += news->dropped;
	return true;
}

u64 kvmlat_outlier_dropped(u32 watcher)
{
	return watchers[watcher].dropped;
}

void kvmlat_outlier_forget(struct kvmlat_vcpu *vcpu)
{
	u32 w;

	for (w = 0; w < KVMLAT_WATCHERS_MAX; w++) {
		if (vcpu->outliers)
			watchers[w].dropped += kvmlat_outliers_untold(vcpu->outliers, w);
	}
	kvfree(vcpu->outliers);
	vcpu->outliers = NULL;
}

void kvmlat_outlier_init(void)
{
	kvmlat_worker_register(&join_job);
}

void kvmlat_outlier_stop(void)
{
	mutex_lock(&kvmlat_mutex);
	kvmlat_cause_off();
	mutex_unlock(&kvmlat_mutex);
}
