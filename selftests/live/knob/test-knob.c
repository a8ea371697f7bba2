// SPDX-License-Identifier: GPL-2.0-only
/* Knobs of the host: transactions, undo, events. KVM's own files in sysfs are the witness. */
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/knobs.h"
#include "lib/sysfs.h"

#define GROW_START "halt_poll_ns_grow_start"

FIXTURE(knob)
{
	struct host host;
	struct wire events;
	uint64_t start[4];
};

static const char *const names[] = {
	"halt_poll_ns", "halt_poll_ns_grow", GROW_START, "halt_poll_ns_shrink",
};

FIXTURE_SETUP(knob)
{
	HOST_UP(&self->host, NULL);
	ASSERT_EQ(0, knob_listen(&self->events));
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, sysfs_param("kvm", names[i], &self->start[i]));
}

FIXTURE_TEARDOWN(knob)
{
	uint64_t now;

	wire_close(&self->events);
	HOST_DOWN(&self->host);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(0, sysfs_param("kvm", names[i], &now));
		EXPECT_EQ(self->start[i], now)
			TH_LOG("%s", names[i]);
	}
}

#define ASSERT_PARAM(name, value_) do { \
	uint64_t now_; \
	ASSERT_EQ(0, sysfs_param("kvm", name, &now_)); \
	ASSERT_EQ((uint64_t)(value_), now_) \
		TH_LOG("%s", name); \
} while (0)

#define ASSERT_RESULT(reply, i, id_, result_) do { \
	ASSERT_LT((unsigned int)(i), (reply)->nr); \
	ASSERT_EQ(KVMLAT_KNOB_##id_, (reply)->knob[i].id); \
	ASSERT_EQ(KVMLAT_RESULT_##result_, (reply)->knob[i].result); \
} while (0)

#define ASSERT_REFUSED(w, errno_, how) do { \
	ASSERT_EQ(errno_, how); \
	ASSERT_LT(8, strlen((w)->text)); \
} while (0)

TEST_F_TIMEOUT(knob, table_has_every_knob_once, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knobs all;
	uint64_t value;

	ASSERT_EQ(0, knob_dump(w, FILTER(), -1, -1, &all));
	ASSERT_EQ(KVMLAT_KNOB_MAX + 1, all.nr);
	for (unsigned int i = 0; i < all.nr; i++) {
		const struct knob *k = &all.knob[i];
		const char *module = i <= KVMLAT_KNOB_HALT_POLL_NS_SHRINK ? "kvm" :
				     i <= KVMLAT_KNOB_PLE_GAP ? "kvm_intel" : "kvm_amd";

		ASSERT_EQ(i, k->id);
		ASSERT_EQ(KVMLAT_SCOPE_HOST, k->scope);
		ASSERT_LT(k->min, k->max);
		ASSERT_FALSE(k->has_original);
		/* What is there has the value that sysfs shows, what is not says why */
		if (sysfs_param(module, k->name, &value)) {
			ASSERT_FALSE(k->has_value);
			ASSERT_LT(8, strlen(k->why));
		} else {
			ASSERT_TRUE(k->has_value);
			ASSERT_EQ(value, k->value);
		}
		if (!strcmp(module, "kvm"))
			ASSERT_STREQ("", k->why);
	}
	knobs_free(&all);
	ASSERT_EQ(0, knob_dump(w, FILTER(), KVMLAT_KNOB_PLE_GAP, -1, &all));
	ASSERT_EQ(1, all.nr);
	ASSERT_TRUE(all.knob[0].later);
	knobs_free(&all);
	ASSERT_EQ(0, knob_dump(w, FILTER(), -1, KVMLAT_SCOPE_VCPU, &all));
	ASSERT_EQ(0, all.nr);
	knobs_free(&all);
}

