// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU: its registers at the start, and what its exits to user space mean. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "kind.h"
#include "vmm.h"

#define CPUID_MAX	256
#define CPUID_ECX_DEADLINE	(1U << 24)
#define CPUID_ECX_XSAVE	(1U << 26)
#define CPUID_EDX_TSCP	(1U << 27)
#define CR0_PE		0x1
#define CR0_ET		0x10
#define CR4_OSXSAVE	0x40000

#define APIC_BASE	0xfee00000UL
#define APIC_BSP	(1UL << 8)
#define APIC_X2APIC	(1UL << 10)
#define APIC_ENABLE	(1UL << 11)
#define APIC_SPIV	0xf0
#define APIC_LVTT	0x320
#define APIC_TDCR	0x3e0
#define LVTT_DEADLINE	(2U << 17)
#define SPIV_ENABLE	0x1ff
#define TDCR_BY_1	0xb

#define NS_PER_S	1000000000ULL

static void vcpu_ioctl(struct vcpu *vcpu, unsigned long request, void *arg, const char *what)
{
	if (ioctl(vcpu->fd, request, arg) < 0)
		die(EXIT_SYSTEM, "VM %u vCPU %u: KVM refused to %s: %s", vcpu->vm->index, vcpu->id,
		    what, strerror(errno));
}

bool wants(uint32_t kind)
{
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		if (opt.ops[i].kind == kind)
			return true;
	return false;
}

/* Returns whether the guest has XSAVE */
static bool vcpu_set_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid;
	bool xsave = false;

	cpuid = calloc(1, sizeof(*cpuid) + CPUID_MAX * sizeof(cpuid->entries[0]));
	if (!cpuid)
		die(EXIT_SYSTEM, "no memory for a CPUID table");
	cpuid->nent = CPUID_MAX;
	if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid) < 0)
		die(EXIT_SYSTEM, "KVM refused to tell its CPUID table: %s", strerror(errno));
	for (unsigned int i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == 1)
			xsave = e->ecx & CPUID_ECX_XSAVE;
		/* KVM has it wherever it has an APIC, and older ones say so elsewhere */
		if (e->function == 1)
			e->ecx |= CPUID_ECX_DEADLINE;
		/* KVM intercepts RDTSCP only for a guest that must not have it */
		if (e->function == 0x80000001 && wants(GUEST_RDTSCP))
			e->edx &= ~CPUID_EDX_TSCP;
	}
	vcpu_ioctl(vcpu, KVM_SET_CPUID2, cpuid, "set CPUID");
	free(cpuid);
	return xsave;
}

static struct kvm_segment flat(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff, .selector = selector, .type = type,
		.present = 1, .db = 1, .s = 1, .g = 1,
	};
}

static void vcpu_set_registers(struct vcpu *vcpu, bool xsave)
{
	uint32_t page = GUEST_VCPU_BASE + vcpu->id * GUEST_PAGE_SIZE;
	struct kvm_regs regs = {
		.rip = GUEST_BASE + (guest_entry - guest_start),
		.rsp = page + GUEST_PAGE_SIZE,
		.rbp = page,
		.rflags = 2,
	};
	struct kvm_sregs sregs;

	vcpu_ioctl(vcpu, KVM_GET_SREGS, &sregs, "tell system registers");
	sregs.cs = flat(GUEST_CS, 0xb);
	sregs.ds = flat(GUEST_DS, 0x3);
	sregs.es = sregs.ds;
	sregs.fs = sregs.ds;
	sregs.gs = sregs.ds;
	sregs.ss = sregs.ds;
	sregs.gdt.base = GUEST_BASE + (guest_gdt - guest_start);
	sregs.gdt.limit = 3 * 8 - 1;
	sregs.idt.base = GUEST_BASE + (guest_idt - guest_start);
	sregs.idt.limit = NR_VECTORS * 8 - 1;
	sregs.cr0 = CR0_PE | CR0_ET;
	sregs.cr4 = xsave ? CR4_OSXSAVE : 0;
	if (vcpu->page->l2)
		nested_sregs(vcpu, &sregs);
	sregs.apic_base = APIC_BASE | APIC_ENABLE | APIC_X2APIC | (vcpu->id ? 0 : APIC_BSP);
	vcpu_ioctl(vcpu, KVM_SET_SREGS, &sregs, "set system registers");
	vcpu_ioctl(vcpu, KVM_SET_REGS, &regs, "set registers");
	vcpu->page->cr4 = sregs.cr4;
}

