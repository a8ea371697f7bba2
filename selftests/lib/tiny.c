// SPDX-License-Identifier: GPL-2.0-only
/* A VM of this very process, whose guest only halts. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tiny.h"

#define CODE_AT	0x1000
#define SIZE	0x1000

static int set_up(struct tiny *t, int kvm)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_AT, .memory_size = SIZE,
		.userspace_addr = (uintptr_t)t->memory,
	};
	struct kvm_regs regs = { .rip = CODE_AT, .rflags = 2 };
	struct kvm_sregs sregs;

	t->vm = ioctl(kvm, KVM_CREATE_VM, 0);
	t->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (t->vm < 0 || t->run_size < 0 || ioctl(t->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return errno;
	t->vcpu = ioctl(t->vm, KVM_CREATE_VCPU, 0);
	if (t->vcpu < 0 || ioctl(t->vcpu, KVM_GET_SREGS, &sregs))
		return errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(t->vcpu, KVM_SET_SREGS, &sregs) || ioctl(t->vcpu, KVM_SET_REGS, &regs))
		return errno;
	t->run = mmap(NULL, t->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, t->vcpu, 0);
	return t->run == MAP_FAILED ? errno : 0;
}

int tiny_start(struct tiny *t)
{
	static const uint8_t code[] = { 0xf4, 0xeb, 0xfd };	/* 1: hlt; jmp 1b */
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int err;

	*t = (struct tiny){ .vm = -1, .vcpu = -1, .run = MAP_FAILED };
	t->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kvm < 0 || t->memory == MAP_FAILED)
		return errno;
	memcpy(t->memory, code, sizeof(code));
	err = set_up(t, kvm) ?: tiny_run(t);
	close(kvm);
	if (err)
		tiny_end(t);
	return err;
}

int tiny_run(struct tiny *t)
{
	const struct kvm_run *run = t->run;

	if (ioctl(t->vcpu, KVM_RUN, 0))
		return errno;
	return run->exit_reason == KVM_EXIT_HLT ? 0 : EPROTO;
}

int tiny_halt_poll(struct tiny *t, uint32_t max_ns)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .args = { max_ns } };

	return ioctl(t->vm, KVM_ENABLE_CAP, &cap) ? errno : 0;
}

void tiny_end(struct tiny *t)
{
	if (t->run != MAP_FAILED)
		munmap(t->run, t->run_size);
	if (t->vcpu >= 0)
		close(t->vcpu);
	if (t->vm >= 0)
		close(t->vm);
	munmap(t->memory, SIZE);
	*t = (struct tiny){ .vm = -1, .vcpu = -1, .run = MAP_FAILED, .memory = MAP_FAILED };
}