TEST_F_TIMEOUT(knob, all_or_nothing, TEST_S)
{
	struct wire *w = &self->host.wire;
	struct knob ask[] = {
		KNOB(HALT_POLL_NS, .value = 12345), KNOB(HALT_POLL_NS_GROW, .value = 5),
		KNOB(HALT_POLL_NS_SHRINK, .value = 7),
	};
	struct knobs reply;

	ASSERT_EQ(0, knob_change(w, ask, 3, true, &reply));
	ASSERT_EQ(0, reply.change);
	ASSERT_RESULT(&reply, 0, HALT_POLL_NS, CHECKED);
	ASSERT_EQ(12345, reply.knob[0].value);
	ASSERT_EQ(self->start[0], reply.knob[0].old);
	knobs_free(&reply);
	ASSERT_PARAM("halt_poll_ns", self->start[0]);

	/* The last of the three is refused, each time for another reason */
	ask[2].value = UINT32_MAX + 1ULL;
	ASSERT_REFUSED(w, ERANGE, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(PLE_WINDOW_GROW, .value = 3);
	if (!strcmp(kvm_vendor(), "kvm_amd"))
		ASSERT_REFUSED(w, EOPNOTSUPP, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(HALT_POLL_NS, .value = 3);
	ASSERT_REFUSED(w, EINVAL, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(HALT_POLL_NS_SHRINK, .value = 3, .has_expect = true,
				   .expect = self->start[3] + 1);
	ASSERT_REFUSED(w, ECANCELED, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(HALT_POLL_NS_SHRINK, .inherit = true);
	ASSERT_REFUSED(w, EINVAL, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(HALT_POLL_NS_SHRINK, .value = 3, .pid = 1);
	ASSERT_REFUSED(w, EINVAL, knob_change(w, ask, 3, false, &reply));
	ask[2] = (struct knob)KNOB(HALT_POLL_NS, .value = 3, .pid = 1);
	ASSERT_REFUSED(w, ENOENT, knob_change(w, ask, 3, false, &reply));
	ASSERT_REFUSED(w, EINVAL, knob_change(w, ask, 0, false, &reply));
	for (int i = 0; i < 4; i++)
		ASSERT_PARAM(names[i], self->start[i]);

	ask[2] = (struct knob)KNOB(HALT_POLL_NS_SHRINK, .value = 7, .has_expect = true,
				   .expect = self->start[3]);
	ASSERT_EQ(0, knob_change(w, ask, 3, false, &reply));
	ASSERT_NE(0, reply.change);
	ASSERT_EQ(3, reply.nr);
	ASSERT_RESULT(&reply, 2, HALT_POLL_NS_SHRINK, APPLIED);
	knobs_free(&reply);
	ASSERT_PARAM("halt_poll_ns", 12345);
	ASSERT_PARAM("halt_poll_ns_grow", 5);
	ASSERT_PARAM("halt_poll_ns_shrink", 7);
	/* Unloading restores, which the teardown looks at */
}

/* The emulated AMD processor has no pause filter; from 7.2 on its numbers are read-only as well */
TEST_F_TIMEOUT(knob, pause_filter_is_refused_with_the_reason, TEST_S)
{
	struct wire *w = &self->host.wire;
	uint64_t before, after;
	struct utsname uts;
	unsigned int major;
	struct knob now;

	if (strcmp(kvm_vendor(), "kvm_amd"))
		SKIP(return, "this is no AMD processor");
	ASSERT_EQ(0, sysfs_param("kvm_amd", "pause_filter_count", &before));
	if (before)
		SKIP(return, "this processor has a pause filter");
	ASSERT_EQ(0, uname(&uts));
	ASSERT_EQ(1, sscanf(uts.release, "%u.", &major));
	ASSERT_EQ(0, knob_set(w, ASK(PAUSE_FILTER_COUNT, .value = 4000)));
	ASSERT_EQ(EOPNOTSUPP, w->err);
	ASSERT_EQ(major >= 7, !!strstr(w->text, "read-only once"))
		TH_LOG("%s", w->text);
	ASSERT_EQ(0, knob_get(w, ASK(PAUSE_FILTER_COUNT), &now));
	ASSERT_EQ(major >= 7, !!strstr(now.why, "read-only once"));
	ASSERT_EQ(0, sysfs_param("kvm_amd", "pause_filter_count", &after));
	ASSERT_EQ(before, after);
}

/* Taking back in any order ends where it began */
TEST_F_TIMEOUT(knob, undo_in_any_order, TEST_S)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct wire *w = &self->host.wire;
	uint32_t change[3];
	struct knobs reply;

	for (size_t o = 0; o < ARRAY_SIZE(orders); o++) {
		bool taken[3] = { false };

		for (int i = 0; i < 3; i++) {
			change[i] = knob_set(w, ASK(HALT_POLL_NS, .value = 1000 + i));
			ASSERT_NE(0, change[i]);
		}
		for (int i = 0; i < 3; i++) {
			int which = orders[o][i], top = 2;

			ASSERT_EQ(0, knob_undo(w, change[which], true, &reply));
			knobs_free(&reply);
			ASSERT_EQ(0, knob_undo(w, change[which], false, &reply));
			ASSERT_EQ(1, reply.nr);
			taken[which] = true;
			while (top >= 0 && taken[top])
				top--;
			ASSERT_EQ(top > which ? KVMLAT_RESULT_COVERED : KVMLAT_RESULT_RESTORED,
				  reply.knob[0].result);
			knobs_free(&reply);
			ASSERT_PARAM("halt_poll_ns",
				     top < 0 ? self->start[0] : 1000 + (uint64_t)top);
			ASSERT_REFUSED(w, ENOENT, knob_undo(w, change[which], false, &reply));
		}
	}
}

TEST_F_TIMEOUT(knob, undo_of_everything_and_of_too_old, TEST_S)
{
	struct wire *w = &self->host.wire;
	uint32_t first = 0, last = 0;
	struct knobs reply;
	struct knob now;

	for (int i = 0; i < KVMLAT_UNDO_MAX + 3; i++) {
		last = knob_set(w, ASK(HALT_POLL_NS_GROW_START, .value = 1000 + i));
		ASSERT_NE(0, last);
		first = first ?: last;
	}
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS_GROW_START), &now));
	ASSERT_EQ(last, now.change);
	ASSERT_TRUE(now.has_original);
	ASSERT_EQ(self->start[2], now.original);
	ASSERT_REFUSED(w, ENOENT, knob_undo(w, first, false, &reply));
	for (int i = 0; i < KVMLAT_UNDO_MAX; i++) {
		ASSERT_EQ(0, knob_undo(w, last - i, false, &reply));
		knobs_free(&reply);
	}
	/* What three forgotten changes did is still there to be undone */
	ASSERT_PARAM(GROW_START, 1002);
	ASSERT_EQ(0, knob_undo(w, 0, false, &reply));
	ASSERT_EQ(1, reply.nr);
	ASSERT_RESULT(&reply, 0, HALT_POLL_NS_GROW_START, RESTORED);
	knobs_free(&reply);
	ASSERT_PARAM(GROW_START, self->start[2]);
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS_GROW_START), &now));
	ASSERT_FALSE(now.has_original);
	ASSERT_EQ(0, knob_undo(w, 0, false, &reply));
	ASSERT_EQ(0, reply.nr);
}