static void apic_write(struct kvm_lapic_state *apic, unsigned int reg, uint32_t value)
{
	memcpy(apic->regs + reg, &value, sizeof(value));
}

/* Done from here and not by the guest: it would cost exits */
static void vcpu_set_apic(struct vcpu *vcpu)
{
	bool starts = vcpu->id < opt.vcpus + opt.idle;
	struct kvm_mp_state state = {
		.mp_state = starts ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_UNINITIALIZED,
	};
	struct kvm_lapic_state apic;

	vcpu_ioctl(vcpu, KVM_GET_LAPIC, &apic, "tell the APIC's state");
	apic_write(&apic, APIC_SPIV, SPIV_ENABLE);
	apic_write(&apic, APIC_LVTT, VECTOR_TIMER | (wants(GUEST_TIMER) ? LVTT_DEADLINE : 0));
	apic_write(&apic, APIC_TDCR, TDCR_BY_1);
	vcpu_ioctl(vcpu, KVM_SET_LAPIC, &apic, "set the APIC's state");
	vcpu_ioctl(vcpu, KVM_SET_MP_STATE, &state, "set whether it runs");
}

/* What the guest takes as the argument of an order */
static uint32_t guest_arg(const struct vcpu *vcpu, const struct guest_op *op)
{
	switch (op->kind) {
	case GUEST_HLT:
		return op->arg * 1000;
	case GUEST_TIMER:
		return op->arg * (uint64_t)vcpu->tsc_khz / 1000;
	case GUEST_MMIO:
	case GUEST_MMIORD:
		return GUEST_MMIO_BASE + (op->arg * vcpus_all() + vcpu->id) * GUEST_PAGE_SIZE;
	default:
		return op->arg;
	}
}

void vcpu_create(struct vm *vm, unsigned int id)
{
	struct kvm_guest_debug debug = { .control = KVM_GUESTDBG_ENABLE };
	struct vcpu *vcpu = &vm->vcpus[id];
	void *l2 = NULL;
	int size;

	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->page = (void *)((char *)vm->mem + (GUEST_VCPU_BASE - GUEST_BASE) +
			      (size_t)id * GUEST_PAGE_SIZE);
	if (wants(GUEST_NESTED)) {
		size_t offset = ((size_t)vcpus_all() + 2 * id) * GUEST_PAGE_SIZE;

		vcpu->page->l2 = GUEST_VCPU_BASE + offset;
		l2 = (char *)vm->vcpus[0].page + offset;
	}
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (vcpu->fd < 0)
		die(EXIT_SYSTEM, "VM %u: KVM refused to create vCPU '%u': %s", vm->index, id,
		    strerror(errno));
	size = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die(EXIT_SYSTEM, "VM %u vCPU %u: cannot map kvm_run: %s", vm->index, id,
		    strerror(errno));

	vcpu->tsc_khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ, 0);
	if (vcpu->tsc_khz <= 0)
		die(EXIT_SYSTEM, "VM %u vCPU %u: KVM does not tell how fast its TSC is", vm->index,
		    id);
	vcpu_set_registers(vcpu, vcpu_set_cpuid(vcpu));
	if (l2)
		nested_prepare(vcpu, l2);
	vcpu_set_apic(vcpu);
	/*
	 * Without this KVM stops intercepting debug registers after the first access, until some
	 * other exit comes by: how many accesses exit would hang on the host's interrupts.
	 */
	if (wants(GUEST_DR) || wants(GUEST_DRRD))
		vcpu_ioctl(vcpu, KVM_SET_GUEST_DEBUG, &debug, "keep debug registers intercepted");

	vcpu->page->vmx = host_vendor() == VENDOR_VMX;
	vcpu->page->nr_ops = opt.nr_ops;
	memcpy(vcpu->page->ops, opt.ops, opt.nr_ops * sizeof(opt.ops[0]));
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		vcpu->page->ops[i].arg = guest_arg(vcpu, &opt.ops[i]);
}

