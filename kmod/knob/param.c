// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module's kobject is found by name in the set of all modules' kobjects. While we hold it,
 * the module's memory stays: its unloading waits for the last reference of the kobject.
 *
 * A parameter is only written if a plain store to ordinary data is all that can happen: its
 * operations are the kernel's own for an unsigned number, and the number is in memory that
 * the module may write for as long as it lives. Some are __ro_after_init.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "param.h"

enum { TYPE, ELSEWHERE, READ_ONLY };

static const char *const refusal[] = {
	[TYPE] =
		"this kernel's parameter is of another type than kvmlat knows, so it is left alone",
	[ELSEWHERE] =
		"the parameter's value is not in its module's memory, so it is left alone",
	[READ_ONLY] =
		"this kernel makes the parameter read-only once the module is loaded: set it as an option of the module in /etc/modprobe.d and load the module again",
};

static struct module *get_module(const char *name, const char **why)
{
	struct kobject *kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	struct module *mod;

	if (!kobj) {
		*why = "its module is not loaded";
		return NULL;
	}
	mod = container_of(kobj, struct module_kobject, kobj)->mod;
	if (!mod)
		*why =
			"it is built into the kernel, only parameters of modules can be changed";
	else if (READ_ONCE(mod->state) != MODULE_STATE_LIVE)
		*why = "its module is just being loaded or unloaded, try again";
	else
		return mod;
	kobject_put(kobj);
	return NULL;
}

static void put_module(struct module *mod)
{
	kobject_put(&mod->mkobj.kobj);
}

/* The parameter, if it can be read; *why as with kvmlat_param_read(). */
static const struct kernel_param *find(const struct module *mod, const struct kvmlat_param *param,
				       const char **why)
{
	const struct kernel_param_ops *ops = param->is_short ? &param_ops_ushort : &param_ops_uint;
	size_t size = param->is_short ? sizeof(unsigned short) : sizeof(unsigned int);
	const struct kernel_param *kp;

	*why = NULL;
	for (kp = mod->kp; kp < mod->kp + mod->num_kp; kp++) {
		if (strcmp(kp->name, param->name))
			continue;
		if (kp->ops != ops) {
			*why = refusal[TYPE];
			return NULL;
		}
		if (!within_module_core((unsigned long)kp->arg, mod)) {
			*why = refusal[ELSEWHERE];
			return NULL;
		}
		if (!compat_module_plain_data(mod, kp->arg, size))
			*why = refusal[READ_ONLY];
		return kp;
	}
	*why = "this kernel's module has no such parameter";
	return NULL;
}

static u64 value_of(const struct kvmlat_param *param, const struct kernel_param *kp)
{
	return param->is_short ? READ_ONCE(*(const unsigned short *)kp->arg) :
				 READ_ONCE(*(const unsigned int *)kp->arg);
}

int kvmlat_param_read(const struct kvmlat_param *param, u64 *value, const char **why)
{
	struct module *mod = get_module(param->module, why);
	const struct kernel_param *kp;

	if (!mod)
		return -EOPNOTSUPP;
	kp = find(mod, param, why);
	if (kp)
		*value = value_of(param, kp);
	put_module(mod);
	return kp ? 0 : -EOPNOTSUPP;
}

int kvmlat_param_write(const struct kvmlat_param *param, u64 old, u64 value, const char **why)
{
	struct module *mod = get_module(param->module, why);
	const struct kernel_param *kp;
	char text[24];
	int err = -EOPNOTSUPP;

	if (!mod)
		return err;
	kp = find(mod, param, why);
	if (!kp || *why)
		goto out;
	snprintf(text, sizeof(text), "%llu", value);
	/* Against writers in sysfs. */
	kernel_param_lock(mod);
	if (value_of(param, kp) != old) {
		*why = "somebody else has changed it at the same moment";
		err = -ECANCELED;
	} else {
		err = kp->ops->set(text, kp);
		if (err)
			*why = "the parameter does not take this value";
	}
	kernel_param_unlock(mod);
out:
	put_module(mod);
	return err;
}

const unsigned int *kvmlat_param_pointer(const struct kvmlat_param *param)
{
	const struct kernel_param *kp;
	struct module *mod;
	const char *why;

	mod = param->is_short ? NULL : get_module(param->module, &why);
	if (!mod)
		return NULL;
	kp = find(mod, param, &why);
	put_module(mod);
	return kp ? kp->arg : NULL;
}
