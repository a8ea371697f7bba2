// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>

#include "clock.h"
#include "polls.h"
#include "reason.h"
#include "reserve.h"
#include "thread.h"
#include "vms.h"
#include "worker.h"

#define TABLE_BITS	12

static unsigned int gone_max = 64;
module_param(gone_max, uint, 0444);
MODULE_PARM_DESC(gone_max, "VMs that ended and are kept for reading; the oldest goes first (default 64)");

static LIST_HEAD(vms);

static DEFINE_RAW_SPINLOCK(table_lock);
static struct hlist_head vcpu_hash[1 << TABLE_BITS];
static struct hlist_head vm_hash[1 << TABLE_BITS];
static u32 generation = 1;
static u32 last_vm_id;
static u32 nr_vms, nr_gone, nr_vcpus;
static atomic64_t missed;
/* Not before all probes are attached: half of a vCPU's events would be a wrong account. */
static bool learning;

static void forget_oldest(void);
static struct kvmlat_job forget_job = KVMLAT_JOB(forget_oldest);

static void changed(void)
{
	u32 next = generation + 1;

	WRITE_ONCE(generation, next ?: 1);
}

u32 kvmlat_vms_generation(void)
{
	return READ_ONCE(generation);
}

static struct kvmlat_vm *find_vm(const struct kvm *kvm)
{
	struct kvmlat_vm *vm;

	lockdep_assert_held(&table_lock);
	hlist_for_each_entry(vm, &vm_hash[hash_ptr(kvm, TABLE_BITS)], hash) {
		if (vm->kvm == kvm)
			return vm;
	}
	return NULL;
}

/*
 * The VM has ended, nobody runs its vCPUs. They leave the hash and the CPUs' memory, so that a
 * vCPU that gets the same address later is a new one.
 */
static void end_vm(struct kvmlat_vm *vm)
{
	u64 now = kvmlat_clock_ordered();
	struct kvmlat_vcpu *vcpu;

	lockdep_assert_held(&table_lock);
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		hlist_del_rcu(&vcpu->hash);
		kvmlat_thread_end(vcpu, now);
	}
	hlist_del(&vm->hash);
	WRITE_ONCE(vm->gone, now);
	nr_vms--;
	nr_gone++;
	changed();
	if (nr_gone > gone_max)
		kvmlat_worker_ask(&forget_job);
}

static struct kvmlat_vm *learn_vm(struct kvm_vcpu *kvm_vcpu, u64 now)
{
	struct kvmlat_vm *vm = kvmlat_reserve_vm();

	if (!vm)
		return NULL;
	vm->kvm = kvm_vcpu->kvm;
	vm->id = ++last_vm_id;
	vm->pid = task_tgid_nr(current);
	vm->creator = kvm_vcpu->kvm->userspace_pid;
	/* Our own leader: it cannot be freed while we run. */
	strscpy(vm->comm, current->group_leader->comm, sizeof(vm->comm));
	vm->since = now;
	INIT_LIST_HEAD(&vm->vcpus);
	hlist_add_head(&vm->hash, &vm_hash[hash_ptr(vm->kvm, TABLE_BITS)]);
	list_add_tail_rcu(&vm->node, &vms);
	nr_vms++;
	return vm;
}

static struct kvmlat_vcpu *learn(struct kvm_vcpu *kvm_vcpu, u32 state)
{
	struct kvmlat_vm *vm = find_vm(kvm_vcpu->kvm);
	struct kvmlat_vcpu *vcpu = NULL;
	struct kvmlat_polls polls;
	struct kvmlat_job *job;
	u64 now;