uint64_t vcpu_ns(const struct vcpu *vcpu, uint64_t ticks)
{
	return ticks * 1000000 / vcpu->tsc_khz;
}

static void vcpu_failed(const struct vcpu *vcpu, uint32_t what)
{
	static const char * const reasons[] = {
		[FAIL_HLT - FAIL_HLT] = "was woken from HLT without its timer interrupt",
		[FAIL_IRQWIN - FAIL_HLT] = "did not get the interrupt that it sent to itself",
		[FAIL_HYPERCALL - FAIL_HLT] = "did not get -1000 from an unknown hypercall",
		[FAIL_NESTED - FAIL_HLT] = "did not get its nested guest's call",
		[FAIL_ANSWER - FAIL_HLT] = "read a wrong value from a port or MMIO page",
	};

	if (what >= FAIL_HLT)
		die(EXIT_WRONG, "VM %u: the guest on vCPU %u %s", vcpu->vm->index, vcpu->id,
		    reasons[what - FAIL_HLT]);
	die(EXIT_WRONG, "VM %u: the guest on vCPU %u took exception '%u' at code offset 0x%x",
	    vcpu->vm->index, vcpu->id, what, vcpu->page->fail_ip - GUEST_BASE);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* By its own CPU time: a preemption in between does not count */
static void spin(struct vcpu *vcpu, uint32_t us)
{
	uint64_t begin = now_ns(CLOCK_THREAD_CPUTIME_ID), end = begin + us * 1000ULL, now;

	do {
		now = now_ns(CLOCK_THREAD_CPUTIME_ID);
	} while (now < end);
	vcpu->spun_ns += now - begin;
}

static void sleep_us(struct vcpu *vcpu, uint32_t us)
{
	uint64_t begin = now_ns(CLOCK_MONOTONIC), end = begin + us * 1000ULL;
	struct timespec ts = { .tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	vcpu->slept_ns += now_ns(CLOCK_MONOTONIC) - begin;
}

/*
 * Returns the index of the order that the guest is at, which must be this one. The n-th access of
 * an order carries, or gets, the low half of n: a lost or doubled one shows here.
 */
static unsigned int vcpu_order(const struct vcpu *vcpu, uint32_t kind, uint64_t arg)
{
	const struct guest_page *page = vcpu->page;
	uint32_t first = GUEST_VCPU_BASE + vcpu->id * GUEST_PAGE_SIZE + PAGE_OPS;
	unsigned int i = (page->at - first) / OP_SIZE;

	if (i < opt.nr_ops && page->ops[i].kind == kind && page->ops[i].arg == arg &&
	    vcpu->answered[i] == page->ops[i].done)
		return i;
	die(EXIT_WRONG, "VM %u vCPU %u: a %s at '0x%llx' came out of order", vcpu->vm->index,
	    vcpu->id, kinds[kind].name, (unsigned long long)arg);
}

static void vcpu_answer(struct vcpu *vcpu, uint32_t kind, uint64_t arg, void *data, bool write)
{
	unsigned int i = vcpu_order(vcpu, kind, arg);
	uint32_t n = vcpu->answered[i];

	if (!write)
		memcpy(data, &n, sizeof(n));
	else if (memcmp(data, &n, sizeof(n)))
		die(EXIT_WRONG, "VM %u vCPU %u: %s number '%u' carries another number",
		    vcpu->vm->index, vcpu->id, kinds[kind].name, n);
	vcpu->answered[i]++;
}

/* Returns whether the guest has written to @port */
static bool vcpu_io(struct vcpu *vcpu, uint16_t port)
{
	struct kvm_run *run = vcpu->run;
	void *at = (char *)run + run->io.data_offset;
	uint32_t data;

	memcpy(&data, at, sizeof(data));
	if (run->io.direction == KVM_EXIT_IO_IN) {
		vcpu_answer(vcpu, GUEST_PIOIN, run->io.port, at, false);
		return false;
	}
	switch (run->io.port) {
	case PORT_READY:
	case PORT_END:
		if (run->io.port == port)
			return true;
		break;
	case PORT_FAIL:
		vcpu_failed(vcpu, data);
		break;
	case PORT_SPIN:
		vcpu->answered[vcpu_order(vcpu, GUEST_USPIN, data)]++;
		spin(vcpu, data);
		return false;
	case PORT_SLEEP:
		vcpu->answered[vcpu_order(vcpu, GUEST_USLEEP, data)]++;
		sleep_us(vcpu, data);
		return false;
	default:
		vcpu_answer(vcpu, GUEST_PIO, run->io.port, at, true);
		return false;
	}
	die(EXIT_WRONG, "VM %u vCPU %u: unexpected access to port '0x%x'", vcpu->vm->index,
	    vcpu->id, run->io.port);
}

/* Runs until the guest writes to @port */
static void vcpu_run_until(struct vcpu *vcpu, uint16_t port)
{
	struct kvm_run *run = vcpu->run;

	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0) < 0) {
			if (errno != EINTR && errno != EAGAIN)
				die(EXIT_SYSTEM, "VM %u vCPU %u: KVM refused to run: %s",
				    vcpu->vm->index, vcpu->id, strerror(errno));
			vcpu->returns.interrupted += errno == EINTR;
			continue;
		}
		if (run->exit_reason < NR_RETURNS)
			vcpu->returns.exit[run->exit_reason]++;
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (vcpu_io(vcpu, port))
				return;
			continue;
		case KVM_EXIT_MMIO:
			if (run->mmio.len != sizeof(uint32_t))
				die(EXIT_WRONG, "VM %u vCPU %u: unexpected access to '0x%llx'",
				    vcpu->vm->index, vcpu->id, run->mmio.phys_addr);
			vcpu_answer(vcpu, run->mmio.is_write ? GUEST_MMIO : GUEST_MMIORD,
				    run->mmio.phys_addr, run->mmio.data, run->mmio.is_write);
			continue;
		case KVM_EXIT_XEN:
			run->xen.u.hcall.result = -(uint64_t)HYPERCALL_ENOSYS;
			continue;
		default:
			die(EXIT_WRONG, "VM %u vCPU %u: unexpected KVM exit reason '%u'",
			    vcpu->vm->index, vcpu->id, run->exit_reason);
		}
	}
}

void vcpu_warm_up(struct vcpu *vcpu)
{
	vcpu_run_until(vcpu, PORT_READY);
	vcpu->ready++;
	vcpu->returns_at_gate = vcpu->returns;
	stats_read(&vcpu->at_gate, vcpu->fd);
}

void vcpu_round(struct vcpu *vcpu)
{
	vcpu_run_until(vcpu, PORT_END);
	vcpu->ends++;
}

/* KVM lets it wait for an INIT and SIPI that no other vCPU sends; the process's end ends it */
void vcpu_sleep_in_kvm(struct vcpu *vcpu)
{
	for (;;)
		if (ioctl(vcpu->fd, KVM_RUN, 0) >= 0 || (errno != EINTR && errno != EAGAIN))
			die(EXIT_WRONG, "VM %u vCPU %u: it ran without having been started",
			    vcpu->vm->index, vcpu->id);
}