TEST_F_TIMEOUT(knob, what_others_set_is_left, TEST_S)
{
	struct wire *w = &self->host.wire;
	uint32_t mine, again;
	struct knobs reply;

	mine = knob_set(w, ASK(HALT_POLL_NS, .value = 1111));
	ASSERT_NE(0, mine);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 2222));
	ASSERT_EQ(0, knob_undo(w, mine, false, &reply));
	ASSERT_RESULT(&reply, 0, HALT_POLL_NS, LEFT);
	ASSERT_EQ(2222, reply.knob[0].value);
	knobs_free(&reply);
	ASSERT_PARAM("halt_poll_ns", 2222);
	ASSERT_REFUSED(w, ENOENT, knob_undo(w, mine, false, &reply));

	/* A change after somebody else's begins there */
	mine = knob_set(w, ASK(HALT_POLL_NS, .value = 3333));
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", 4444));
	again = knob_set(w, ASK(HALT_POLL_NS, .value = 5555));
	ASSERT_NE(0, again);
	ASSERT_REFUSED(w, ENOENT, knob_undo(w, mine, false, &reply));
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_PARAM("halt_poll_ns", 4444);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns", self->start[0]));
}

TEST_F_TIMEOUT(knob, reload_of_kvm_forgets, TEST_S)
{
	struct wire *w = &self->host.wire;
	uint32_t mine = knob_set(w, ASK(HALT_POLL_NS_GROW, .value = 9));
	struct knob now;
	struct knobs reply;

	ASSERT_NE(0, mine);
	ASSERT_EQ(0, kvm_unload());
	ASSERT_EQ(0, knob_get(w, ASK(HALT_POLL_NS_GROW), &now));
	ASSERT_FALSE(now.has_value);
	ASSERT_LT(8, strlen(now.why));
	ASSERT_REFUSED(w, EOPNOTSUPP, knob_change(w, ASK(HALT_POLL_NS_GROW, .value = 3), 1, false,
						  &reply));
	ASSERT_EQ(0, kvm_load());
	/* Even by the value that we wrote, it is not ours any more */
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns_grow", 9));
	ASSERT_REFUSED(w, ENOENT, knob_undo(w, mine, false, &reply));
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_PARAM("halt_poll_ns_grow", 9);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns_grow", self->start[1]));
}

