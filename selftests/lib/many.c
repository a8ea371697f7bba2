// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "many.h"

#define CODE_AT	0x1000
#define SIZE	0x1000

static int add_vcpu(struct many *m, unsigned int id)
{
	struct many_vcpu *v = &m->vcpus[m->nr];
	struct kvm_regs regs = { .rip = CODE_AT, .rflags = 2 };
	struct kvm_sregs sregs;

	v->fd = ioctl(m->vm, KVM_CREATE_VCPU, id);
	if (v->fd < 0)
		return errno;
	m->nr++;
	v->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
	if (v->run == MAP_FAILED || ioctl(v->fd, KVM_GET_SREGS, &sregs))
		return errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return ioctl(v->fd, KVM_SET_SREGS, &sregs) || ioctl(v->fd, KVM_SET_REGS, &regs) ? errno : 0;
}

int many_start(struct many *m, unsigned int nr, unsigned int stride)
{
	/* 1: mov $MANY_CPUIDS, %si; 2: cpuid; dec %si; jnz 2b; hlt; jmp 1b */
	static const uint8_t code[] = {
		0xbe, MANY_CPUIDS, 0x00, 0x0f, 0xa2, 0x4e, 0x75, 0xfb, 0xf4, 0xeb, 0xf5,
	};
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_AT, .memory_size = SIZE,
	};
	/* Each vCPU is a file, and there may be more of these VMs */
	const struct rlimit files = { 16384, 16384 };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), err = 0;

	*m = (struct many){ .vm = -1 };
	m->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	m->vcpus = calloc(nr, sizeof(*m->vcpus));
	if (kvm < 0 || m->memory == MAP_FAILED || !m->vcpus || setrlimit(RLIMIT_NOFILE, &files))
		return errno;
	memcpy(m->memory, code, sizeof(code));
	region.userspace_addr = (uintptr_t)m->memory;
	m->vm = ioctl(kvm, KVM_CREATE_VM, 0);
	m->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (m->vm < 0 || m->run_size < 0 || ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		err = errno;
	close(kvm);
	for (unsigned int i = 0; i < nr && !err; i++)
		err = add_vcpu(m, i * stride);
	if (err)
		many_end(m);
	return err;
}

int many_run(const struct many *m, unsigned int vcpu)
{
	/*
	 * What it came back for is not asked: another thread may have the vCPU, and its page, by
	 * now.
	 */
	return ioctl(m->vcpus[vcpu].fd, KVM_RUN, 0) ? errno : 0;
}

int many_bounce(const struct many *m, unsigned int vcpu)
{
	int err;

	m->vcpus[vcpu].run->immediate_exit = 1;
	err = ioctl(m->vcpus[vcpu].fd, KVM_RUN, 0) ? errno : 0;
	m->vcpus[vcpu].run->immediate_exit = 0;
	return err == EINTR ? 0 : EPROTO;
}

int many_look(const struct many *m, unsigned int vcpu)
{
	struct kvm_regs regs;

	return ioctl(m->vcpus[vcpu].fd, KVM_GET_REGS, &regs) ? errno : 0;
}

void many_end(struct many *m)
{
	for (unsigned int i = 0; i < m->nr; i++) {
		if (m->vcpus[i].run != MAP_FAILED)
			munmap(m->vcpus[i].run, m->run_size);
		close(m->vcpus[i].fd);
	}
	free(m->vcpus);
	if (m->vm >= 0)
		close(m->vm);
	munmap(m->memory, SIZE);
	*m = (struct many){ .vm = -1, .memory = MAP_FAILED };
}
