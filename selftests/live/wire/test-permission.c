// SPDX-License-Identifier: GPL-2.0-only
/* Who may read and who may reset, by capability, user and user namespace. */
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/outlier.h"

#define NOBODY 65534
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#define CAP(n) (1ULL << (n))

FIXTURE(permission)
{
	struct host host;
	struct known_vm known;
};

FIXTURE_VARIANT(permission)
{
	int read_err;
	int reset_err;
	bool nobody;
	bool user_ns;
	bool old_socket;	/* opened before the privileges went */
	uint64_t caps;		/* what nobody keeps */
};

#define VARIANT(name, ...) FIXTURE_VARIANT_ADD(permission, name) { __VA_ARGS__ }

VARIANT(root, .read_err = 0, .reset_err = 0);
VARIANT(nobody, .read_err = EPERM, .reset_err = EPERM, .nobody = true);
VARIANT(perfmon, .read_err = 0, .reset_err = EPERM, .nobody = true, .caps = CAP(CAP_PERFMON));
VARIANT(sys_admin, .read_err = 0, .reset_err = 0, .nobody = true, .caps = CAP(CAP_SYS_ADMIN));
VARIANT(net_admin, .read_err = EPERM, .reset_err = EPERM, .nobody = true,
	.caps = CAP(CAP_NET_ADMIN));
VARIANT(user_namespace, .read_err = EPERM, .reset_err = EPERM, .user_ns = true);
VARIANT(nobody_with_roots_socket, .read_err = EPERM, .reset_err = EPERM, .nobody = true,
	.old_socket = true);
VARIANT(user_namespace_with_roots_socket, .read_err = EPERM, .reset_err = EPERM, .user_ns = true,
	.old_socket = true);

FIXTURE_SETUP(permission)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, vmm_start(&self->host.vmm, "--do cpuid=20 --do pio=10"));
	ASSERT_EQ(0, vmm_open_gate(&self->host.vmm));
	ASSERT_EQ(0, vmm_report(&self->host.vmm, &self->known));
}

FIXTURE_TEARDOWN(permission)
{
	known_free(&self->known);
	HOST_DOWN(&self->host);
}

static int become_nobody(uint64_t caps)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY) || syscall(SYS_capset, &hdr, data))
		return errno;
	return 0;
}

/*
 * All that is tried without the privileges happens in a child: the test's own process must be able
 * to look afterwards. Exits with 0, or the line of what was not as expected.
 */
#define REQUIRE(x) do { \
	if (!(x)) { \
		fprintf(stderr, "# line %d: %s: errno %d, \"%s\"\n", __LINE__, #x, w->err, \
			w->text); \
		_exit(1); \
	} \
} while (0)

static void child(struct wire *old, uint32_t vmm, const FIXTURE_VARIANT(permission) *v)
{
	struct wire own, *w = v->old_socket ? old : &own;
	struct outliers outliers = {};
	struct wire events;
	struct knobs knobs;
	struct vm_list vms;
	struct snap snap;
	struct info info;

	if (v->user_ns && unshare(CLONE_NEWUSER))
		_exit(2);
	if (v->nobody && become_nobody(v->caps))
		_exit(3);
	if (!v->old_socket && wire_open(w))
		_exit(4);

	REQUIRE(info_get(w, &info) == v->read_err);
	REQUIRE(!v->read_err || strlen(w->text) > 8);
	REQUIRE(vms_get(w, FILTER(), &vms) == v->read_err);
	REQUIRE(!v->read_err || strlen(w->text) > 8);
	REQUIRE(vms.nr == !v->read_err);
	REQUIRE(snap_dump(w, FILTER(.hist = true), &snap) == v->read_err);
	REQUIRE(!v->read_err || strlen(w->text) > 8);
	REQUIRE(snap.nr == !v->read_err);
	REQUIRE(snap_do(w, FILTER(.pid = vmm, .vcpu = 0), &snap) == v->read_err);
	REQUIRE(knob_dump(w, FILTER(), -1, -1, &knobs) == v->read_err);
	REQUIRE(!v->read_err || strlen(w->text) > 8);
	REQUIRE(knobs.nr == (v->read_err ? 0 : KVMLAT_KNOB_MAX + 3));
	REQUIRE(knob_change(w, ASK(HALT_POLL_NS, .value = 1), 1, true, &knobs) == v->reset_err);
	REQUIRE(knob_change(w, ASK(HALT_POLL_NS, .value = 1), 1, false, &knobs) == v->reset_err);
	REQUIRE(!v->reset_err || strlen(w->text) > 8);
	REQUIRE(knob_change(w, ASK(HALT_POLL_NS, .pid = vmm, .value = 1), 1, false, &knobs) ==
		v->reset_err);
	REQUIRE(knob_undo(w, 0x7ffffff0, false, &knobs) == (v->reset_err ? v->reset_err : ENOENT));
	REQUIRE(knob_undo(w, 0, false, &knobs) == v->reset_err);
	REQUIRE(!v->reset_err || strlen(w->text) > 8);
	REQUIRE(knob_listen(&events) == v->reset_err);
	REQUIRE(outlier_get(w, &outliers) == (v->read_err ? v->read_err : ENOENT));
	REQUIRE(strlen(w->text) > 8);
	REQUIRE(outlier_watch(w, FILTER(), OF(GAP), 0) == v->read_err);
	REQUIRE(!v->read_err || strlen(w->text) > 8);
	REQUIRE(outlier_get(w, &outliers) == v->read_err);
	REQUIRE(!outliers.nr);
	/* Whether something exists must not show either */
	REQUIRE(wire_reset(w, FILTER(.vm = 0x7ffffff0)) == (v->reset_err ? v->reset_err : ENOENT));
	REQUIRE(wire_reset(w, FILTER()) == v->reset_err);
	REQUIRE(!v->reset_err || strlen(w->text) > 8);
	_exit(0);
}

TEST_F_TIMEOUT(permission, read_and_reset, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct snap snap;
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		child(w, self->host.vmm.pid, variant);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	ASSERT_EQ(0, WEXITSTATUS(status));

	wire_close(w);
	ASSERT_EQ(0, wire_open(w));
	ASSERT_EQ(0, snap_steady(w, FILTER(.hist = true), &snap));
	ASSERT_HOLDS(&snap);
	ASSERT_EQ(1, snap.nr);
	if (variant->reset_err)
		ASSERT_EXACT(&snap, &self->known, LIFE);
	else
		EXPECT_EQ(0, acct_total(&snap.accts[0]));
	snap_free(&snap);
}

FIXTURE(elsewhere)
{
	struct host host;
};

FIXTURE_SETUP(elsewhere)
{
	HOST_UP(&self->host, NULL);
}

FIXTURE_TEARDOWN(elsewhere)
{
	HOST_DOWN(&self->host);
}

/* In another network namespace there is no such family at all */
TEST_F_TIMEOUT(elsewhere, network_namespace, TEST_S)
{
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct wire w;

		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) ? 255 : wire_open(&w));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	ASSERT_EQ(ENOENT, WEXITSTATUS(status));
}

TEST_HARNESS_MAIN