	lockdep_assert_held(&table_lock);
	kvmlat_clock_settle();
	now = kvmlat_clock();
	/* An address that is used again without a notice that its VM had ended. */
	if (vm && vm->creator != kvm_vcpu->kvm->userspace_pid) {
		end_vm(vm);
		vm = NULL;
	}
	if (!vm)
		vm = learn_vm(kvm_vcpu, now);
	if (vm)
		vcpu = kvmlat_reserve_vcpu();
	if (!vcpu)
		return NULL;
	kvmlat_polls_read(kvm_vcpu, &polls);
	kvmlat_ledger_init(&vcpu->ledger, now, state, kvmlat_reason_mask, &polls);
	raw_spin_lock_init(&vcpu->lock);
	vcpu->vm = vm;
	vcpu->kvm_vcpu = kvm_vcpu;
	vcpu->vcpu_id = kvm_vcpu->vcpu_id;
	vcpu->index = vm->nr_vcpus;
	hlist_add_head_rcu(&vcpu->hash, &vcpu_hash[hash_ptr(kvm_vcpu, TABLE_BITS)]);
	list_add_tail_rcu(&vcpu->node, &vm->vcpus);
	WRITE_ONCE(vm->nr_vcpus, vm->nr_vcpus + 1);
	nr_vcpus++;
	changed();
	job = READ_ONCE(vm->joined);
	if (job)
		kvmlat_worker_ask(job);
	return vcpu;
}

static struct kvmlat_vcpu *find_or_learn(struct kvm_vcpu *kvm_vcpu, u32 state)
{
	struct kvmlat_vcpu *vcpu;
	unsigned long flags;

	hlist_for_each_entry_rcu(vcpu, &vcpu_hash[hash_ptr(kvm_vcpu, TABLE_BITS)], hash) {
		if (vcpu->kvm_vcpu != kvm_vcpu)
			continue;
		if (vcpu->vm->kvm == kvm_vcpu->kvm && vcpu->vcpu_id == kvm_vcpu->vcpu_id &&
		    vcpu->vm->creator == kvm_vcpu->kvm->userspace_pid)
			return vcpu;
		raw_spin_lock_irqsave(&table_lock, flags);
		if (!vcpu->vm->gone)
			end_vm(vcpu->vm);
		raw_spin_unlock_irqrestore(&table_lock, flags);
		break;
	}
	raw_spin_lock_irqsave(&table_lock, flags);
	vcpu = learn(kvm_vcpu, state);
	raw_spin_unlock_irqrestore(&table_lock, flags);
	return vcpu;
}

/**
 * kvmlat_vcpu_find() - the account of a vCPU that has an event, whatever went before
 * @kvm_vcpu: KVM's vCPU, loaded on this CPU by the current thread; preemption is off
 * @state: what the vCPU did until now, should it be new
 */
struct kvmlat_vcpu *kvmlat_vcpu_find(struct kvm_vcpu *kvm_vcpu, u32 state)
{
	struct kvmlat_vcpu *vcpu = kvmlat_thread_vcpu();

	/* With details every event comes here: the thread has taken it, and there is no note. */
	if (vcpu && vcpu->kvm_vcpu == kvm_vcpu && vcpu->ledger.detail &&
	    !READ_ONCE(vcpu->ledger.reset_at))
		return vcpu;
	if (!vcpu || vcpu->kvm_vcpu != kvm_vcpu) {
		if (!READ_ONCE(learning))
			return NULL;
		vcpu = find_or_learn(kvm_vcpu, state);
	}
	if (!vcpu) {
		atomic64_inc(&missed);
		return NULL;
	}
	kvmlat_thread_take(vcpu);
	return vcpu;
}

/** kvmlat_vms_learning() - whether events of vCPUs that are not known make them known */
void kvmlat_vms_learning(bool on)
{
	WRITE_ONCE(learning, on);
}

/**
 * kvmlat_vms_end() - KVM destroys a VM
 * @kvm: the VM; all its file descriptors are closed
 */
