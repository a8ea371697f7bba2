// SPDX-License-Identifier: GPL-2.0-only
/* What happened, what it must have cost, and whether the two witnesses (guest and VMM) agree. */
#include <asm/svm.h>
#include <asm/vmx.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kind.h"
#include "vmm.h"

#define MAX_REASONS 32

struct expected {
	uint32_t code;
	uint64_t life;		/* from the vCPU's first entry on */
	uint64_t run;		/* from the gate on */
	bool life_exact;
	bool run_exact;
};

struct ledger {
	enum vendor vendor;
	struct expected e[MAX_REASONS];
	unsigned int nr;
};

struct unpredictable {
	uint32_t code;
	const char *why;
	uint32_t kind;		/* only when this kind is at work; GUEST_NR_KINDS: always */
	bool life_only;		/* only up to the gate */
};

static const struct unpredictable unpredictable[NR_VENDORS][9] = {
	[VENDOR_SVM] = {
		{ SVM_EXIT_INTR, "host interrupts", GUEST_NR_KINDS, false },
		{ SVM_EXIT_NMI, "host NMIs", GUEST_NR_KINDS, false },
		{ SVM_EXIT_SMI, "host SMIs", GUEST_NR_KINDS, false },
		{ SVM_EXIT_NPF, "first touch of the guest's pages, before the gate", GUEST_NR_KINDS,
		  true },
		{ SVM_EXIT_VINTR, "a timer that fires between its arming and the HLT", GUEST_HLT,
		  false },
		{ SVM_EXIT_PAUSE, "the host's pause filter", GUEST_PAUSE, false },
	},
	[VENDOR_VMX] = {
		{ EXIT_REASON_EXTERNAL_INTERRUPT, "host interrupts", GUEST_NR_KINDS, false },
		{ EXIT_REASON_EXCEPTION_NMI, "host NMIs", GUEST_NR_KINDS, false },
		{ EXIT_REASON_EPT_VIOLATION, "first touch of the guest's pages, before the gate",
		  GUEST_NR_KINDS, true },
		{ EXIT_REASON_PREEMPTION_TIMER, "a timer that fires between its arming and the HLT",
		  GUEST_HLT, false },
		{ EXIT_REASON_INTERRUPT_WINDOW, "a timer that fires between its arming and the HLT",
		  GUEST_HLT, false },
		{ EXIT_REASON_PAUSE_INSTRUCTION, "pause-loop exits", GUEST_PAUSE, false },
	},
};

static bool at_work(uint32_t kind)
{
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		if (opt.ops[i].kind == kind)
			return true;
	return kind == GUEST_NR_KINDS;
}

static void ledger_add(struct ledger *l, uint32_t code, uint64_t life, uint64_t run)
{
	const struct unpredictable *u = unpredictable[l->vendor];
	struct expected *e = l->e;

	while (e < l->e + l->nr && e->code != code)
		e++;
	if (e == l->e + l->nr) {
		*e = (struct expected){ .code = code, .life_exact = true, .run_exact = true };
		for (; u->why; u++)
			if (u->code == code && at_work(u->kind)) {
				e->life_exact = false;
				e->run_exact = u->life_only;
			}
		l->nr++;
	}
	e->life += life;
	e->run += run;
}

static void ledger_add_op(struct ledger *l, const struct guest_op *op, uint64_t *first_mmio)
{
	const struct cost *c = kinds[op->kind].costs[l->vendor];

	for (unsigned int i = 0; i < MAX_COSTS && c[i].count; i++) {
		uint64_t n = op->done * c[i].count;

		/* A vCPU's first access to its own MMIO page sets up what later ones trip over */
		if (op->kind == GUEST_MMIO && l->vendor == VENDOR_VMX && n && !*first_mmio) {
			*first_mmio = 1;
			n--;
			ledger_add(l, EXIT_REASON_EPT_VIOLATION, 1, 1);
		}
		if (n)
			ledger_add(l, c[i].code, n, n);
	}
}

