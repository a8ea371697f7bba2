// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conservation: whatever is done to guests and CPUs, every snapshot's states sum to the time that
 * went by, no complete interval is ever taken back, and the clock that they count is the host's.
 * Four readers look all the time (the contract and reader.c say at what).
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/reader.h"

#define MS 1000000ULL
#define LIFE_MS 30000

FIXTURE(ledger)
{
	struct host host;
	struct known_vm known;
	struct readers readers;
	bool reading;
};

/* Of everything something: computing, exits that KVM and the VMM handle, halts, sleeps */
#define MIXED "--do spin=5:20000 --do cpuid=50 --do pio=10 --do mmio=5 --do msr=20 --do hlt=2:1000 " \
	      "--do uspin=2:200 --do usleep=1:500"

enum act { NOTHING, HOTPLUG, STOP, RELOAD, RESET };

FIXTURE_VARIANT(ledger)
{
	const char *args;
	enum act act;
	unsigned int vcpus;
	bool two_cpus;
};

FIXTURE_VARIANT_ADD(ledger, overcommit) {
	.args = "--forever --vcpus 4 " MIXED " --do spin=5:100000", .vcpus = 4,
};

FIXTURE_VARIANT_ADD(ledger, migration) {
	.args = "--forever --vcpus 3 --migrate 300 " MIXED, .vcpus = 3, .two_cpus = true,
};

FIXTURE_VARIANT_ADD(ledger, hotplug) {
	.args = "--forever --vcpus 2 " MIXED, .vcpus = 2, .act = HOTPLUG, .two_cpus = true,
};

FIXTURE_VARIANT_ADD(ledger, stopped_vmm) {
	.args = "--forever --vcpus 2 " MIXED, .vcpus = 2, .act = STOP,
};

FIXTURE_VARIANT_ADD(ledger, signals) {
	.args = "--forever --vcpus 2 --kick 700 " MIXED, .vcpus = 2,
};

FIXTURE_VARIANT_ADD(ledger, module_in_the_middle) {
	.args = "--forever --vcpus 2 " MIXED, .vcpus = 2, .act = RELOAD,
};

FIXTURE_VARIANT_ADD(ledger, reset_in_the_middle) {
	.args = "--forever --vcpus 2 " MIXED, .vcpus = 2, .act = RESET,
};

FIXTURE_VARIANT_ADD(ledger, new_threads) {
	.args = "--forever --vcpus 3 --threads 2 --relay " MIXED, .vcpus = 3,
};

/* Those that never ran are not there, and disturb nobody */
FIXTURE_VARIANT_ADD(ledger, never_run) {
	.args = "--forever --vcpus 1 --idle 2 --asleep 2 " MIXED, .vcpus = 1,
};

FIXTURE_VARIANT_ADD(ledger, nested) {
	.args = "--forever --vcpus 2 --do nested=20:3 " MIXED, .vcpus = 2,
};

FIXTURE_SETUP(ledger)
{
	HOST_UP(&self->host, NULL);
}

static int set_online(const char *text)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, 1) != 1)
		err = errno;
	close(fd);
	return err;
}

FIXTURE_TEARDOWN(ledger)
{
	if (variant->act == HOTPLUG)
		set_online("1");
	if (self->reading)
		readers_stop(&self->readers);
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

/* INFO reads one clock after the other; in between its CPU may have been held up */
static int closest_clocks(struct wire *w, struct info *best)
{
	int err = info_get(w, best);

	for (int i = 0; i < 10 && !err; i++) {
		struct info info;

		err = info_get(w, &info);
		if (info.monotonic - info.now < best->monotonic - best->now)
			*best = info;
	}
	return err;
}

struct life {
	struct wire *wire;
	pid_t pid;
	unsigned int vcpus;
};

static bool is_stopped(int pid, const char *tid)
{
	char path[64], text[256] = "";
	const char *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	state = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	return state && state[2] == 'T';
}

/* SIGSTOP reaches each thread when it next runs, and what is stopped has yet to leave its CPU */
static bool all_are_stopped(void *arg)
{
	struct life *life = arg;
	struct dirent *entry;
	struct snap snap;
	bool all = true;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", life->pid);
	tasks = opendir(path);
	if (!tasks)
		return false;
	while ((entry = readdir(tasks)))
		all = all && (entry->d_name[0] == '.' || is_stopped(life->pid, entry->d_name));
	closedir(tasks);
	if (!all || snap_steady(life->wire, FILTER(.pid = life->pid), &snap))
		return false;
	all = snap.nr == life->vcpus;
	for (unsigned int i = 0; i < snap.nr; i++)
		all = all && snap.accts[i].state == KVMLAT_STATE_OFF;
	snap_free(&snap);
	return all;
}

/* While the VMM is stopped its vCPUs are off, and all of that is counted */
#define STOP_FOR(ms, pid_, vcpus_) do { \
	struct snap before_, after_; \
	uint64_t from_, to_; \
	ASSERT_EQ(0, kill(pid_, SIGSTOP)); \
	ASSERT_TRUE(wait_until(LIFE_MS, all_are_stopped, &life)); \
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = pid_, .hist = true), &before_)); \
	from_ = now_ns(); \
	ASSERT_HOLDS(&before_); \
	sleep_ms(ms); \
	to_ = now_ns(); \
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = pid_, .hist = true), &after_)); \
	ASSERT_HOLDS(&after_); \
	ASSERT_EQ(0, kill(pid_, SIGCONT)); \
	ASSERT_EQ(vcpus_, after_.nr); \
	for (unsigned int i_ = 0; i_ < after_.nr; i_++) { \
		const struct acct *b_ = &after_.accts[i_]; \
		const struct acct *a_ = snap_find(&before_, b_->pid, 0, b_->vcpu); \
		ASSERT_NE(NULL, a_); \
		EXPECT_EQ(KVMLAT_STATE_OFF, a_->state); \
		EXPECT_EQ(KVMLAT_STATE_OFF, b_->state); \
		EXPECT_EQ(a_->state_since, b_->state_since); \
		EXPECT_LE(to_ - from_, b_->times[KVMLAT_STATE_OFF] - a_->times[KVMLAT_STATE_OFF]); \
		EXPECT_EQ(b_->now - a_->now, \
			  b_->times[KVMLAT_STATE_OFF] - a_->times[KVMLAT_STATE_OFF]); \
	} \
	snap_free(&before_); \
	snap_free(&after_); \
} while (0)

