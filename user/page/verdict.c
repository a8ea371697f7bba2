// SPDX-License-Identifier: GPL-2.0-only
/* The first screen: what is wrong, and what to try. */
#include <string.h>

#include "base/text.h"
#include "draw.h"

/* Below these nobody should look for what was late. */
#define MUCH_RUNQ	1.0
#define MUCH_OFF	5.0
#define MUCH_USER	10.0
#define MUCH_POLL	20.0
#define MUCH_EXIT	20.0

/* So many causes of outliers are told; the others are in the text of the report. */
#define TOLD_CAUSES	3

static const char * const said[NR_CAUSES] = {
	[CAUSE_TASK]		= "a task that had the CPU",
	[CAUSE_IRQ]		= "an interrupt of the host",
	[CAUSE_SOFTIRQ]		= "a softirq of the host",
	[CAUSE_NMI]		= "NMIs",
	[CAUSE_THROTTLED]	= "a limit of CPU time that was used up",
	[CAUSE_IDLE]		= "a CPU that had to come out of its idle state",
	[CAUSE_VMM]		= "the VMM at work",
	[CAUSE_VMM_ASLEEP]	= "the VMM asleep",
	[CAUSE_BLOCKED]		= "blocked in KVM",
	[CAUSE_KVM]		= "KVM at work",
	[CAUSE_ASLEEP]		= "asleep in KVM",
	[CAUSE_UNKNOWN]		= "not explained",
};

static void begin(FILE *to, const char *how)
{
	fprintf(to, "<li class=\"%s\"><b>", how);
}

static void advise(FILE *to, const char *what)
{
	fputs("</b><br><span class=\"try\">Try: ", to);
	put_escaped(to, what);
	fputs(".</span></li>\n", to);
}

static unsigned int tell_causes(FILE *to, const struct report *r)
{
	const struct tolls *t = &r->tolls;
	size_t i;

	for (i = 0; i < t->nr && i < TOLD_CAUSES; i++) {
		const struct toll *toll = &t->toll[i];
		double percent = share(toll->cause.ns, t->total);

		if (percent < 5)
			break;
		begin(to, "bad");
		fprintf(to, "%.0f %% of what was late was %s", percent,
			said[toll->cause.kind]);
		if (toll->cause.what[0]) {
			fputs(": ", to);
			put_escaped(to, toll->cause.what);
		}
		fprintf(to, ", in %llu of %llu outlier%s, at worst ",
			(unsigned long long)toll->count, (unsigned long long)t->outliers,
			t->outliers == 1 ? "" : "s");
		put_time(to, toll->worst);
		fputc('.', to);
		advise(to, cause_advice(toll->cause.kind));
	}
	return i;
}

/* The vCPU that spent most of its time so. */
static const struct lane *most_of(const struct timeline *t, unsigned int state, double *percent)
{
	const struct lane *most = NULL;
	size_t i, n;

	*percent = 0;
	for (i = 0; i < t->nr_lanes; i++) {
		const struct lane *l = &t->lanes[i];
		uint64_t sum = 0;

		for (n = 0; n < KVMLAT_NR_STATES; n++)
			sum += l->times[n];
		if (share(l->times[state], sum) > *percent) {
			*percent = share(l->times[state], sum);
			most = l;
		}
	}
	return most;
}