static void ledger_fill(struct ledger *l, const struct vcpu *vcpu)
{
	uint32_t io = l->vendor == VENDOR_SVM ? SVM_EXIT_IOIO : EXIT_REASON_IO_INSTRUCTION;
	uint32_t wrmsr = l->vendor == VENDOR_SVM ? SVM_EXIT_MSR : EXIT_REASON_MSR_WRITE;
	bool apicv = host_has_apicv(l->vendor);
	uint64_t wrmsrs = 0;
	uint64_t first_mmio = 0;

	ledger_add(l, io, vcpu->ready + vcpu->ends, vcpu->ends);
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		ledger_add_op(l, &vcpu->page->ops[i], &first_mmio);
	/* APICv answers the end of interrupt without an exit, AVIC the arming with another */
	if (!apicv)
		wrmsrs += vcpu->page->irqs;
	if (!apicv || l->vendor == VENDOR_VMX)
		wrmsrs += vcpu->page->arms;
	if (wrmsrs)
		ledger_add(l, wrmsr, wrmsrs, wrmsrs);
}

static bool wrong(const struct vcpu *vcpu, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "kvmlat-vmm: VM %u vCPU %u: ", vcpu->vm->index, vcpu->id);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

static bool check(const struct vcpu *vcpu, const struct ledger *l)
{
	const struct guest_page *page = vcpu->page;
	uint64_t io = 0, mmio = 0, hlts = 0, irqs = page->arms, most_faults = 0;
	uint64_t sum = 0, before, after;
	bool ok = true;

	for (unsigned int i = 0; i < opt.nr_ops; i++) {
		const struct guest_op *op = &page->ops[i];
		const struct kind *kind = &kinds[op->kind];

		if (!was_stopped() && op->done != op->count * vcpu->ends)
			ok = wrong(vcpu, "%s happened '%" PRIu64 "' times, not %" PRIu64,
				   kind->name, op->done, op->count * vcpu->ends);
		io += op->kind == GUEST_PIO ? op->done : 0;
		mmio += op->kind == GUEST_MMIO ? op->done : 0;
		irqs += op->kind == GUEST_IRQWIN ? op->done : 0;
		hlts += op->kind == GUEST_HLT ? op->done : 0;
		most_faults += kind->faults ? op->done : 0;
	}
	if (page->rounds != vcpu->ends)
		ok = wrong(vcpu, "the guest counted '%" PRIu64 "' rounds, the VMM %" PRIu64,
			   page->rounds, vcpu->ends);
	if (io != vcpu->user_io || mmio != vcpu->user_mmio)
		ok = wrong(vcpu, "the VMM saw '%" PRIu64 "' port and '%" PRIu64
			   "' MMIO writes, the guest did %" PRIu64 " and %" PRIu64,
			   vcpu->user_io, vcpu->user_mmio, io, mmio);
	/* QEMU's emulation can lose the shadow of STI; then the guest arms the timer once more */
	if (page->arms < hlts || (page->arms > hlts && !cpu_is_tcg()))
		ok = wrong(vcpu, "the guest armed its timer '%" PRIu64 "' times for %" PRIu64
			   " halts", page->arms, hlts);
	/* QEMU's emulation now and then delivers an injected interrupt twice, unknown to KVM */
	if (page->irqs < irqs || (page->irqs > irqs && !cpu_is_tcg()))
		ok = wrong(vcpu, "the guest took '%" PRIu64 "' interrupts, not %" PRIu64,
			   page->irqs, irqs);
	if (page->faults > most_faults)
		ok = wrong(vcpu, "the guest took '%" PRIu64 "' faults, at most %" PRIu64 " allowed",
			   page->faults, most_faults);

	for (unsigned int i = 0; i < l->nr; i++)
		sum += l->e[i].run;
	if (stats_find(&vcpu->at_gate, "exits", &before) &&
	    stats_find(&vcpu->at_end, "exits", &after) && after - before < sum)
		ok = wrong(vcpu, "KVM counted '%" PRIu64 "' exits, fewer than the %" PRIu64
			   " that the guest made", after - before, sum);
	return ok;
}

