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

/* Which guest made the exit, and who handles it */
enum origin { BY_GUEST, BY_L2, BY_L2_FOR_L1 };

static const char * const origin_names[] = { "exit", "nested", "reflected" };

struct expected {
	enum origin origin;
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

static const char hypervisor_begins[] = "a hypervisor's beginning, before the gate";

static const struct unpredictable unpredictable[NR_VENDORS][14] = {
	[VENDOR_SVM] = {
		{ SVM_EXIT_INTR, "host interrupts", GUEST_NR_KINDS, false },
		{ SVM_EXIT_NMI, "host NMIs", GUEST_NR_KINDS, false },
		{ SVM_EXIT_SMI, "host SMIs", GUEST_NR_KINDS, false },
		{ SVM_EXIT_NPF, "first touch of the guest's pages, before the gate", GUEST_NR_KINDS,
		  true },
		{ SVM_EXIT_VINTR, "a timer that fires between its arming and the HLT", GUEST_HLT,
		  false },
		{ SVM_EXIT_VINTR, "a deadline that is over before the HLT", GUEST_TIMER, false },
		{ SVM_EXIT_PAUSE, "the host's pause filter", GUEST_PAUSE, false },
		{ SVM_EXIT_STGI, "a nested hypervisor with virtual GIF", GUEST_NESTED, false },
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
		{ EXIT_REASON_PREEMPTION_TIMER, "a deadline that is over before the HLT",
		  GUEST_TIMER, false },
		{ EXIT_REASON_INTERRUPT_WINDOW, "a deadline that is over before the HLT",
		  GUEST_TIMER, false },
		{ EXIT_REASON_PAUSE_INSTRUCTION, "pause-loop exits", GUEST_PAUSE, false },
		{ EXIT_REASON_VMON, hypervisor_begins, GUEST_NESTED, true },
		{ EXIT_REASON_VMCLEAR, hypervisor_begins, GUEST_NESTED, true },
		{ EXIT_REASON_VMPTRLD, hypervisor_begins, GUEST_NESTED, true },
		{ EXIT_REASON_VMWRITE, hypervisor_begins, GUEST_NESTED, true },
	},
};

static bool at_work(uint32_t kind)
{
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		if (opt.ops[i].kind == kind)
			return true;
	return kind == GUEST_NR_KINDS;
}

static bool applies(const struct unpredictable *u)
{
	return at_work(u->kind) && (u->code != SVM_EXIT_STGI || host_has_vgif());
}

static void ledger_add_by(struct ledger *l, enum origin by, uint32_t code, uint64_t life,
			  uint64_t run)
{
	const struct unpredictable *u = unpredictable[l->vendor];
	struct expected *e = l->e;

	while (e < l->e + l->nr && (e->code != code || e->origin != by))
		e++;
	if (e == l->e + l->nr) {
		*e = (struct expected){
			.origin = by, .code = code, .life_exact = true, .run_exact = true,
		};
		for (; u->why; u++)
			if (u->code == code && applies(u)) {
				e->life_exact = false;
				e->run_exact = u->life_only;
			}
		l->nr++;
	}
	e->life += life;
	e->run += run;
}

static void ledger_add(struct ledger *l, uint32_t code, uint64_t life, uint64_t run)
{
	ledger_add_by(l, BY_GUEST, code, life, run);
}

/* One nested guest with one exit has run before the gate */
static void ledger_add_nested(struct ledger *l, const struct vcpu *vcpu)
{
	uint64_t runs = 0, exits = 0;

	for (unsigned int i = 0; i < opt.nr_ops; i++) {
		const struct guest_op *op = &vcpu->page->ops[i];

		if (op->kind != GUEST_NESTED)
			continue;
		runs += op->done;
		exits += op->done * op->arg;
	}
	if (l->vendor == VENDOR_VMX) {
		ledger_add(l, EXIT_REASON_VMLAUNCH, 1, 0);
		ledger_add_by(l, BY_L2_FOR_L1, EXIT_REASON_VMCALL, runs + 1, runs);
		ledger_add_by(l, BY_L2, EXIT_REASON_IO_INSTRUCTION, exits + 1, exits);
		/* The RIP of each run, and why it ended; the VMCS's other fields before the gate */
		if (!host_has_shadow_vmcs()) {
			ledger_add(l, EXIT_REASON_VMWRITE, runs + 1, runs);
			ledger_add(l, EXIT_REASON_VMREAD, runs + 1, runs);
		}
		return;
	}
	ledger_add(l, SVM_EXIT_VMRUN, 1, 0);
	ledger_add_by(l, BY_L2_FOR_L1, SVM_EXIT_VMMCALL, runs + 1, runs);
	ledger_add_by(l, BY_L2, SVM_EXIT_CPUID, exits + 1, exits);
	if (!host_has_vgif())
		ledger_add(l, SVM_EXIT_STGI, runs + 1, runs);
}

/* Whether an earlier order of the vCPU has been to the same page */
static bool page_is_known(const struct vcpu *vcpu, const struct guest_op *op)
{
	for (const struct guest_op *o = vcpu->page->ops; o < op; o++)
		if ((o->kind == GUEST_MMIO || o->kind == GUEST_MMIORD) && o->arg == op->arg &&
		    o->done)
			return true;
	return false;
}

static void ledger_add_op(struct ledger *l, const struct vcpu *vcpu, const struct guest_op *op)
{
	const struct cost *c = kinds[op->kind].costs[l->vendor];

	for (unsigned int i = 0; i < MAX_COSTS && c[i].count; i++) {
		uint64_t n = op->done * c[i].count;

		/* The first access to an MMIO page sets up what later ones trip over */
		if ((op->kind == GUEST_MMIO || op->kind == GUEST_MMIORD) &&
		    l->vendor == VENDOR_VMX && n && !page_is_known(vcpu, op)) {
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

	ledger_add(l, io, vcpu->ready + vcpu->ends, vcpu->ends);
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		ledger_add_op(l, vcpu, &vcpu->page->ops[i]);
	if (vcpu->page->l2)
		ledger_add_nested(l, vcpu);
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

static bool is_answered(uint32_t kind)
{
	return kind == GUEST_PIO || kind == GUEST_PIOIN || kind == GUEST_MMIO ||
	       kind == GUEST_MMIORD || kind == GUEST_USPIN || kind == GUEST_USLEEP;
}

/* KVM may not know an MSR that is not our own */
static bool may_fault(const struct guest_op *op)
{
	return kinds[op->kind].faults ||
	       ((op->kind == GUEST_MSR || op->kind == GUEST_RDMSR) && op->arg != MSR_WORK);
}

static bool check(const struct vcpu *vcpu, const struct ledger *l)
{
	const struct guest_page *page = vcpu->page;
	uint64_t hlts = 0, irqs = page->arms, most_faults = 0;
	uint64_t sum = 0, before, after;
	bool ok = true;

	for (unsigned int i = 0; i < opt.nr_ops; i++) {
		const struct guest_op *op = &page->ops[i];
		const struct kind *kind = &kinds[op->kind];

		if (!was_stopped() && op->done != op->count * vcpu->ends)
			ok = wrong(vcpu, "%s happened '%" PRIu64 "' times, not %" PRIu64,
				   kind->name, op->done, op->count * vcpu->ends);
		if (is_answered(op->kind) && op->done != vcpu->answered[i])
			ok = wrong(vcpu, "the VMM saw '%" PRIu64 "' %s, the guest did %" PRIu64,
				   vcpu->answered[i], kind->name, op->done);
		irqs += op->kind == GUEST_IRQWIN ? op->done : 0;
		hlts += op->kind == GUEST_HLT || op->kind == GUEST_TIMER ? op->done : 0;
		most_faults += may_fault(op) ? op->done : 0;
	}
	if (page->rounds != vcpu->ends)
		ok = wrong(vcpu, "the guest counted '%" PRIu64 "' rounds, the VMM %" PRIu64,
			   page->rounds, vcpu->ends);
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

static void print_returns(const struct vcpu *vcpu)
{
	const struct returns *gate = &vcpu->returns_at_gate, *end = &vcpu->returns;
	bool first = true;

	printf(",\"returns\":[");
	for (unsigned int i = 0; i < NR_RETURNS; i++) {
		if (!end->exit[i])
			continue;
		printf("%s{\"exit_reason\":%u,\"life\":%" PRIu64 ",\"run\":%" PRIu64 "}",
		       first ? "" : ",", i, end->exit[i], end->exit[i] - gate->exit[i]);
		first = false;
	}
	printf("],\"interrupted\":{\"life\":%" PRIu64 ",\"run\":%" PRIu64 "}",
	       end->interrupted, end->interrupted - gate->interrupted);
}

static void print_vcpu(const struct vcpu *vcpu, const struct ledger *ledger, bool ok)
{
	enum vendor vendor = ledger->vendor;
	const struct expected *e = ledger->e;

	printf("{\"vcpu\":%u,\"tid\":%d,\"ok\":%s,\"rounds\":%" PRIu64 ",\"work\":[", vcpu->id,
	       vcpu->tid, ok ? "true" : "false", vcpu->ends);
	for (unsigned int i = 0; i < opt.nr_ops; i++)
		printf("%s{\"kind\":\"%s\",\"arg\":%u,\"per_round\":%" PRIu64
		       ",\"done\":%" PRIu64 "}",
		       i ? "," : "", kinds[vcpu->page->ops[i].kind].name, vcpu->page->ops[i].arg,
		       vcpu->page->ops[i].count, vcpu->page->ops[i].done);
	printf("],\"expect\":[");
	for (unsigned int i = 0; i < ledger->nr; i++)
		printf("%s{\"code\":%u,\"name\":\"%s\",\"class\":\"%s\""
		       ",\"life\":%" PRIu64 ",\"life_exact\":%s,\"run\":%" PRIu64 ",\"run_exact\":%s}",
		       i ? "," : "", e[i].code, reason_name(vendor, e[i].code),
		       origin_names[e[i].origin], e[i].life,
		       e[i].life_exact ? "true" : "false", e[i].run,
		       e[i].run_exact ? "true" : "false");
	printf("],\"guest\":{\"arms\":%" PRIu64 ",\"irqs\":%" PRIu64 ",\"faults\":%" PRIu64
	       ",\"timers\":%" PRIu64 ",\"late_ns\":%" PRIu64 ",\"latest_ns\":%" PRIu64
	       "},\"user\":{\"ready\":%" PRIu64 ",\"end\":%" PRIu64 ",\"spun_ns\":%" PRIu64
	       ",\"slept_ns\":%" PRIu64 "}",
	       vcpu->page->arms, vcpu->page->irqs, vcpu->page->faults, vcpu->page->timers,
	       vcpu_ns(vcpu, vcpu->page->late), vcpu_ns(vcpu, vcpu->page->latest),
	       vcpu->ready, vcpu->ends,
	       vcpu->spun_ns, vcpu->slept_ns);
	print_returns(vcpu);
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
	       ",\"kicks\":%" PRIu64 ",\"unpredictable\":[",
	       getpid(), uts.release, vendor_name(vendor), was_stopped() ? "true" : "false",
	       migrations(), kicks());
	for (const struct unpredictable *u = unpredictable[vendor]; u->why; u++) {
		if (!applies(u))
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