void kvmlat_vms_end(const struct kvm *kvm)
{
	struct kvmlat_vm *vm;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	vm = find_vm(kvm);
	if (vm)
		end_vm(vm);
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

/* KVM is being unloaded, so there can be no VM. */
void kvmlat_vms_end_all(void)
{
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	raw_spin_lock_irq(&table_lock);
	list_for_each_entry(vm, &vms, node) {
		if (!vm->gone)
			end_vm(vm);
	}
	raw_spin_unlock_irq(&table_lock);
	mutex_unlock(&kvmlat_mutex);
}

static bool process_lives(u32 pid)
{
	bool lives;

	rcu_read_lock();
	lives = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	rcu_read_unlock();
	return lives;
}

/**
 * kvmlat_vms_sweep() - end the VMs that can never run again, without a notice of their end
 *
 * KVM lets in only threads of the process that made the VM, so without them nobody has a vCPU
 * loaded.
 */
void kvmlat_vms_sweep(void)
{
	struct kvmlat_vm *vm;

	mutex_lock(&kvmlat_mutex);
	list_for_each_entry(vm, &vms, node) {
		if (READ_ONCE(vm->gone) || process_lives(vm->pid))
			continue;
		raw_spin_lock_irq(&table_lock);
		if (!vm->gone)
			end_vm(vm);
		raw_spin_unlock_irq(&table_lock);
	}
	mutex_unlock(&kvmlat_mutex);
}

/* Takes a VM that ended off the list; free_vms() frees it. */
static void unlist_vm(struct kvmlat_vm *vm, struct hlist_head *dead)
{
	lockdep_assert_held(&kvmlat_mutex);
	raw_spin_lock_irq(&table_lock);
	list_del_rcu(&vm->node);
	nr_gone--;
	nr_vcpus -= vm->nr_vcpus;
	changed();
	raw_spin_unlock_irq(&table_lock);
	/* A probe may still stand on node.next; hash is free since the VM ended. */
	hlist_add_head(&vm->hash, dead);
}

static void free_vcpu(struct kvmlat_vcpu *vcpu)
{
	kvfree(vcpu->ledger.detail);
	kvmlat_reserve_free_vcpu(vcpu);
}

static void free_vms(struct hlist_head *dead)
{
	struct kvmlat_vcpu *vcpu, *next_vcpu;
	struct hlist_node *next;
	struct kvmlat_vm *vm;

	if (hlist_empty(dead))
		return;
	synchronize_rcu();
	hlist_for_each_entry_safe(vm, next, dead, hash) {
		list_for_each_entry_safe(vcpu, next_vcpu, &vm->vcpus, node)
			free_vcpu(vcpu);
		kvmlat_reserve_free_vm(vm);
	}
}

/* Of the VMs that ended, as many as are too many. */
static void forget_oldest(void)
{
	HLIST_HEAD(dead);
	struct kvmlat_vm *vm, *next;

	mutex_lock(&kvmlat_mutex);
	while (READ_ONCE(nr_gone) > gone_max) {
		struct kvmlat_vm *oldest = NULL;

		list_for_each_entry_safe(vm, next, &vms, node) {
			if (vm->gone && (!oldest || vm->gone < oldest->gone))
				oldest = vm;
		}
		unlist_vm(oldest, &dead);
	}
	free_vms(&dead);
	mutex_unlock(&kvmlat_mutex);
}

static bool is_meant(const struct kvmlat_vm *vm, u32 vm_id, u32 pid)
{
	return (!vm_id || vm->id == vm_id) && (!pid || vm->pid == pid);
}

struct kvmlat_vm *kvmlat_vms_next(struct kvmlat_vm *vm, u32 vm_id, u32 pid)
{
	struct kvmlat_vm *next;

	lockdep_assert_held(&kvmlat_mutex);
	next = vm ? list_next_entry(vm, node) : list_first_entry(&vms, struct kvmlat_vm, node);
	list_for_each_entry_from(next, &vms, node) {
		if (is_meant(next, vm_id, pid))
			return next;
	}
	return NULL;
}

const char *kvmlat_vms_none(bool existing)
{
	static const char *const none[] = {
		"there is no such VM, or none of its vCPUs ran since the module was loaded",
		"there is no such VM, or it ended, or none of its vCPUs ran since the module was loaded",
	};

	return none[existing];
}

const char kvmlat_vms_no_vcpu[] =
	"there is no such vCPU, or it did not run since the module was loaded";

struct kvmlat_vm *kvmlat_vms_find(u32 vm_id, u32 pid, bool existing, const char **why)
{
	struct kvmlat_vm *vm, *found = NULL;

	kvmlat_vms_for_each(vm, vm_id, pid) {
		if (existing && READ_ONCE(vm->gone))
			continue;
		if (found) {
			*why = "more than one VM is meant, name it by its id";
			return ERR_PTR(-EINVAL);
		}
		found = vm;
	}
	if (found)
		return found;
	*why = kvmlat_vms_none(existing);
	return ERR_PTR(-ENOENT);
}

struct kvmlat_vcpu *kvmlat_vms_vcpu(const struct kvmlat_vm *vm, u32 vcpu_id)
{
	struct kvmlat_vcpu *vcpu;

	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (vcpu->vcpu_id == vcpu_id)
			return vcpu;
	}
	return NULL;
}