/* Whether every vCPU has been in all states but poll; a crowded one takes its time */
static bool all_have_lived(void *arg)
{
	static const int states[] = {
		KVMLAT_STATE_GUEST, KVMLAT_STATE_EXIT, KVMLAT_STATE_USER, KVMLAT_STATE_WAIT,
		KVMLAT_STATE_OFF,
	};
	struct life *life = arg;
	struct snap snap;
	bool all;

	if (snap_steady(life->wire, FILTER(.pid = life->pid), &snap))
		return false;
	all = snap.nr == life->vcpus;
	for (unsigned int i = 0; i < snap.nr; i++)
		for (unsigned int s = 0; s < sizeof(states) / sizeof(*states); s++)
			all = all && snap.accts[i].times[states[s]];
	snap_free(&snap);
	return all;
}

TEST_F_TIMEOUT(ledger, every_ns_is_somewhere, TEST_S)
{
	struct host *h = &self->host;
	struct info first, last;
	struct snap snap;
	struct life life;
	uint64_t elapsed, resets = 0;

	if (variant->two_cpus && sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "this needs two CPUs, the machine has one");
	ASSERT_EQ(0, vmm_start(&h->vmm, variant->args));
	if (variant->act == RELOAD) {
		wire_close(&h->wire);
		ASSERT_EQ(0, kvmlat_unload());
	}
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	if (variant->act == RELOAD) {
		sleep_ms(100);
		ASSERT_EQ(0, kvmlat_load(NULL));
		ASSERT_EQ(0, wire_open(&h->wire));
	}
	life = (struct life){ &h->wire, h->vmm.pid, variant->vcpus };
	ASSERT_EQ(0, closest_clocks(&h->wire, &first));
	ASSERT_EQ(0, readers_start(&self->readers));
	self->reading = true;

	for (int i = 0; i < 3; i++) {
		switch (variant->act) {
		case HOTPLUG:
			ASSERT_EQ(0, set_online("0"));
			sleep_ms(150);
			ASSERT_EQ(0, set_online("1"));
			break;
		case STOP:
			STOP_FOR(200, h->vmm.pid, variant->vcpus);
			break;
		case RESET:
			ASSERT_EQ(0, wire_reset(&h->wire, FILTER(.pid = h->vmm.pid)));
			resets++;
			break;
		default:
			break;
		}
		sleep_ms(200);
	}

	EXPECT_TRUE(wait_until(LIFE_MS, all_have_lived, &life));
	readers_stop(&self->readers);
	self->reading = false;
	EXPECT_STREQ("", self->readers.bad);
	EXPECT_LE(READERS, self->readers.dumps);
	if (resets)
		EXPECT_LT(0, self->readers.resets_seen);
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, closest_clocks(&h->wire, &last));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.pid = h->vmm.pid, .hist = true), &snap));
	ASSERT_HOLDS(&snap);
	EXPECT_EQ(variant->vcpus, snap.nr);

	/* The module's clock against the host's */
	elapsed = last.monotonic - first.monotonic;
	EXPECT_LT(elapsed - elapsed / 1000 - MS, last.now - first.now);
	EXPECT_GT(elapsed + elapsed / 1000 + MS, last.now - first.now);
	for (unsigned int i = 0; i < snap.nr; i++) {
		const struct acct *a = &snap.accts[i];

		if (variant->act == RESET)
			EXPECT_LT(first.now, a->since);
		TH_LOG("vCPU %u: guest %" PRIu64 " exit %" PRIu64 " user %" PRIu64 " poll %" PRIu64
		       " wait %" PRIu64 " runq %" PRIu64 " off %" PRIu64 " us", a->vcpu,
		       a->times[0] / 1000, a->times[1] / 1000, a->times[2] / 1000,
		       a->times[3] / 1000, a->times[4] / 1000, a->times[5] / 1000,
		       a->times[6] / 1000);
	}
	TH_LOG("%u dumps of %u accounts", self->readers.dumps, self->readers.accts);
	snap_free(&snap);
	ASSERT_NONE_LOST(&h->wire);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

FIXTURE(clock)
{
	struct host host;
};

FIXTURE_SETUP(clock)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(clock)
{
	HOST_DOWN(&self->host);
}

/* A TSC that the kernel does not trust is not used: then all of the above was the other clock's */
TEST_F_TIMEOUT(clock, is_the_trusted_one, TEST_S)
{
	char text[4096] = "";
	struct info info;
	FILE *file = fopen("/proc/cmdline", "re");
	bool unstable;

	ASSERT_NE(NULL, file);
	ASSERT_NE(NULL, fgets(text, sizeof(text), file));
	fclose(file);
	unstable = strstr(text, "tsc=unstable");
	ASSERT_EQ(0, info_get(&self->host.wire, &info));
	EXPECT_EQ(unstable ? KVMLAT_CLOCK_MONO : KVMLAT_CLOCK_TSC, info.clock);
	EXPECT_EQ(unstable, !info.clock_khz);
}

TEST_HARNESS_MAIN
