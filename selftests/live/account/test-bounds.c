// SPDX-License-Identifier: GPL-2.0-only
/* What many vCPUs, VMs and modules of others must not make long or large. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/tracefs.h"

/* One grace period of a busy emulated machine; one for each vCPU would be a hundred times that */
#define OFF_MS 2000
#define KPROBE "kvmlat_bounds"

FIXTURE(bounds)
{
	struct host host;
	struct known_vm known;
};

FIXTURE_SETUP(bounds)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(bounds)
{
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

TEST_F_TIMEOUT(bounds, details_of_many_vcpus_go_at_once, TEST_S)
{
	struct host *h = &self->host;
	unsigned int from, ms;

	ASSERT_EQ(0, vmm_start(&h->vmm, "--vcpus 512 --threads 4 --do cpuid=3"));
	ASSERT_EQ(0, vmm_open_gate(&h->vmm));
	ASSERT_EQ(0, vmm_report(&h->vmm, &self->known));
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(), true));
	from = now_ms();
	ASSERT_EQ(0, wire_details(&h->wire, FILTER(), false));
	ms = now_ms() - from;
	TH_LOG("details of 512 vCPUs were off after %u ms", ms);
	ASSERT_GT(OFF_MS, ms);
	ASSERT_EQ(0, vmm_end(&h->vmm));
}

static int write_to(const char *name, const char *text)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), TRACEFS "/%s", name);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* How often the function behind the kprobe was called, -1 if nobody knows */
static int called(void)
{
	FILE *f = fopen(TRACEFS "/kprobe_profile", "r");
	char line[256], *at;
	int times = -1;

	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, KPROBE);
		if (at)
			times = atoi(at + strlen(KPROBE));
	}
	if (f)
		fclose(f);
	return times;
}

/*
 * Whoever has a module loaded would otherwise wait for our readers, and all others for him: the
 * record of knobs is behind the lock that readers hold.
 */
TEST_F_TIMEOUT(bounds, modules_of_others_take_no_lock_of_ours, TEST_S)
{
	ASSERT_EQ(0, tracefs_mount());
	ASSERT_EQ(0, write_to("kprobe_events", "p:" KPROBE " kvmlat_undo_module\n"));
	ASSERT_EQ(0, write_to("events/kprobes/" KPROBE "/enable", "1"));
	EXPECT_EQ(0, system("modprobe dummy && rmmod dummy"));
	EXPECT_EQ(0, called());
	EXPECT_EQ(0, mod_remove(kvm_vendor()));
	EXPECT_EQ(0, kvm_load());
	EXPECT_EQ(2, called());
	EXPECT_EQ(0, write_to("events/kprobes/" KPROBE "/enable", "0"));
	EXPECT_EQ(0, write_to("kprobe_events", "-:" KPROBE "\n"));
}

TEST_HARNESS_MAIN
