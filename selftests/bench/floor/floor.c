// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a tool can cost that times exits through KVM's tracepoints: two probes
 * that read the clock and do nothing with it. Test only; load it after kvm.ko.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <asm/msr.h>
#include <asm/tsc.h>

struct kvm_vcpu;

static void floor_entry(void *data, struct kvm_vcpu *vcpu)
{
	rdtsc();
}

static void floor_exit(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	rdtsc();
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} hooks[] = {
	{ "kvm_entry", floor_entry },
	{ "kvm_exit", floor_exit },
};

static void floor_attach(struct tracepoint *tp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name) && !hooks[i].tp &&
		    !tracepoint_probe_register(tp, hooks[i].probe, NULL))
			hooks[i].tp = tp;
}

static void floor_detach(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].tp)
			tracepoint_probe_unregister(hooks[i].tp, hooks[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

static int floor_coming(struct notifier_block *nb, unsigned long val, void *data)
{
	struct tp_module *tp_mod = data;
	int i;

	if (val != MODULE_STATE_COMING)
		return NOTIFY_OK;
	for (i = 0; i < tp_mod->mod->num_tracepoints; i++)
		floor_attach(tracepoint_ptr_deref(&tp_mod->mod->tracepoints_ptrs[i]));
	return NOTIFY_OK;
}

static struct notifier_block floor_notifier = { .notifier_call = floor_coming };

static int __init floor_init(void)
{
	int ret, i;

	/* Replays the modules that are there already: only those matter here */
	ret = register_tracepoint_module_notifier(&floor_notifier);
	if (ret)
		return ret;
	unregister_tracepoint_module_notifier(&floor_notifier);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!hooks[i].tp) {
			pr_err("floor: no tracepoint \"%s\": load kvm first\n", hooks[i].name);
			floor_detach();
			return -ENOENT;
		}
	return 0;
}
module_init(floor_init);

static void __exit floor_uninit(void)
{
	floor_detach();
}
module_exit(floor_uninit);

MODULE_DESCRIPTION("Two empty probes on KVM's entry and exit tracepoints");
MODULE_LICENSE("GPL");