#define ASSERT_EVENT(what, id_, old_, new_, result_) do { \
	struct knobs e_; \
	ASSERT_EQ(0, knob_event(&self->events, 5000, &e_)); \
	ASSERT_EQ(1, e_.nr); \
	ASSERT_EQ(KVMLAT_ACTION_##what, e_.action); \
	ASSERT_EQ(KVMLAT_KNOB_##id_, e_.knob[0].id); \
	ASSERT_EQ((uint64_t)(old_), e_.knob[0].old); \
	ASSERT_EQ((uint64_t)(new_), e_.knob[0].value); \
	ASSERT_EQ(KVMLAT_RESULT_##result_, e_.knob[0].result); \
	ASSERT_EQ(getpid(), e_.pid); \
	ASSERT_EQ(getuid(), e_.uid); \
	ASSERT_LT(0, strlen(e_.comm)); \
	knobs_free(&e_); \
} while (0)

TEST_F_TIMEOUT(knob, events_tell_of_each_change, TEST_S)
{
	struct knob ask[] = {
		KNOB(HALT_POLL_NS, .value = 10), KNOB(HALT_POLL_NS_SHRINK, .value = 20),
	};
	struct wire *w = &self->host.wire;
	struct knobs reply, event;
	uint32_t change;

	ASSERT_EQ(0, knob_change(w, ask, 2, false, &reply));
	change = reply.change;
	knobs_free(&reply);
	ASSERT_EVENT(SET, HALT_POLL_NS, self->start[0], 10, APPLIED);
	ASSERT_EVENT(SET, HALT_POLL_NS_SHRINK, self->start[3], 20, APPLIED);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns_shrink", 30));
	ASSERT_EQ(0, knob_undo(w, change, false, &reply));
	knobs_free(&reply);
	ASSERT_EVENT(UNDO, HALT_POLL_NS_SHRINK, 30, 30, LEFT);
	ASSERT_EVENT(UNDO, HALT_POLL_NS, 10, self->start[0], RESTORED);
	ASSERT_EQ(0, sysfs_set_param("kvm", "halt_poll_ns_shrink", self->start[3]));

	/* Neither a dry run nor a refusal is an event */
	ASSERT_EQ(0, knob_change(w, ask, 1, true, &reply));
	knobs_free(&reply);
	ASSERT_EQ(ERANGE, knob_change(w, ASK(HALT_POLL_NS, .value = -1), 1, false, &reply));
	ASSERT_NE(0, knob_set(w, ASK(HALT_POLL_NS, .value = 40)));
	ASSERT_EVENT(SET, HALT_POLL_NS, self->start[0], 40, APPLIED);
	ASSERT_EQ(0, kvmlat_unload());
	ASSERT_EVENT(UNLOAD, HALT_POLL_NS, 40, self->start[0], RESTORED);
	ASSERT_EQ(ETIMEDOUT, knob_event(&self->events, 200, &event));
}

TEST_HARNESS_MAIN
