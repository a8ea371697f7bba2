// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halt polling of single VMs and vCPUs.
 *
 * A VM's maximum is KVM's own, as a VMM sets it with KVM_CAP_HALT_POLL, and KVM's fields are
 * the only place where it is kept. A vCPU's fixed window is not known to KVM: after each of
 * the vCPU's halts the probe of kvm_vcpu_wakeup, the last that KVM does in a halt, writes over
 * what KVM has adapted. But before a halt KVM cuts a window down to the VM's maximum. So while
 * a window is wider than that, the VM's maximum is raised to the widest of them, what it
 * really is stands in struct kvmlat_vm_polling, and the probe limits all other vCPUs of the VM
 * to that.
 */
#include <linux/fs.h>
#include <linux/kvm_host.h>
#include <linux/spinlock.h>

#include "file.h"
#include "halt.h"
#include "knob.h"
#include "vms.h"

/* For raising and lowering of maxima. The probe takes it only when there is one to change. */
static DEFINE_RAW_SPINLOCK(raise_lock);

/*
 * Parameters of kvm, for the probe. Set before the first window is fixed, and a VM with one
 * pins kvm.
 */
static const unsigned int *host_max;
static const unsigned int *host_grow_start;
static const unsigned int *host_shrink;

/*
 * KVM's vCPU. Only the VM whose file we have is trusted, not an address that we remember: a
 * VM can end unseen where kprobes are switched off.
 */
static struct kvm_vcpu *vcpu_of(struct kvm *kvm, const struct kvmlat_vcpu *vcpu)
{
	struct kvm_vcpu *kvm_vcpu = kvm_get_vcpu_by_id(kvm, vcpu->vcpu_id);

	return kvm_vcpu == vcpu->kvm_vcpu ? kvm_vcpu : NULL;
}

static u32 limit(const struct kvmlat_vm_polling *knob)
{
	return READ_ONCE(knob->own) ? READ_ONCE(knob->max) : READ_ONCE(*host_max);
}

/*
 * Nothing is written over but what was seen: KVM takes no lock when the VMM sets a maximum, which
 * is stored first and the flag then. Return: false if it did, and the VMM's is in effect.
 */
static bool put_max(struct kvm *kvm, u32 seen, bool own, u32 max)
{
	bool done;

	/* KVM reads the flag first, so whoever sees it set must see this maximum. */
	if (!own)
		WRITE_ONCE(kvm->override_halt_poll_ns, false);
	/* Pairs with the smp_rmb() in kvm_vcpu_max_halt_poll_ns(). */
	done = cmpxchg(&kvm->max_halt_poll_ns, seen, max) == seen;
	if (own || !done)
		WRITE_ONCE(kvm->override_halt_poll_ns, true);
	return done;
}

static bool is_ours(const struct kvmlat_vm_polling *knob, const struct kvm *kvm)
{
	return READ_ONCE(kvm->override_halt_poll_ns) &&
	       READ_ONCE(kvm->max_halt_poll_ns) == READ_ONCE(knob->wrote);
}

/* What the VM's maximum really is. KVM knows, unless it has what we wrote when we raised it. */
static void look(struct kvmlat_vm_polling *knob, const struct kvm *kvm)
{
	lockdep_assert_held(&raise_lock);
	if (knob->raised && is_ours(knob, kvm))
		return;
	WRITE_ONCE(knob->raised, false);
	WRITE_ONCE(knob->own, READ_ONCE(kvm->override_halt_poll_ns));
	WRITE_ONCE(knob->max, READ_ONCE(kvm->max_halt_poll_ns));
}

/*
 * Raises or lowers KVM's maximum for the VM to what it must be now. If the VMM sets one at the same
 * moment that stays, and the next halt of a vCPU with a window raises it.
 */