void kvmlat_vms_count(struct kvmlat_counts *counts)
{
	struct kvmlat_vcpu *vcpu;
	struct kvmlat_vm *vm;

	lockdep_assert_held(&kvmlat_mutex);
	*counts = (struct kvmlat_counts) {
		.vms = READ_ONCE(nr_vms),
		.vms_gone = READ_ONCE(nr_gone),
		.vcpus = READ_ONCE(nr_vcpus),
		.gone_max = gone_max,
		.missed = atomic64_read(&missed),
	};
	list_for_each_entry(vm, &vms, node) {
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			counts->spilled += READ_ONCE(vcpu->ledger.spilled);
			counts->memory_max = max(counts->memory_max,
						 kvmlat_ledger_memory(&vcpu->ledger));
		}
	}
}

u64 kvmlat_vms_memory(const struct kvmlat_vm *vm)
{
	const struct kvmlat_vcpu *vcpu;
	u64 bytes = sizeof(*vm);

	lockdep_assert_held(&kvmlat_mutex);
	list_for_each_entry(vcpu, &vm->vcpus, node)
		bytes += kvmlat_ledger_memory(&vcpu->ledger);
	return bytes;
}

static void reset_vcpu(struct kvmlat_vcpu *vcpu, u64 now)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vcpu->lock, flags);
	if (!vcpu->ledger.ended)
		kvmlat_ledger_reset(&vcpu->ledger, now);
	raw_spin_unlock_irqrestore(&vcpu->lock, flags);
	kvmlat_thread_note(vcpu);
}

/**
 * kvmlat_vms_reset() - start accounts anew, forget VMs that ended
 * @vm_id: only this VM, 0 for any
 * @pid: only VMs of this process, 0 for any
 *
 * Return: number of VMs that were meant.
 */
u32 kvmlat_vms_reset(u32 vm_id, u32 pid)
{
	struct kvmlat_vm *vm, *next;
	struct kvmlat_vcpu *vcpu;
	HLIST_HEAD(dead);
	u64 now = kvmlat_clock_ordered();
	u32 met = 0;

	mutex_lock(&kvmlat_mutex);
	list_for_each_entry_safe(vm, next, &vms, node) {
		if (!is_meant(vm, vm_id, pid))
			continue;
		met++;
		if (READ_ONCE(vm->gone)) {
			unlist_vm(vm, &dead);
			continue;
		}
		list_for_each_entry(vcpu, &vm->vcpus, node)
			reset_vcpu(vcpu, now);
	}
	raw_spin_lock_irq(&table_lock);
	changed();
	raw_spin_unlock_irq(&table_lock);
	free_vms(&dead);
	mutex_unlock(&kvmlat_mutex);
	return met;
}

void kvmlat_vms_init(void)
{
	kvmlat_worker_register(&forget_job);
}

/* No probe runs any more. */
void kvmlat_vms_exit(void)
{
	struct kvmlat_vm *vm, *next;
	HLIST_HEAD(dead);

	kvmlat_vms_end_all();
	kvmlat_worker_drain();
	mutex_lock(&kvmlat_mutex);
	list_for_each_entry_safe(vm, next, &vms, node)
		unlist_vm(vm, &dead);
	free_vms(&dead);
	mutex_unlock(&kvmlat_mutex);
}
