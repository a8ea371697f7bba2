// SPDX-License-Identifier: GPL-2.0-only
#include "vm-table.h"
#include "worker.h"

struct kvmlat_vm_table kvmlat_vm_table = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(kvmlat_vm_table.lock),
	.vms = LIST_HEAD_INIT(kvmlat_vm_table.vms),
	.gone = LIST_HEAD_INIT(kvmlat_vm_table.gone),
	.generation = 1,
};

struct kvmlat_vm *kvmlat_vm_table_find(const struct kvm *kvm)
{
	struct kvmlat_vm *vm;

	lockdep_assert_held(&kvmlat_vm_table.lock);
	hlist_for_each_entry(vm, kvmlat_vm_table_vm(kvm), hash) {
		if (vm->kvm == kvm)
			return vm;
	}
	return NULL;
}

void kvmlat_vm_table_tell(const struct kvmlat_vm *vm)
{
	struct kvmlat_job *collector;

	/* With kvmlat_collect_on(), which names itself before it looks. */
	smp_mb();
	collector = READ_ONCE(vm->collector);
	if (collector)
		kvmlat_worker_ask(collector);
}