static void print_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20)
			printf("\\u%04x", *s);
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void print_stats(const char *key, const struct stats *stats)
{
	printf(",\"%s\":{", key);
	for (unsigned int i = 0; i < stats->nr; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "",
		       stats->names + (size_t)i * stats->name_size, stats->values[i]);
	putchar('}');
}

static void print_vcpu(const struct vcpu *vcpu, const struct ledger *ledger, bool ok)
{
	enum vendor vendor = ledger->vendor;
	const struct expected *e = ledger->e;

	printf("{\"vcpu\":%u,\"tid\":%d,\"ok\":%s,\"rounds\":%" PRIu64 ",\"work\":[", vcpu->id,
	       vcpu->tid, ok ? "true" : "false", vcpu->ends);
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		printf("%s{\"kind\":\"%s\",\"per_round\":%" PRIu64 ",\"done\":%" PRIu64 "}",
		       i ? "," : "", kinds[vcpu->page->ops[i].kind].name,
		       vcpu->page->ops[i].count, vcpu->page->ops[i].done);
	printf("],\"expect\":[");
	for (unsigned int i = 0; i < ledger->nr; i++)
		printf("%s{\"code\":%u,\"name\":\"%s\",\"life\":%" PRIu64
		       ",\"life_exact\":%s,\"run\":%" PRIu64 ",\"run_exact\":%s}",
		       i ? "," : "", e[i].code, reason_name(vendor, e[i].code), e[i].life,
		       e[i].life_exact ? "true" : "false", e[i].run,
		       e[i].run_exact ? "true" : "false");
	printf("],\"guest\":{\"arms\":%" PRIu64 ",\"irqs\":%" PRIu64 ",\"faults\":%" PRIu64
	       "},\"user\":{\"ready\":%" PRIu64 ",\"end\":%" PRIu64 ",\"io\":%" PRIu64
	       ",\"mmio\":%" PRIu64 "}",
	       vcpu->page->arms, vcpu->page->irqs, vcpu->page->faults, vcpu->ready, vcpu->ends,
	       vcpu->user_io, vcpu->user_mmio);
	print_stats("kvm_at_gate", &vcpu->at_gate);
	print_stats("kvm", &vcpu->at_end);
	putchar('}');
}

bool report_vm(const struct vm *vm)
{
	enum vendor vendor = host_vendor();
	bool ok = true, first = true;
	struct utsname uts;

	uname(&uts);
	printf("{\"vm\":%u,\"name\":", vm->index);
	print_string(opt.name ? opt.name : "");
	printf(",\"pid\":%d,\"kernel\":\"%s\",\"vendor\":\"%s\",\"stopped\":%s,\"moves\":%" PRIu64
	       ",\"unpredictable\":[", getpid(), uts.release, vendor_name(vendor),
	       was_stopped() ? "true" : "false", migrations());
	for (const struct unpredictable *u = unpredictable[vendor]; u->why; u++) {
		if (!at_work(u->kind))
			continue;
		printf("%s{\"code\":%u,\"name\":\"%s\",\"phase\":\"%s\",\"why\":\"%s\"}",
		       first ? "" : ",", u->code, reason_name(vendor, u->code),
		       u->life_only ? "life" : "run", u->why);
		first = false;
	}
	printf("],\"vcpus\":[");
	for (unsigned int i = 0; i < opt.vcpus; i++) {
		struct ledger ledger = { .vendor = vendor };
		bool vcpu_ok;

		ledger_fill(&ledger, &vm->vcpus[i]);
		vcpu_ok = check(&vm->vcpus[i], &ledger);
		ok = ok && vcpu_ok;
		if (i)
			putchar(',');
		print_vcpu(&vm->vcpus[i], &ledger, vcpu_ok);
	}
	printf("]}\n");
	return ok;
}
