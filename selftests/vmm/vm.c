// SPDX-License-Identifier: GPL-2.0-only
/* A VM: its file, its one memory slot with the guest in it, its interrupt chips. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

/* Intel wants three pages for a TSS of its own, away from the guest's memory */
#define TSS_ADDRESS 0xfffbd000UL

int kvm_fd = -1;

void kvm_open(void)
{
	int version;

	kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm_fd < 0)
		die(EXIT_NO_KVM, "cannot open '/dev/kvm': %s; kvm_amd or kvm_intel must be loaded",
		    strerror(errno));
	version = ioctl(kvm_fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		die(EXIT_NO_KVM, "'/dev/kvm' speaks API version '%d', this program %d", version,
		    KVM_API_VERSION);
	if (ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_BINARY_STATS_FD) <= 0)
		die(EXIT_NO_KVM, "this kernel's KVM has no binary statistics (5.14 has)");
}

static void vm_ioctl(struct vm *vm, unsigned long request, void *arg, const char *what)
{
	if (ioctl(vm->fd, request, arg) < 0)
		die(EXIT_SYSTEM, "VM %u: KVM refused to %s: %s", vm->index, what, strerror(errno));
}

void vm_create(struct vm *vm, unsigned int index)
{
	size_t pages = (size_t)vcpus_all() * (wants(GUEST_NESTED) ? 3 : 1) + wants(GUEST_NESTED);
	size_t size = GUEST_VCPU_BASE - GUEST_BASE + pages * GUEST_PAGE_SIZE;
	struct kvm_userspace_memory_region slot = {
		.guest_phys_addr = GUEST_BASE,
		.memory_size = size,
	};
	/* KVM wants an MSR, though the guest never writes it, to have a page filled */
	struct kvm_xen_hvm_config xen = {
		.flags = KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL,
		.msr = 0x40000000,
	};
	struct kvm_enable_cap ids = {
		.cap = KVM_CAP_X2APIC_API,
		.args[0] = KVM_X2APIC_API_USE_32BIT_IDS,
	};

	vm->index = index;
	vm->fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		die(EXIT_SYSTEM, "KVM refused to create VM %u: %s", index, strerror(errno));

	vm_ioctl(vm, KVM_SET_TSS_ADDR, (void *)TSS_ADDRESS, "place the TSS");
	vm_ioctl(vm, KVM_ENABLE_CAP, &ids, "use 32-bit APIC ids");
	vm_ioctl(vm, KVM_CREATE_IRQCHIP, NULL, "create the interrupt chips");
	if (opt.xen)
		vm_ioctl(vm, KVM_XEN_HVM_CONFIG, &xen, "play Xen");

	/*
	 * Once populated these pages must never change under KVM: a collapse into a huge page or a
	 * swap-out would drop KVM's mapping, and the next access would be one exit too many.
	 */
	vm->mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->mem == MAP_FAILED)
		die(EXIT_SYSTEM, "cannot map %zu bytes of guest memory: %s", size, strerror(errno));
	madvise(vm->mem, size, MADV_NOHUGEPAGE);
	madvise(vm->mem, size, MADV_DONTFORK);
	memset(vm->mem, 0, size);
	mlock(vm->mem, size);
	memcpy(vm->mem, guest_start, guest_end - guest_start);

	if (wants(GUEST_NESTED)) {
		page_directory_fill((char *)vm->mem + size - GUEST_PAGE_SIZE);
		vm->page_directory = GUEST_BASE + size - GUEST_PAGE_SIZE;
	}

	slot.userspace_addr = (uintptr_t)vm->mem;
	vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot, "add memory");

	vm->vcpus = calloc(vcpus_all(), sizeof(*vm->vcpus));
	if (!vm->vcpus)
		die(EXIT_SYSTEM, "no memory for '%u' vCPUs", vcpus_all());
	for (unsigned int i = 0; i < vcpus_all(); i++)
		vcpu_create(vm, i);
}

void vm_stop(struct vm *vm)
{
	for (unsigned int i = 0; i < opt.vcpus; i++)
		__atomic_store_n(&vm->vcpus[i].page->stop, 1, __ATOMIC_RELAXED);
}
