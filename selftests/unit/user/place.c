// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sched/restore.h"
#include "sched/placement.h"
#include "tap.h"

static struct cpus set_of(const char *text)
{
	struct cpus set;

	EXPECT(cpus_parse(text, &set));
	return set;
}

static const char *text_of(const struct cpus *set)
{
	static char text[256];

	cpus_format(set, text, sizeof(text));
	return text;
}

static void lists_of_cpus(void)
{
	static const char * const good[] = { "0", "0-3", "1,3,5", "0-1,3,62-65,8191" };
	static const char * const bad[] = {
		"a", "1-", "-1", "3-1", "1,,2", "1,", ",1", "1 2", "8192", "0-8192", "0x1", "+1",
		"99999999999999999999", " 1",
	};
	struct cpus set;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		set = set_of(good[i]);
		EXPECT_STR(text_of(&set), good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT(!cpus_parse(bad[i], &set));
	set = set_of("0,1,2,0-1,7");
	EXPECT_STR(text_of(&set), "0-2,7");
	EXPECT_EQ(cpus_count(&set), 4);
	set = set_of("");
	EXPECT_STR(text_of(&set), "-");
	EXPECT(cpus_next(&set, -1) == -1);
	set = set_of("0-8191");
	EXPECT_EQ(cpus_count(&set), 8192);
	EXPECT_STR(text_of(&set), "0-8191");
}

static void long_lists_are_cut(void)
{
	struct cpus set = { 0 };
	char text[20];
	int i;

	for (i = 0; i < 100; i += 2)
		cpus_add(&set, i);
	cpus_format(&set, text, sizeof(text));
	EXPECT_STR(text, "0,2,4,6,8,10,12...");
}

static void what_would_starve_the_host(void)
{
	struct host h = { .online = set_of("0-3"), .isolated = set_of("2-3"), .guard.known = true };
	struct sched s = { .policy = SCHED_FIFO, .priority = 1, .cpus = set_of("2-3") };
	char why[1024];

	EXPECT(placement_safe(&s, &h, why, sizeof(why)));
	s.cpus = set_of("1-3");
	EXPECT(!placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(strstr(why, "CPUs \"1\" are not isolated (isolated: 2-3, nohz_full: -)"));
	s.cpus = set_of("0-7");
	EXPECT(!placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(strstr(why, "may not have all CPUs"));
	s.cpus = set_of("3,9");
	EXPECT(placement_safe(&s, &h, why, sizeof(why)));
	h.guard.lacking = h.online;
	EXPECT(!placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(strstr(why, "throttling is off (sched_rt_runtime_us is -1, or all of"));
	h.guard = (struct guard) { .fair_server = true, .lacking = set_of("0-2") };
	EXPECT(placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(placement_unsure(&h, why, sizeof(why)));
	EXPECT(strstr(why, "unknown: \"/sys/kernel/debug/sched/fair_server\" cannot be read"));
	h.guard.known = true;
	EXPECT(!placement_unsure(&h, why, sizeof(why)));
	s.cpus = set_of("2-3");
	EXPECT(!placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(strstr(why, "CPUs \"2\" have no fair server"));
	h.isolated = h.online;
	s.cpus = set_of("0-3");
	EXPECT(!placement_safe(&s, &h, why, sizeof(why)));
	EXPECT(strstr(why, "may not have all CPUs"));
	/* Without a real-time priority nobody starves. */
	s.priority = 0;
	EXPECT(placement_safe(&s, &h, why, sizeof(why)));
}

static void what_is_possible(void)
{
	struct host h = { .online = set_of("0-3") };
	struct placement want = { .policy = -1, .has_cpus = true, .cpus = set_of("2-5") };
	char why[512];

	EXPECT(!placement_possible(&want, &h, 1, why, sizeof(why)));
	EXPECT_STR(why, "CPUs \"4-5\" are not online, only \"0-3\" are");
	want.cpus = set_of("1,3");
	EXPECT(placement_possible(&want, &h, 3, why, sizeof(why)));
	want.one_each = true;
	EXPECT(placement_possible(&want, &h, 2, why, sizeof(why)));
	EXPECT(!placement_possible(&want, &h, 3, why, sizeof(why)));
	EXPECT_STR(why, "CPUs \"1,3\" are too few for 3 threads with one each");
}

static void what_threads_become(void)
{
	struct placement want = { .policy = -1, .has_cpus = true, .cpus = set_of("1,3"),
				  .one_each = true };
	const struct sched now = { .policy = SCHED_OTHER, .nice = -5, .cpus = set_of("0-3") };
	struct sched s;

	s = placement_of(&want, &now, 1);
	EXPECT_STR(text_of(&s.cpus), "3");
	EXPECT(s.policy == SCHED_OTHER && s.nice == -5);
	want.one_each = false;
	want.policy = SCHED_FIFO;
	want.priority = 9;
	s = placement_of(&want, &now, 1);
	EXPECT_STR(text_of(&s.cpus), "1,3");
	EXPECT(s.policy == SCHED_FIFO && s.priority == 9 && !s.nice);
	want.has_cpus = false;
	s = placement_of(&want, &now, 0);
	EXPECT(cpus_equal(&s.cpus, &now.cpus));
}

static void write_file(const char *root, const char *path, const char *text)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "mkdir -p \"$(dirname \"%s%s\")\"", root, path);
	EXPECT(!system(name));
	snprintf(name, sizeof(name), "%s%s", root, path);
	f = fopen(name, "w");
	fputs(text, f);
	fclose(f);
}

static bool lacks(const char *root, const struct cpus *online, const char *which)
{
	struct guard g;

	guard_read(root, online, &g);
	return g.known && !strcmp(text_of(&g.lacking), which);
}

/* Which file decides is a matter of the kernel's release; the other one says nothing then. */
static void what_protects_the_host(const char *root, const struct cpus *online)
{
	static const char fair[] = "/sys/kernel/debug/sched/fair_server/cpu%d/runtime";
	static const char runtime[] = "/proc/sys/kernel/sched_rt_runtime_us";
	static const char release[] = "/proc/sys/kernel/osrelease";
	struct guard g;
	char path[64];
	int cpu;

	write_file(root, release, "6.11.0-1-amd64\n");
	EXPECT(lacks(root, online, "-"));
	write_file(root, runtime, "-1\n");
	EXPECT(lacks(root, online, "0-7"));
	write_file(root, runtime, "1000000\n");
	EXPECT(lacks(root, online, "0-7"));
	write_file(root, "/proc/sys/kernel/sched_rt_period_us", "1000001\n");
	EXPECT(lacks(root, online, "-"));

	write_file(root, release, "6.12.43+deb13-amd64\n");
	guard_read(root, online, &g);
	EXPECT(g.fair_server && !g.known && !cpus_count(&g.lacking));
	for (cpu = 0; cpu < 8; cpu++) {
		snprintf(path, sizeof(path), fair, cpu);
		write_file(root, path, cpu == 3 ? "0\n" : "50000000\n");
	}
	write_file(root, runtime, "-1\n");
	EXPECT(lacks(root, online, "3"));
	write_file(root, release, "7.1.0\n");
	EXPECT(lacks(root, online, "3"));
	write_file(root, release, "6.1.0-40-amd64\n");
	EXPECT(lacks(root, online, "0-7"));
}

static void real_time_threads_share_cpus(void)
{
	struct host h = { .online = set_of("0-3") };
	struct sched all[4];
	char why[512];
	int i;

	for (i = 0; i < 4; i++)
		all[i] = (struct sched) { .priority = 1, .cpus = set_of("1") };
	EXPECT(placement_crowded(all, 4, &h, why, sizeof(why)));
	EXPECT(strstr(why, "4 vCPUs with real-time priorities have only CPUs \"1\":"));
	EXPECT(!placement_crowded(all, 1, &h, why, sizeof(why)));
	all[0].cpus = set_of("2-5");
	all[1].cpus = set_of("1-3");
	EXPECT(placement_crowded(all, 4, &h, why, sizeof(why)));
	EXPECT(strstr(why, "4 vCPUs") && strstr(why, "\"1-3\""));
	all[3].priority = 0;
	EXPECT(!placement_crowded(all, 4, &h, why, sizeof(why)));
	all[3].priority = 5;
	all[3].cpus = set_of("0");
	EXPECT(!placement_crowded(all, 4, &h, why, sizeof(why)));
	all[2].cpus = set_of("0");
	EXPECT(placement_crowded(all, 4, &h, why, sizeof(why)));
	EXPECT(strstr(why, "2 vCPUs") && strstr(why, "\"0\""));
}

static void the_host_is_read(void)
{
	char root[] = "/tmp/user_place.XXXXXX", command[64];
	struct host h;

	EXPECT(mkdtemp(root));
	EXPECT(!host_read(root, &h));
	write_file(root, "/sys/devices/system/cpu/online", "0-7\n");
	EXPECT(host_read(root, &h));
	EXPECT_EQ(cpus_count(&h.online), 8);
	EXPECT(!cpus_count(&h.isolated) && !h.guard.known);
	write_file(root, "/sys/devices/system/cpu/isolated", "2\n");
	write_file(root, "/sys/devices/system/cpu/nohz_full", "  (null)\n");
	write_file(root, "/sys/fs/cgroup/cpuset.cpus.isolated", "5-6\n");
	write_file(root, "/proc/sys/kernel/sched_rt_runtime_us", "950000\n");
	EXPECT(host_read(root, &h));
	EXPECT_STR(text_of(&h.isolated), "2,5-6");
	EXPECT(!cpus_count(&h.nohz_full));
	what_protects_the_host(root, &h.online);
	snprintf(command, sizeof(command), "rm -r %s", root);
	EXPECT(!system(command));
}

static void threads_are_told_apart(void)
{
	struct task me, other;
	struct sched s;

	EXPECT(task_find(getpid(), getpid(), &me));
	EXPECT(me.start && task_same(&me));
	EXPECT(!task_get(&me, &s));
	EXPECT(cpus_count(&s.cpus) > 0);
	other = me;
	other.start++;
	EXPECT(!task_same(&other));
	EXPECT(task_get(&other, &s) && task_set(&other, &s));
	EXPECT(!task_find(getpid(), 0x7ffffff0, &other));
}

/* Whether another one that changes threads would have to wait: a lock is of the open file. */
static bool locked(const char *dir)
{
	char name[64];
	bool held;
	int fd;

	snprintf(name, sizeof(name), "%s/rt.lock", dir);
	fd = open(name, O_RDWR);
	EXPECT(fd >= 0);
	held = flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return held;
}

static void what_was_is_kept(void)
{
	char dir[] = "/tmp/user_past.XXXXXX", name[64], why[512];
	struct sched old = { .policy = SCHED_OTHER, .nice = 3, .cpus = set_of("0-3") };
	struct sched new = { .policy = SCHED_FIFO, .priority = 4, .flags = 1,
			     .cpus = set_of("1,3,5") };
	struct sched next = { .policy = SCHED_RR, .priority = 1, .cpus = set_of("1,3,5") };
	struct task me, gone;
	struct record *r;
	struct restore p;
	FILE *f;

	EXPECT(mkdtemp(dir));
	setenv("KVMLAT_RUN_DIR", dir, 1);
	EXPECT(task_find(getpid(), getpid(), &me));
	gone = me;
	gone.start++;
	EXPECT(!restore_open(&p, true, why, sizeof(why)));
	EXPECT_EQ(p.nr, 0);
	EXPECT(locked(dir));
	EXPECT(!restore_announce(&p, &me, &old, &new) &&
	       !restore_announce(&p, &gone, &old, &new));
	restore_done(&p, &me, &new);
	/* A second change keeps what was before the first. */
	EXPECT(!restore_announce(&p, &me, &new, &next));
	EXPECT_EQ(p.nr, 2);
	EXPECT(!restore_save(&p, why, sizeof(why)));
	restore_close(&p);

	EXPECT(!locked(dir));
	/* Who only reads waits for nobody. */
	EXPECT(!restore_open(&p, false, why, sizeof(why)));
	EXPECT(!locked(dir));
	EXPECT_EQ(p.nr, 1);
	r = restore_find(&p, &me);
	EXPECT(r && sched_equal(&r->old, &old) && sched_equal(&r->new, &new) &&
	       sched_equal(&r->next, &next));
	EXPECT(!restore_find(&p, &gone));
	if (r)
		restore_remove(&p, r);
	EXPECT_EQ(p.nr, 0);
	restore_close(&p);

	snprintf(name, sizeof(name), "%s/rt", dir);
	f = fopen(name, "w");
	fputs("kvmlat-rt 1\n1 2 3 nonsense\n", f);
	fclose(f);
	EXPECT(restore_open(&p, true, why, sizeof(why)));
	EXPECT(strstr(why, "is not what kvmlat wrote"));
	restore_close(&p);
	snprintf(name, sizeof(name), "rm -r %s", dir);
	EXPECT(!system(name));
}

/* sched_getaffinity() knows no CPU that is offline: what it said was set back without those. */
static void offline_cpus_are_kept(void)
{
	const struct cpus online = set_of("0-1");
	struct record r = { .old.cpus = set_of("0-3"), .new.cpus = set_of("1"),
			    .next.cpus = set_of("1") };
	struct sched now = { .cpus = set_of("0-1") };
	struct cpus set;

	EXPECT(task_allowed("Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\nMems:\t1\n",
			    &set));
	EXPECT_STR(text_of(&set), "0-3");
	EXPECT(!task_allowed("Name:\tx\n", &set));
	EXPECT(record_cpus_are_ours(&r, &now, &online));
	now.cpus = set_of("0");
	EXPECT(!record_cpus_are_ours(&r, &now, &online));
	now.cpus = set_of("1-3");
	EXPECT(record_cpus_are_ours(&r, &now, &online));
}

/* Killed anywhere between the first and the last system call, rt can tell what it is. */
static void halves_are_ours(void)
{
	const struct cpus online = set_of("0-3");
	const struct sched a = { .policy = SCHED_OTHER, .nice = 3, .cpus = set_of("0-3") };
	const struct sched b = { .policy = SCHED_FIFO, .priority = 4, .cpus = set_of("1") };
	const struct sched c = { .policy = SCHED_RR, .priority = 5, .cpus = set_of("2") };
	const struct sched *all[] = { &a, &b, &c };
	const struct record r = { .old = a, .new = b, .next = c };
	struct sched now;
	size_t i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < 3; j++) {
			now = *all[i];
			now.cpus = all[j]->cpus;
			EXPECT(record_policy_is_ours(&r, &now));
			EXPECT(record_cpus_are_ours(&r, &now, &online));
		}
	}
	now.priority++;
	now.cpus = set_of("3");
	EXPECT(!record_policy_is_ours(&r, &now));
	EXPECT(!record_cpus_are_ours(&r, &now, &online));
}

static const struct tap_case cases[] = {
	{ "offline CPUs are kept", offline_cpus_are_kept },
	{ "halves are ours", halves_are_ours },
	{ "lists of CPUs", lists_of_cpus },
	{ "long lists are cut", long_lists_are_cut },
	{ "what would starve the host is refused", what_would_starve_the_host },
	{ "real-time threads that share CPUs are told", real_time_threads_share_cpus },
	{ "what is not possible is refused", what_is_possible },
	{ "what threads become", what_threads_become },
	{ "the host is read", the_host_is_read },
	{ "threads are told apart by their start", threads_are_told_apart },
	{ "what was is kept in a file", what_was_is_kept },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
