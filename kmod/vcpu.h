/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of a VM and a vCPU; the table of them is in vms.h. */
#ifndef KVMLAT_VCPU_H
#define KVMLAT_VCPU_H

#include <linux/list.h>
#include <linux/list_bl.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "ledger/ledger.h"

struct kvm;
struct kvm_vcpu;
struct kvmlat_job;
struct kvmlat_look;
struct kvmlat_outliers;

/* What knob/ keeps of a VM whose halts poll. */
struct kvmlat_vm_polling {
	bool active;		/* a vCPU has a fixed window */
	bool raised;		/* KVM's maximum for the VM is @wrote, for the sake of that vCPU */
	bool own;		/* while raised: what the VM's maximum really is, @max, */
	u32 max;		/* or, unless own, the host's */
	u32 wrote;
	u32 widest;		/* of the fixed windows */
	/* For knob/file.c, as long as a request lasts: the VM's file, or why there is none. */
	struct file *file;
	const char *unreachable;
};

/* What knob/halt.c keeps of a vCPU. */
struct kvmlat_vcpu_polling {
	bool fixed;
	u32 window;		/* if fixed */
	u32 before;		/* poll window: before it was fixed, or after the last halt */
};

struct kvmlat_vm {
	struct hlist_node hash;
	struct list_head node;
	struct list_head vcpus;		/* in the order of their index */
	const struct kvm *kvm;
	u32 id;
	u32 pid;			/* process that runs the vCPUs */
	u32 creator;			/* kvm->userspace_pid: the thread that made the VM */
	u32 nr_vcpus;
	char comm[TASK_COMM_LEN];
	u64 since;
	u64 gone;			/* 0 while the VM exists */
	u64 bytes;			/* that its accounts take, once it is gone */
	u64 ended;			/* this and the next three: see end.h */
	bool ending;
	bool late;			/* the worker does the second half */
	struct list_head gone_node;
	u32 user;			/* for limit.h */
	struct kvmlat_job *collector;	/* asked when a vCPU joins and when the VM ended, or NULL */
	struct kvmlat_vm_polling polling;
};

struct kvmlat_vcpu {
	struct kvmlat_ledger ledger;
	struct hlist_node hash;
	struct list_head node;
	struct kvmlat_vm *vm;
	const struct kvm_vcpu *kvm_vcpu;
	/* Whose thread has it: guards task, thread, cpu and notes in the ledger; see thread.h. */
	raw_spinlock_t lock;
	const struct task_struct *task;	/* owns it, compared and never followed */
	struct hlist_bl_node thread;	/* in the hash of threads, if task is set */
	int cpu;			/* where task owned it last */
	struct kvmlat_detail *taken;	/* from the ledger, until no probe writes it any more */
	u32 vcpu_id;
	u32 index;			/* in its VM, in the order in which they were seen */
	u32 tid;
	struct kvmlat_vcpu_polling polling;
	struct kvmlat_outliers *outliers;	/* of the ledger, or that it had */
	struct kvmlat_look *look;	/* what dumps saw last, under kvmlat_mutex; may be NULL */
};

#endif
