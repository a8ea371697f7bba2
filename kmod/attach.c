// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the tracepoints' probes come and go with kvm.ko.
 *
 * Tracepoints are found by name, so nothing pins kvm.ko: it may be loaded later, unloaded
 * and loaded again. The tracepoint notifier replays modules that are there already, and
 * calls us once more for each when we leave. vCPUs are only learned while all of KVM's
 * probes are attached.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/tracepoint.h>

#include "attach.h"
#include "clock.h"
#include "probe.h"
#include "vms.h"

/* kvm.ko comes and goes against kvmlat_attach_anew() and kvmlat_attach_details(). */
static DEFINE_MUTEX(attach_mutex);
static bool kvm_is_built_in;
static bool details;

static void attach(struct kvmlat_probe *p)
{
	if (p->attached || (p->details && !details))
		return;
	p->attached = kvmlat_clock_is_plain() || !p->func_any ? p->func : p->func_any;
	p->err = tracepoint_probe_register(p->tp, p->attached, NULL);
	if (p->err)
		p->attached = NULL;
}

static void detach(struct kvmlat_probe *p)
{
	if (p->attached)
		tracepoint_probe_unregister(p->tp, p->attached, NULL);
	p->attached = NULL;
}

static void find(struct kvmlat_probe *p, struct tracepoint *tp)
{
	if (p->tp || strcmp(tp->name, p->name))
		return;
	p->tp = tp;
	p->err = 0;
	attach(p);
	if (p->err)
		p->tp = NULL;
}

/* Tracepoints of the kernel itself, which are there for good. */
static void attach_builtin(struct tracepoint *tp, void *unused)
{
	size_t i;

	kvm_is_built_in |= !strcmp(tp->name, "kvm_exit");
	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (kvmlat_probes[i].builtin)
			find(&kvmlat_probes[i], tp);
	}
}

static bool all_attached(void)
{
	size_t i;

	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (!kvmlat_probes[i].tp && !kvmlat_probes[i].optional)
			return false;
	}
	return true;
}

static int tracepoint_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tp_module *tpm = data;
	struct module *mod = tpm->mod;
	unsigned int i;
	size_t n;

	if (strcmp(mod->name, "kvm"))
		return NOTIFY_OK;
	mutex_lock(&attach_mutex);
	if (state != MODULE_STATE_COMING)
		kvmlat_vms_learning(false);
	for (n = 0; n < kvmlat_nr_probes; n++) {
		struct kvmlat_probe *p = &kvmlat_probes[n];

		for (i = 0; i < mod->num_tracepoints && state == MODULE_STATE_COMING; i++)
			find(p, tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]));
		if (state == MODULE_STATE_GOING && !p->builtin) {
			detach(p);
			p->tp = NULL;
		}
	}
	if (state == MODULE_STATE_COMING)
		kvmlat_vms_learning(all_attached());
	mutex_unlock(&attach_mutex);
	return NOTIFY_OK;
}

void kvmlat_attach_anew(void)
{
	size_t n;

	mutex_lock(&attach_mutex);
	for (n = 0; n < kvmlat_nr_probes; n++) {
		struct kvmlat_probe *p = &kvmlat_probes[n];

		if (!p->attached || !p->func_any)
			continue;
		detach(p);
		attach(p);
	}
	mutex_unlock(&attach_mutex);
}

/* That one cannot be attached now is seen in what it is for: nothing else needs it. */
void kvmlat_attach_details(bool on)
{
	size_t n;

	mutex_lock(&attach_mutex);
	details = on;
	for (n = 0; n < kvmlat_nr_probes; n++) {
		struct kvmlat_probe *p = &kvmlat_probes[n];

		if (!p->details || !p->tp)
			continue;
		if (on)
			attach(p);
		else
			detach(p);
	}
	mutex_unlock(&attach_mutex);
}

static struct notifier_block tracepoint_nb = { .notifier_call = tracepoint_module };

static const char *why_not(const struct kvmlat_probe *p)
{
	size_t i;

	if (READ_ONCE(p->err))
		return "the kernel refused to attach to the tracepoint";
	for (i = 0; i < kvmlat_nr_probes; i++) {
		if (READ_ONCE(kvmlat_probes[i].tp) && !kvmlat_probes[i].builtin)
			return p->optional ?: "kvm has no such tracepoint: no vCPU is observed";
	}
	return kvm_is_built_in ? "KVM is built into this kernel, and is observed only as a module" :
				 "kvm is not loaded";
}

bool kvmlat_attach_info(unsigned int n, struct kvmlat_attach_info *info)
{
	const struct kvmlat_probe *p = &kvmlat_probes[n];

	if (n >= kvmlat_nr_probes)
		return false;
	info->name = p->name;
	info->why = READ_ONCE(p->tp) && !READ_ONCE(p->err) ? NULL : why_not(p);
	return true;
}

/* After modules.c, so that reasons and a VM's end are known before the first event. */
int kvmlat_attach_init(void)
{
	int err;

	for_each_kernel_tracepoint(attach_builtin, NULL);
	err = register_tracepoint_module_notifier(&tracepoint_nb);
	if (err)
		kvmlat_attach_exit();
	return err;
}

void kvmlat_attach_exit(void)
{
	size_t i;

	unregister_tracepoint_module_notifier(&tracepoint_nb);
	kvmlat_vms_learning(false);
	for (i = kvmlat_nr_probes; i--; )
		detach(&kvmlat_probes[i]);
	tracepoint_synchronize_unregister();
}