static unsigned int tell_states(FILE *to, const struct page *p)
{
	static const struct {
		unsigned int	state;
		double		much;
		const char	*said;
		const char	*advice;
	} told[] = {
		{ KVMLAT_STATE_RUNQ, MUCH_RUNQ, "was ready to run and had no CPU",
		  "CPUs of its own, or a higher priority: kvmlat-rt(1)" },
		{ KVMLAT_STATE_OFF, MUCH_OFF, "was blocked, though not halted",
		  "resident memory, and a look at what its VMM waits for" },
		{ KVMLAT_STATE_USER, MUCH_USER, "was in the VMM",
		  "devices that the kernel serves: vhost, ioeventfd" },
		{ KVMLAT_STATE_EXIT, MUCH_EXIT, "was spent on exits in KVM",
		  "fewer of the exits that cost most, which are below under Percentiles" },
		{ KVMLAT_STATE_POLL, MUCH_POLL, "KVM polled for a wakeup, which costs the host's CPU",
		  "a smaller window, if the guest need not be quick: kvmlat-set(1), halt_poll_ns" },
	};
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < sizeof(told) / sizeof(*told); i++) {
		const struct lane *l;
		double percent;

		l = most_of(&p->timeline, told[i].state, &percent);
		if (!l || percent < told[i].much)
			continue;
		begin(to, told[i].state == KVMLAT_STATE_POLL ? "note" : "bad");
		put_guest(to, l->guest, l->vm_id);
		fprintf(to, " vCPU %u %s for %.1f %% of its time, more than any other.", l->vcpu_id,
			told[i].said, percent);
		advise(to, told[i].advice);
		nr++;
	}
	return nr;
}

static void tell_losses(FILE *to, const struct report *r)
{
	char text[512];

	if (losses_tell(&r->losses, text, sizeof(text))) {
		begin(to, "note");
		put_escaped(to, text);
		fputs(".</b></li>\n", to);
	}
	if (r->dropped_outliers) {
		begin(to, "note");
		fprintf(to, "%llu outliers came too fast to be kept.</b></li>\n",
			(unsigned long long)r->dropped_outliers);
	}
}

static const struct row *span(const struct sample *s, uint32_t cls)
{
	size_t i;

	for (i = 0; s->nr_blocks && i < s->blocks[0].nr_rows; i++)
		if (s->blocks[0].rows[i].cls == cls && s->blocks[0].rows[i].count)
			return &s->blocks[0].rows[i];
	return NULL;
}

static void tile(FILE *to, const char *what, double ns, const char *of)
{
	fputs("<div><dt>", to);
	fputs(what, to);
	fputs("</dt><dd>", to);
	put_time(to, ns);
	fprintf(to, "</dd><dd class=\"dim\">%s</dd></div>\n", of);
}

/* What people ask first, large. */
static void tiles(FILE *to, const struct page *p, const struct sample *spans)
{
	const struct row *wake = span(spans, KVMLAT_REASON_CLASS_WAKE);
	const struct row *timer = span(spans, KVMLAT_REASON_CLASS_TIMER);
	const struct row *runq = span(spans, KVMLAT_REASON_CLASS_RUNQ);

	fputs("<dl class=\"tiles\">\n", to);
	if (p->worst.nr)
		tile(to, "Worst outlier", p->worst.all[0].total, "the longest of all");
	if (wake && wake->has_percentiles)
		tile(to, "Wakeup, p99.9", wake->p999, "to the guest");
	if (timer && timer->has_percentiles)
		tile(to, "Timer, p99.9", timer->p999, "late");
	if (runq && runq->has_percentiles)
		tile(to, "Wait for a CPU, p99.9", runq->p999, "though ready");
	fprintf(to, "<div><dt>Outliers</dt><dd>%llu</dd><dd class=\"dim\">above the threshold</dd></div>\n</dl>\n",
		(unsigned long long)p->report->tolls.outliers);
}

void draw_verdict(FILE *to, const struct page *p, const struct sample *spans)
{
	unsigned int nr;

	fputs("<section id=\"verdict\"><h2>What is wrong, and what to try</h2>\n", to);
	tiles(to, p, spans);
	fputs("<ul class=\"verdict\">\n", to);
	nr = tell_causes(to, p->report);
	nr += tell_states(to, p);
	if (!nr)
		fputs("<li class=\"good\"><b>Nothing stands out.</b> No cause made guests late for long, and no vCPU waited for a CPU, the VMM or memory for much of its time.</li>\n",
		      to);
	tell_losses(to, p->report);
	fputs("</ul></section>\n", to);
}