static void raise(struct kvmlat_vm_polling *knob, struct kvm *kvm)
{
	u32 seen;

	look(knob, kvm);
	seen = knob->raised ? knob->wrote : knob->max;
	if (knob->active && knob->widest > limit(knob)) {
		WRITE_ONCE(knob->wrote, knob->widest);
		WRITE_ONCE(knob->raised, put_max(kvm, seen, true, knob->widest));
	} else if (knob->raised) {
		WRITE_ONCE(knob->raised, false);
		put_max(kvm, seen, knob->own, knob->max);
	}
}

/*
 * The vCPUs that KVM would now let poll longer than they may. KVM's are walked and ours found by
 * their address, since KVM's own search by id walks all of them if the VMM has left gaps.
 */
static void limit_others(struct kvmlat_vm *vm, struct kvm *kvm)
{
	struct kvm_vcpu *kvm_vcpu;
	unsigned long i;

	if (!READ_ONCE(vm->polling.raised))
		return;
	kvm_for_each_vcpu(i, kvm_vcpu, kvm) {
		struct kvmlat_vcpu *vcpu = kvmlat_vms_by_address(kvm_vcpu);
		u32 window;

		if (!vcpu || vcpu->vm != vm || vcpu->polling.fixed)
			continue;
		/* Anew for each, so that IRQs are not off for all. */
		raw_spin_lock_irq(&raise_lock);
		if (vm->polling.raised) {
			window = min(READ_ONCE(kvm_vcpu->halt_poll_ns), limit(&vm->polling));
			WRITE_ONCE(vcpu->polling.before, window);
			if (READ_ONCE(kvm_vcpu->halt_poll_ns) > window)
				WRITE_ONCE(kvm_vcpu->halt_poll_ns, window);
		}
		raw_spin_unlock_irq(&raise_lock);
	}
}

static int get_host(const char **why)
{
	const struct kvmlat_param *param = &kvmlat_knobs[KVMLAT_KNOB_HALT_POLL_NS].param;
	u64 value;
	int err = kvmlat_param_read(param, &value, why);

	if (err)
		return err;
	host_max = kvmlat_param_pointer(param);
	param = &kvmlat_knobs[KVMLAT_KNOB_HALT_POLL_NS_GROW_START].param;
	host_grow_start = kvmlat_param_pointer(param);
	param = &kvmlat_knobs[KVMLAT_KNOB_HALT_POLL_NS_SHRINK].param;
	host_shrink = kvmlat_param_pointer(param);
	*why = NULL;
	if (host_max && host_grow_start && host_shrink)
		return 0;
	*why = "this kernel's kvm does not have all the parameters of halt polling";
	return -EOPNOTSUPP;
}

/* The VM, and KVM's as long as the request lasts; -ENOENT, or -EOPNOTSUPP with *why. */
static int reach(u32 vm_id, struct kvmlat_vm **vm, struct kvm **kvm, const char **why)
{
	struct file *file;
	int err;

	*vm = kvmlat_vms_find(vm_id, 0, true, why);
	if (IS_ERR(*vm))
		return PTR_ERR(*vm);
	err = get_host(why);
	if (err)
		return err;
	file = kvmlat_file_get(*vm, why);
	*kvm = file ? file->private_data : NULL;
	if (file)
		return 0;
	return READ_ONCE((*vm)->gone) ? -ENOENT : -EOPNOTSUPP;
}

int kvmlat_knob_halt_read(const struct kvmlat_knob_of *of, struct kvmlat_knob_value *value,
			  const char **why)
{
	struct kvmlat_vcpu *vcpu = NULL;
	struct kvmlat_vm *vm;
	struct kvm *kvm;
	int err;

	err = reach(of->vm_id, &vm, &kvm, why);
	if (err)
		return err;
	if (of->scope == KVMLAT_SCOPE_VCPU)
		vcpu = kvmlat_vms_vcpu(vm, of->vcpu_id);
	raw_spin_lock_irq(&raise_lock);
	look(&vm->polling, kvm);
	value->value = limit(&vm->polling);
	value->source = vm->polling.own ? KVMLAT_SCOPE_VM : KVMLAT_SCOPE_HOST;
	if (vcpu && vcpu->polling.fixed) {
		value->value = vcpu->polling.window;
		value->source = KVMLAT_SCOPE_VCPU;
	}
	raw_spin_unlock_irq(&raise_lock);
	return of->scope == KVMLAT_SCOPE_VCPU && !vcpu ? -ENOENT : 0;
}

