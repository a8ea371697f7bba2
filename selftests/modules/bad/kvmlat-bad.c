// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the lab only, never installed: does one thing that a sanitizer kernel has to complain of. Its
 * name begins with kvmlat because complaints that could be anybody's count only with such a name.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *fault = "none";
module_param(fault, charp, 0400);
MODULE_PARM_DESC(fault, "what to do wrong");

/* What the compiler must not see through */
static volatile int zero;
static volatile int sink;

static int none(void)
{
	return 0;
}

static int out_of_bounds(void)
{
	char *p = kmalloc(16, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	p[16 + zero] = 1;
	kfree(p);
	return 0;
}

static int vmalloc_out_of_bounds(void)
{
	char *p = vmalloc(PAGE_SIZE);

	if (!p)
		return -ENOMEM;
	sink = p[PAGE_SIZE + zero];
	vfree(p);
	return 0;
}

static int use_after_free(void)
{
	volatile int *p = kzalloc(16, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	kfree((void *)p);
	sink = *p;
	return 0;
}

/* Within an object, where KASAN sees nothing wrong */
static int index_out_of_bounds(void)
{
	static struct {
		int few[4];
		int more[4];
	} array;

	array.few[4 + zero] = 1;
	sink = array.more[0];
	return 0;
}

static int shift_out_of_bounds(void)
{
	sink = 1 << (32 + zero);
	return 0;
}

static int leak(void)
{
	/* Each in a variable of its own would still be found on the stack */
	for (int i = 0; i < 20; i++)
		WRITE_ONCE(sink, !kmalloc(200, GFP_KERNEL));
	return 0;
}

static DEFINE_MUTEX(one);
static DEFINE_MUTEX(other);

static int lock_order(void)
{
	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);

	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
	return 0;
}

static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_SPINLOCK(spin);

static int sleep_in_atomic(void)
{
	spin_lock(&spin);
	msleep(20);
	spin_unlock(&spin);
	return 0;
}

/* Allowed, except on a real-time kernel, where the inner one sleeps */
static int spinlock_in_raw(void)
{
	raw_spin_lock(&raw);
	spin_lock(&spin);
	spin_unlock(&spin);
	raw_spin_unlock(&raw);
	return 0;
}

static int __rcu *guarded;

static int rcu_outside(void)
{
	sink = !rcu_dereference(guarded);
	return 0;
}

static int cpu_when_preemptible(void)
{
	sink = smp_processor_id();
	return 0;
}

static void ring(struct timer_list *timer)
{
}

static int free_of_armed_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, ring, 0);
	mod_timer(timer, jiffies + 60 * HZ);
	kfree(timer);
	return 0;
}

static int shared;

static int race(void *unused)
{
	while (!kthread_should_stop()) {
		for (int i = 0; i < 1000; i++)
			shared++;
		cond_resched();
	}
	return 0;
}

static int racing_writes(void)
{
	struct task_struct *tasks[2];

	for (int i = 0; i < 2; i++) {
		tasks[i] = kthread_run(race, NULL, "kvmlat-bad/%d", i);
		if (IS_ERR(tasks[i])) {
			if (i)
				kthread_stop(tasks[0]);
			return PTR_ERR(tasks[i]);
		}
	}
	msleep(20000);
	kthread_stop(tasks[0]);
	kthread_stop(tasks[1]);
	return 0;
}

static const struct {
	const char *name;
	int (*commit)(void);
} faults[] = {
	{ "none", none },
	{ "out_of_bounds", out_of_bounds },
	{ "vmalloc_out_of_bounds", vmalloc_out_of_bounds },
	{ "use_after_free", use_after_free },
	{ "index_out_of_bounds", index_out_of_bounds },
	{ "shift_out_of_bounds", shift_out_of_bounds },
	{ "leak", leak },
	{ "lock_order", lock_order },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "spinlock_in_raw", spinlock_in_raw },
	{ "rcu_outside", rcu_outside },
	{ "cpu_when_preemptible", cpu_when_preemptible },
	{ "free_of_armed_timer", free_of_armed_timer },
	{ "racing_writes", racing_writes },
};

static int __init bad_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(fault, faults[i].name))
			return faults[i].commit();
	pr_err("there is no fault \"%s\"\n", fault);
	return -EINVAL;
}

static void __exit bad_exit(void)
{
}

module_init(bad_init);
module_exit(bad_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes one mistake");
