// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

#include "clock.h"
#include "end.h"
#include "limit.h"
#include "outlier.h"
#include "polls.h"
#include "reason.h"
#include "reserve.h"
#include "thread.h"
#include "vm-table.h"
#include "vms.h"

static struct kvmlat_vm_table *const table = &kvmlat_vm_table;
static atomic64_t missed;
/* Not before all probes are attached: half of a vCPU's events would be a wrong account. */
static bool learning;

u32 kvmlat_vms_generation(void)
{
	return READ_ONCE(table->generation);
}

static struct kvmlat_vm *learn_vm(struct kvm_vcpu *kvm_vcpu, u64 now, u32 user)
{
	struct kvmlat_vm *vm = kvmlat_reserve_vm();

	if (!vm)
		return NULL;
	vm->kvm = kvm_vcpu->kvm;
	vm->id = ++table->last_vm_id;
	vm->pid = task_tgid_nr(current);
	vm->creator = kvm_vcpu->kvm->userspace_pid;
	/* Our own leader: it cannot be freed while we run. */
	strscpy(vm->comm, current->group_leader->comm, sizeof(vm->comm));
	vm->since = now;
	vm->user = user;
	INIT_LIST_HEAD(&vm->vcpus);
	hlist_add_head(&vm->hash, kvmlat_vm_table_vm(vm->kvm));
	list_add_tail_rcu(&vm->node, &table->vms);
	table->nr_vms++;
	return vm;
}

static struct kvmlat_vcpu *learn(struct kvm_vcpu *kvm_vcpu, u32 state)
{
	struct kvmlat_vm *vm = kvmlat_vm_table_find(kvm_vcpu->kvm);
	struct kvmlat_vcpu *vcpu = NULL;
	struct kvmlat_polls polls;
	u32 user;
	u64 now;

	lockdep_assert_held(&table->lock);
	kvmlat_clock_settle();
	now = kvmlat_clock();
	/* An address that is used again without a notice that its VM had ended. */
	if (vm && vm->creator != kvm_vcpu->kvm->userspace_pid) {
		kvmlat_end_later(vm);
		vm = NULL;
	}
	user = vm ? vm->user : kvmlat_limit_user();
	if (!kvmlat_limit_take(user))
		return NULL;
	if (!vm)
		vm = learn_vm(kvm_vcpu, now, user);
	if (vm)
		vcpu = kvmlat_reserve_vcpu();
	if (!vcpu) {
		kvmlat_limit_give(user, 1);
		return NULL;
	}
	polls = kvmlat_polls_of(kvm_vcpu);
	kvmlat_ledger_init(&vcpu->ledger, now, state, kvmlat_reason_mask, &polls);
	raw_spin_lock_init(&vcpu->lock);
	vcpu->vm = vm;
	vcpu->kvm_vcpu = kvm_vcpu;
	vcpu->vcpu_id = kvm_vcpu->vcpu_id;
	vcpu->index = vm->nr_vcpus;
	hlist_add_head_rcu(&vcpu->hash, kvmlat_vm_table_vcpu(kvm_vcpu));
	list_add_tail_rcu(&vcpu->node, &vm->vcpus);
	WRITE_ONCE(vm->nr_vcpus, vm->nr_vcpus + 1);
	table->nr_vcpus++;
	kvmlat_vm_table_changed();
	kvmlat_vm_table_tell(vm);
	kvmlat_outlier_joins();
	return vcpu;
}

static struct kvmlat_vcpu *find_or_learn(struct kvm_vcpu *kvm_vcpu, u32 state)
{
	struct kvmlat_vcpu *vcpu;
	unsigned long flags;

	hlist_for_each_entry_rcu(vcpu, kvmlat_vm_table_vcpu(kvm_vcpu), hash) {
		if (vcpu->kvm_vcpu != kvm_vcpu || READ_ONCE(vcpu->vm->ending))
			continue;
		if (vcpu->vm->kvm == kvm_vcpu->kvm && vcpu->vcpu_id == kvm_vcpu->vcpu_id &&
		    vcpu->vm->creator == kvm_vcpu->kvm->userspace_pid)
			return vcpu;
		raw_spin_lock_irqsave(&table->lock, flags);
		if (!vcpu->vm->ending)
			kvmlat_end_later(vcpu->vm);
		raw_spin_unlock_irqrestore(&table->lock, flags);
		break;
	}
	/* Before the lock, which is everybody's. */
	if (kvmlat_limit_reached(kvmlat_limit_user()))
		return NULL;
	raw_spin_lock_irqsave(&table->lock, flags);
	vcpu = learn(kvm_vcpu, state);
	raw_spin_unlock_irqrestore(&table->lock, flags);
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

struct kvmlat_vm *kvmlat_vms_next(struct kvmlat_vm *vm, u32 vm_id, u32 pid)
{
	struct kvmlat_vm *next;

	lockdep_assert_held(&kvmlat_mutex);
	next = vm ? list_next_entry(vm, node) :
		    list_first_entry(&table->vms, struct kvmlat_vm, node);
	list_for_each_entry_from(next, &table->vms, node) {
		if (kvmlat_vm_is_meant(next, vm_id, pid))
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
		if (existing && READ_ONCE(vm->ending))
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

struct kvmlat_vcpu *kvmlat_vms_by_address(const struct kvm_vcpu *kvm_vcpu)
{
	struct kvmlat_vcpu *vcpu;

	hlist_for_each_entry_rcu(vcpu, kvmlat_vm_table_vcpu(kvm_vcpu), hash,
				 lockdep_is_held(&kvmlat_mutex)) {
		if (vcpu->kvm_vcpu == kvm_vcpu && !READ_ONCE(vcpu->vm->ending))
			return vcpu;
	}
	return NULL;
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
		.vms = READ_ONCE(table->nr_vms),
		.vcpus = READ_ONCE(table->nr_vcpus),
		.missed = atomic64_read(&missed),
	};
	kvmlat_end_count(counts);
	list_for_each_entry(vm, &table->vms, node) {
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
	list_for_each_entry_safe(vm, next, &table->vms, node) {
		if (!kvmlat_vm_is_meant(vm, vm_id, pid))
			continue;
		met++;
		if (READ_ONCE(vm->gone)) {
			kvmlat_end_unlist(vm, &dead);
			continue;
		}
		list_for_each_entry(vcpu, &vm->vcpus, node)
			reset_vcpu(vcpu, now);
	}
	raw_spin_lock_irq(&table->lock);
	kvmlat_vm_table_changed();
	raw_spin_unlock_irq(&table->lock);
	kvmlat_end_free(&dead);
	mutex_unlock(&kvmlat_mutex);
	return met;
}
