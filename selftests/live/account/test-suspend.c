// SPDX-License-Identifier: GPL-2.0-only
/*
 * A suspend of the host's devices while guests run, after which the TSC goes on or is less than it
 * was. The kernel is told to go no further than the devices, to wait there for a second, and to
 * come back (pm_test): so this runs where no firmware could wake it, but on no machine whose files
 * come through a device.
 */
#include <fcntl.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/reader.h"
#include "lib/tracefs.h"

#define WAIT_NS		1000000000ull
#define BUSY		"--vcpus 2 --threads 2 --forever --do cpuid=100 --do pio=10 --do hlt=5:1000"
/* Of the machine, which takes half as long for one: a host that does not come back is a failure */
#define LIMIT_S		60

FIXTURE(suspend)
{
	struct host host;
	struct known_vm known;
	struct snap before;
	struct snap after;
};

FIXTURE_VARIANT(suspend)
{
	const char *params;
	bool restarts;
};

FIXTURE_VARIANT_ADD(suspend, the_tsc_goes_on)
{
	.params = "back=0",
};

/* More than the kernel waits: so the TSC is less than it was when the devices went */
FIXTURE_VARIANT_ADD(suspend, the_tsc_begins_anew)
{
	.params = "back=3000",
	.restarts = true,
};

FIXTURE_SETUP(suspend)
{
	ASSERT_EQ(0, fake_load("kvmlat_restart", variant->params));
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(suspend)
{
	known_free(&self->known);
	snap_free(&self->before);
	snap_free(&self->after);
	HOST_DOWN(&self->host);
	EXPECT_EQ(0, mod_remove("kvmlat_restart"));
}

static int tell(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, what, strlen(what)) < 0)
		err = errno;
	close(fd);
	return err;
}

TEST_F_TIMEOUT(suspend, of_devices, LIMIT_S)
{
	struct host *h = &self->host;

	ASSERT_EQ(0, vmm_start(&h->vmm, BUSY));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	sleep_ms(200);
	ASSERT_EQ(0, tell("/sys/module/suspend/parameters/pm_test_delay", "1"));
	ASSERT_EQ(0, tell("/sys/power/pm_test", "devices"));
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->before));
	ASSERT_HOLDS(&self->before);
	ASSERT_EQ(0, calls_watch("kvmlat_attach_anew"));
	ASSERT_EQ(0, tell("/sys/power/state", "freeze"));
	EXPECT_EQ(variant->restarts, calls_seen());
	EXPECT_EQ(0, calls_unwatch());

	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->after));
	ASSERT_HOLDS(&self->after);
	ASSERT_EQ(self->before.nr, self->after.nr);
	for (unsigned int i = 0; i < self->after.nr; i++) {
		const struct acct *is = &self->after.accts[i];
		const struct acct *was = snap_find(&self->before, h->vmm.pid, is->tid, is->vcpu);
		uint64_t off;
		const char *bad;

		ASSERT_NE(NULL, was);
		bad = acct_goes_back(was, is);
		EXPECT_EQ(NULL, bad)
			TH_LOG("%s", bad);
		off = is->times[KVMLAT_STATE_OFF] - was->times[KVMLAT_STATE_OFF];
		TH_LOG("vCPU %u: off grew by %llu ms of %llu", is->vcpu,
		       (unsigned long long)off / 1000000,
		       (unsigned long long)(is->now - was->now) / 1000000);
		/* Its thread was frozen meanwhile, which a TSC that begins anew does not tell */
		if (!variant->restarts)
			EXPECT_LE(WAIT_NS, off);
	}
	vmm_stop(&h->vmm);
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	snap_free(&self->after);
	ASSERT_EQ(0, snap_steady(&h->wire, FILTER(.hist = true), &self->after));
	ASSERT_HOLDS(&self->after);
	ASSERT_EXACT(&self->after, &self->known, LIFE);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

TEST_HARNESS_MAIN
