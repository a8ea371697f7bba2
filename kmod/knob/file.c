// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module holds no reference to a VM. To look into one outside the probes of its vCPUs it
 * borrows the VM's own file: it is searched for among the open files of the VM's process, and
 * while we have a reference to the file KVM keeps the VM and its vCPUs, and the vendor module
 * stays. If the VMM closes it meanwhile, our fput() ends the VM as its close() would have.
 *
 * The process belongs to somebody else, who may have as many threads and files as it is allowed.
 * So each table of files is looked at once, whichever threads share it, in steps between which
 * all its locks are free, and the search is given up after what no VMM needs.
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

#include "file.h"
#include "vms.h"

#define TABLES_MAX	16
#define THREADS_MAX	16384
/* Of all tables together; and of one step, some 10 us. */
#define FILES_MAX	BIT(18)
#define FILES_STEP	1024U

struct search {
	const struct kvm *kvm;
	struct file *file;
	unsigned int next;		/* descriptor */
	unsigned int left;		/* of this step */
};

/* Under the lock of the table of open files, so the file is not being closed. */
static int is_vm_file(const void *data, struct file *file, unsigned int fd)
{
	struct search *search = (struct search *)data;

	search->next = fd + 1;
	if (file->private_data == search->kvm &&
	    file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	    !strcmp(file->f_path.dentry->d_name.name, "kvm-vm")) {
		search->file = get_file(file);
		return 1;
	}
	return !--search->left;
}

/* One step. False at the end of the table, or if it is not the thread's any more. */
static bool step(struct task_struct *task, const struct files_struct *table,
		 struct search *search)
{
	bool more = false;

	search->left = FILES_STEP;
	task_lock(task);
	if (task->files == table)
		more = iterate_fd(task->files, search->next, is_vm_file, search);
	task_unlock(task);
	return more;
}

/* The first thread with each table of files; the leader alone may have ended. */
struct tables {
	struct task_struct *task[TABLES_MAX];
	const struct files_struct *table[TABLES_MAX];
	unsigned int nr;
	bool all;
};

static bool is_known(const struct tables *t, const struct files_struct *table)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		if (t->table[i] == table)
			return true;
	}
	return false;
}

static void find_tables(u32 pid, struct tables *t)
{
	unsigned int threads = 0;
	struct task_struct *leader, *task;

	t->nr = 0;
	t->all = true;
	rcu_read_lock();
	leader = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	if (!leader)
		goto out;
	for_each_thread(leader, task) {
		/* Compared only, and again under the lock of the thread. */
		const struct files_struct *table = READ_ONCE(task->files);

		t->all = ++threads <= THREADS_MAX;
		if (!t->all)
			break;
		if (!table || is_known(t, table))
			continue;
		t->all = t->nr < TABLES_MAX;
		if (!t->all)
			break;
		t->table[t->nr] = table;
		t->task[t->nr++] = get_task_struct(task);
	}
out:
	rcu_read_unlock();
}

static struct file *find_file(const struct kvmlat_vm *vm, const char **why)
{
	static const char *const why_not[] = {
		"the VM's process has too many threads or open files to search them for the VM's",
		"the VM's process has closed the VM's file, so the VM cannot be reached",
	};
	struct search search = { .kvm = vm->kvm };
	unsigned int i, steps = FILES_MAX / FILES_STEP;
	struct tables t;

	find_tables(vm->pid, &t);
	for (i = 0; i < t.nr; i++) {
		search.next = 0;
		while (!search.file && steps && step(t.task[i], t.table[i], &search)) {
			steps--;
			cond_resched();
		}
		put_task_struct(t.task[i]);
	}
	if (search.file)
		return search.file;
	*why = why_not[t.all && steps];
	return NULL;
}

struct file *kvmlat_file_get(struct kvmlat_vm *vm, const char **why)
{
	struct kvmlat_vm_polling *polling = &vm->polling;

	lockdep_assert_held(&kvmlat_mutex);
	if (!polling->file && !polling->unreachable)
		polling->file = find_file(vm, &polling->unreachable);
	if (!polling->file)
		*why = polling->unreachable;
	return polling->file;
}

void kvmlat_file_put_all(void)
{
	struct kvmlat_vm *vm;

	kvmlat_vms_for_each(vm, 0, 0) {
		if (vm->polling.file)
			fput(vm->polling.file);
		vm->polling.file = NULL;
		vm->polling.unreachable = NULL;
	}
}