static int write_vm(struct kvmlat_vm *vm, struct kvm *kvm, const struct kvmlat_knob_value *old,
		    const struct kvmlat_knob_value *value)
{
	struct kvmlat_vm_polling *knob = &vm->polling;
	bool was_own, own = value->source == KVMLAT_SCOPE_VM;
	u32 max;

	look(knob, kvm);
	was_own = old->source == KVMLAT_SCOPE_VM;
	if (knob->own != was_own || (was_own && knob->max != old->value))
		return -ECANCELED;
	max = own ? value->value : knob->max;
	if (!knob->raised && !put_max(kvm, knob->max, own, max))
		return -ECANCELED;
	WRITE_ONCE(knob->own, own);
	WRITE_ONCE(knob->max, max);
	return 0;
}

/* Fixed windows of a VM but for one vCPU's. Only changed under kvmlat_mutex. */
struct fixed_windows {
	bool active;
	u32 widest;
};

static struct fixed_windows of_others(const struct kvmlat_vm *vm, const struct kvmlat_vcpu *vcpu)
{
	struct fixed_windows others = {};
	struct kvmlat_vcpu *other;

	list_for_each_entry(other, &vm->vcpus, node) {
		if (other == vcpu || !other->polling.fixed)
			continue;
		others.active = true;
		others.widest = max(others.widest, other->polling.window);
	}
	return others;
}

static void write_vcpu(struct kvmlat_vm *vm, struct kvmlat_vcpu *vcpu, struct kvm_vcpu *kvm_vcpu,
		       const struct kvmlat_knob_value *value, const struct fixed_windows *others)
{
	bool fixed = value->source == KVMLAT_SCOPE_VCPU;

	if (fixed) {
		if (!vcpu->polling.fixed)
			WRITE_ONCE(vcpu->polling.before, READ_ONCE(kvm_vcpu->halt_poll_ns));
		WRITE_ONCE(vcpu->polling.window, value->value);
		WRITE_ONCE(vcpu->polling.fixed, true);
		WRITE_ONCE(kvm_vcpu->halt_poll_ns, value->value);
	} else if (vcpu->polling.fixed) {
		WRITE_ONCE(vcpu->polling.fixed, false);
		/* Pairs with that of the probe: who writes last writes this. */
		smp_mb();
		WRITE_ONCE(kvm_vcpu->halt_poll_ns, vcpu->polling.before);
	}
	WRITE_ONCE(vm->polling.widest, fixed ? max_t(u32, others->widest, value->value) :
					       others->widest);
	/* Pairs with the acquire in kvmlat_knob_halt_is_active(). */
	smp_store_release(&vm->polling.active, fixed || others->active);
}

int kvmlat_knob_halt_write(const struct kvmlat_knob_of *of, const struct kvmlat_knob_value *old,
			   const struct kvmlat_knob_value *value, const char **why)
{
	struct kvm_vcpu *kvm_vcpu = NULL;
	struct kvmlat_vcpu *vcpu = NULL;
	struct fixed_windows others;
	struct kvmlat_vm *vm;
	struct kvm *kvm;
	int err;

	err = reach(of->vm_id, &vm, &kvm, why);
	if (err)
		return err;
	if (of->scope == KVMLAT_SCOPE_VCPU) {
		vcpu = kvmlat_vms_vcpu(vm, of->vcpu_id);
		kvm_vcpu = vcpu ? vcpu_of(kvm, vcpu) : NULL;
		if (!kvm_vcpu)
			return -ENOENT;
	}
	/* Before the lock: it takes as long as there are vCPUs. */
	others = of_others(vm, vcpu);
	raw_spin_lock_irq(&raise_lock);
	/* A vCPU's window is written by us only, under kvmlat_mutex. */
	if (kvm_vcpu)
		write_vcpu(vm, vcpu, kvm_vcpu, value, &others);
	else
		err = write_vm(vm, kvm, old, value);
	raise(&vm->polling, kvm);
	raw_spin_unlock_irq(&raise_lock);
	limit_others(vm, kvm);
	if (err)
		*why = "somebody else has changed it at the same moment";
	return err;
}

