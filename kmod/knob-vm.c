// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halt polling of single VMs and vCPUs.
 *
 * The module holds no reference to a VM. To look into one outside the probes of its vCPUs it
 * borrows the VM's own file: it is searched for among the open files of the VM's process, and
 * while we have a reference to the file KVM keeps the VM and its vCPUs, and the vendor module
 * stays. If the VMM closes it meanwhile, our fput() ends the VM as its close() would have.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kvm_host.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "knob.h"
#include "knob-vm.h"
#include "vcpu.h"

struct search {
	const struct kvm *kvm;
	struct file *file;
};

/* Under the lock of the table of open files, so the file is not being closed. */
static int is_vm_file(const void *data, struct file *file, unsigned int fd)
{
	struct search *search = (struct search *)data;

	if (file->private_data != search->kvm ||
	    file_inode(file)->i_sb->s_magic != ANON_INODE_FS_MAGIC ||
	    strcmp(file->f_path.dentry->d_name.name, "kvm-vm"))
		return 0;
	search->file = get_file(file);
	return 1;
}

static struct file *vm_file(const struct kvmlat_vm *vm)
{
	struct search search = { .kvm = vm->kvm };
	struct task_struct *leader, *task;

	rcu_read_lock();
	leader = pid_task(find_pid_ns(vm->pid, &init_pid_ns), PIDTYPE_TGID);
	if (!leader)
		goto out;
	/* Any thread may have the files; the leader alone may have ended. */
	for_each_thread(leader, task) {
		task_lock(task);
		if (task->files)
			iterate_fd(task->files, 0, is_vm_file, &search);
		task_unlock(task);
		if (search.file)
			break;
	}
out:
	rcu_read_unlock();
	return search.file;
}

static struct kvmlat_vm *find_vm(u32 id)
{
	struct kvmlat_vm *vm;

	lockdep_assert_held(&kvmlat_mutex);
	list_for_each_entry(vm, &kvmlat_vms, node) {
		if (vm->id == id)
			return READ_ONCE(vm->gone) ? NULL : vm;
	}
	return NULL;
}

int kvmlat_knob_vm_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
			const char **why)
{
	struct kvmlat_vm *vm = find_vm(of->vm_id);
	struct file *file;
	struct kvm *kvm;

	if (!vm)
		return -ENOENT;
	file = vm_file(vm);
	if (!file) {
		*why = "the VM's process has closed the VM's file, so the VM cannot be reached";
		return -EOPNOTSUPP;
	}
	kvm = file->private_data;
	if (READ_ONCE(kvm->override_halt_poll_ns)) {
		*value = (struct kvmlat_knob_value) {
			.value = READ_ONCE(kvm->max_halt_poll_ns),
			.source = KVMLAT_SCOPE_VM,
		};
		fput(file);
		return 0;
	}
	fput(file);
	value->source = KVMLAT_SCOPE_HOST;
	return kvmlat_param_read(&kvmlat_knobs[of->id].param, &value->value, why);
}

int kvmlat_knob_vm_write(const struct kvmlat_knob_of *of,
			 const struct kvmlat_knob_value *value, const char **why)
{
	*why = "this build can read knobs of VMs, but not change them";
	return -EOPNOTSUPP;
}

void kvmlat_knob_vm_host(void)
{
}
