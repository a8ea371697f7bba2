// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the lab only: breaks the account of one vCPU, as two writers at once would, so that its
 * sequence count is odd for ever.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static atomic_t done;

/*
 * kvmlat_thread_take(vcpu): the count is the account's first word, and that the vCPU's first
 * member.
 */
static int break_one(struct kprobe *kp, struct pt_regs *regs)
{
	if (!atomic_xchg(&done, 1))
		++*(u32 *)regs_get_kernel_argument(regs, 0);
	return 0;
}

static struct kprobe take = { .symbol_name = "kvmlat_thread_take", .pre_handler = break_one };

static int __init odd_init(void)
{
	return register_kprobe(&take);
}

static void __exit odd_exit(void)
{
	unregister_kprobe(&take);
}

module_init(odd_init);
module_exit(odd_exit);
MODULE_DESCRIPTION("Breaks an account of kvmlat, for kvmlat's tests");
MODULE_LICENSE("GPL");