void kvmlat_knob_halt_host(void)
{
	struct kvmlat_vm *vm;
	struct file *file;
	const char *why;

	kvmlat_vms_for_each(vm, 0, 0) {
		if (!vm->polling.active || READ_ONCE(vm->gone))
			continue;
		file = kvmlat_file_get(vm, &why);
		if (!file)
			continue;
		raw_spin_lock_irq(&raise_lock);
		raise(&vm->polling, file->private_data);
		raw_spin_unlock_irq(&raise_lock);
		limit_others(vm, file->private_data);
	}
}

/*
 * A vCPU without a window of its own in a VM whose maximum is raised: what KVM would have made
 * of its window with the real one. After a halt that was longer than the maximum KVM shrinks it;
 * with the raised one it may have grown instead. If KVM has not touched it, it does not poll.
 */
static u32 limited_window(const struct kvmlat_vcpu *vcpu, u32 window, u32 max, u64 ns, bool valid)
{
	u32 shrink = READ_ONCE(*host_shrink);

	if (valid && ns > max && window != vcpu->polling.before) {
		window = shrink ? vcpu->polling.before / shrink : 0;
		if (window < READ_ONCE(*host_grow_start))
			window = 0;
	}
	return min(window, max);
}

/**
 * kvmlat_knob_halt_adapt() - KVM has adapted the poll window of a vCPU in a VM with fixed ones
 * @vcpu: the vCPU, in its own probe of kvm_vcpu_wakeup with preemption off
 * @kvm_vcpu: KVM's, loaded
 * @ns: how long the halt was
 * @valid: there was something to wake up for
 */
void kvmlat_knob_halt_adapt(struct kvmlat_vcpu *vcpu, struct kvm_vcpu *kvm_vcpu, u64 ns,
			    bool valid)
{
	struct kvmlat_vm_polling *knob = &vcpu->vm->polling;
	unsigned long flags;
	u32 max, window;

	/* The host's parameter was written by sysfs, or the VM's maximum by its VMM. */
	max = limit(knob);
	if (READ_ONCE(knob->raised) != (READ_ONCE(knob->widest) > max) ||
	    (READ_ONCE(knob->raised) && !is_ours(knob, kvm_vcpu->kvm))) {
		raw_spin_lock_irqsave(&raise_lock, flags);
		raise(knob, kvm_vcpu->kvm);
		max = limit(knob);
		raw_spin_unlock_irqrestore(&raise_lock, flags);
	}
	if (READ_ONCE(vcpu->polling.fixed)) {
		WRITE_ONCE(kvm_vcpu->halt_poll_ns, READ_ONCE(vcpu->polling.window));
		/* Pairs with that of write_vcpu(). */
		smp_mb();
		if (!READ_ONCE(vcpu->polling.fixed))
			WRITE_ONCE(kvm_vcpu->halt_poll_ns, READ_ONCE(vcpu->polling.before));
	} else if (READ_ONCE(knob->raised)) {
		window = limited_window(vcpu, kvm_vcpu->halt_poll_ns, max, ns, valid);
		WRITE_ONCE(kvm_vcpu->halt_poll_ns, window);
		WRITE_ONCE(vcpu->polling.before, window);
	}
}
