// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool that everybody knows: "perf kvm stat" records the same run, and per reason says the
 * same count and, within 1 %, the same mean. Both take it from kvm_exit to the next kvm_entry.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/slack.h"

#define SVM_EXIT_NPF 0x400
#define EXIT_REASON_EPT_VIOLATION 48
#define EXIT_REASON_EPT_MISCONFIG 49
#define DATA "/tmp/kvmlat-perf.data"
#define CONTROL "/tmp/kvmlat-perf.control"
#define ACK "/tmp/kvmlat-perf.ack"
#define PERF_MS 30000

FIXTURE(perf)
{
	struct host host;
	struct known_vm known;
	struct snap snap;
	pid_t perf;
	int control;
	int ack;
	double insn_us;
};

FIXTURE_SETUP(perf)
{
	const char *icount = getenv("LAB_ICOUNT");

	self->insn_us = icount ? strtoul(icount, NULL, 10) / 1000.0 : 0;
	if (!self->insn_us)
		SKIP(return, "only with --icount is what the two tools cost the same each time");
	if (system("perf --version > /dev/null 2>&1"))
		SKIP(return, "there is no perf");
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, mkfifo(CONTROL, 0600));
	ASSERT_EQ(0, mkfifo(ACK, 0600));
	self->control = open(CONTROL, O_RDWR | O_CLOEXEC);
	self->ack = open(ACK, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->control);
	ASSERT_LE(0, self->ack);
}

FIXTURE_TEARDOWN(perf)
{
	if (self->perf > 0) {
		kill(self->perf, SIGKILL);
		waitpid(self->perf, NULL, 0);
	}
	unlink(DATA);
	unlink(CONTROL);
	unlink(ACK);
	known_free(&self->known);
	snap_free(&self->snap);
	HOST_DOWN(&self->host);
}

static pid_t perf_start(pid_t vmm)
{
	char pid[16];
	pid_t perf;
	int null;

	snprintf(pid, sizeof(pid), "%d", vmm);
	perf = fork();
	if (perf)
		return perf;
	/* Not our pipes to the VMM */
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	execlp("perf", "perf", "kvm", "stat", "record", "-o", DATA, "-p", pid, "-D", "-1",
	       "--control", "fifo:" CONTROL "," ACK, NULL);
	_exit(127);
}

static bool perf_enable(int control, int ack)
{
	struct pollfd fd = { .fd = ack, .events = POLLIN };
	static const char text[] = "enable\n";

	return write(control, text, strlen(text)) == (ssize_t)strlen(text) &&
	       poll(&fd, 1, PERF_MS) == 1;
}

struct perf_row {
	char name[32];
	uint64_t samples;
	double mean_us;
};

/* cpuid       2000    62.81%     5.62%      3.45us     17.77us      3.47us ( +-   0.27% ) */
static unsigned int perf_report(struct perf_row *rows, unsigned int max)
{
	FILE *f = popen("perf kvm -i " DATA " stat report 2>&1", "r");
	unsigned int nr = 0;
	char line[256];

	if (!f)
		return 0;
	while (nr < max && fgets(line, sizeof(line), f))
		if (sscanf(line, " %31s %" SCNu64 " %*f%% %*f%% %*fus %*fus %lfus", rows[nr].name,
			   &rows[nr].samples, &rows[nr].mean_us) == 3)
			nr++;
	pclose(f);
	return nr;
}

static const struct perf_row *perf_row(const struct perf_row *rows, unsigned int nr,
				       const char *name)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

TEST_F_TIMEOUT(perf, same_means, TEST_S)
{
	struct host *h = &self->host;
	struct sleep_wait wait = { &h->wire, &self->snap };
	bool intel = !strcmp(kvm_vendor(), "kvm_intel");
	const struct known_vcpu *k;
	struct perf_row rows[32];
	unsigned int nr, compared = 0;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--do cpuid=1500 --do msr=500 --do rdmsr=300 --do kpio=500 "
					"--do uspin=10:500 --do mmio=200 --do hypercall=200 "
					"--do wbinvd=100 --do hlt=20:2000 --do spin=4:100000"));
	self->perf = perf_start(h->vmm.pid);
	ASSERT_LT(0, self->perf);
	ASSERT_TRUE(perf_enable(self->control, self->ack));
	ASSERT_EQ(0, wire_reset(&h->wire, FILTER()));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_TRUE(wait_until(5000, thread_sleeps, &wait));
	ASSERT_HOLDS(&self->snap);
	ASSERT_EXACT(&self->snap, &self->known, RUN);
	kill(self->perf, SIGINT);
	waitpid(self->perf, NULL, 0);
	self->perf = 0;
	nr = perf_report(rows, 32);
	ASSERT_LT(0, nr);

	k = &self->known.vcpus[0];
	for (unsigned int i = 0; i < k->nr_reasons; i++) {
		const struct row *row = acct_row(&self->snap.accts[0], KVMLAT_REASON_CLASS_EXIT,
						 k->reasons[i].code);
		const struct perf_row *p = perf_row(rows, nr, k->reasons[i].name);
		double mean;

		/*
		 * perf's stamp of an entry comes after the module's work there, which is more
		 * when the VMM had the vCPU, and its stamp of an exit after that at the exit,
		 * where Intel's own function for the reason takes some 50 instructions more.
		 */
		bool to_vmm = k->reasons[i].code == (intel ? EXIT_REASON_EPT_MISCONFIG :
							     SVM_EXIT_NPF) ||
			      (intel && k->reasons[i].code == EXIT_REASON_EPT_VIOLATION);
		double below_us = to_vmm ? 300 * self->insn_us : 0;
		double above_us = intel ? 60 * self->insn_us : 0;

		/* The exit of the end, whose entry never comes, is in neither */
		if (!row)
			continue;
		ASSERT_NE(NULL, p)
			TH_LOG("perf has no '%s'", k->reasons[i].name);
		mean = row->total / 1000.0 / row->count;
		TH_LOG("%-10s %5" PRIu64 " %8.2f us, perf %5" PRIu64 " %8.2f us, %+.2f %%", p->name,
		       row->count, mean, p->samples, p->mean_us,
		       100 * (mean - p->mean_us) / p->mean_us);
		EXPECT_EQ(p->samples, row->count);
		EXPECT_LT(p->mean_us * (1 - 0.01 * slack()) - below_us, mean);
		EXPECT_GT(p->mean_us * (1 + 0.01 * slack()) + above_us, mean);
		compared++;
	}
	EXPECT_LE(6, compared);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
