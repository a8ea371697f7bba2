// SPDX-License-Identifier: GPL-2.0-only
/* What a profile changed is known to who comes after its holder was killed. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "host/module.h"
#include "kernel.h"
#include "tap.h"
#include "tune/intent.h"
#include "tune/journal.h"

static char dir[32], root[48], path[64], module[80];
static struct trouble why;

static struct kvmlat_knob_value knobs[] = {
	{ .id = 0, .scope = KVMLAT_SCOPE_HOST, .name = "halt_poll_ns", .max = 1000000, .change = 3,
	  .now = { .known = true, .value = 5, .source = KVMLAT_SCOPE_HOST } },
	{ .id = 1, .scope = KVMLAT_SCOPE_HOST, .name = "halt_poll_ns_grow", .max = 9, .change = 8,
	  .now = { .known = true, .value = 4, .source = KVMLAT_SCOPE_HOST } },
	{ .id = 0, .scope = KVMLAT_SCOPE_VM, .vm_id = 7, .name = "halt_poll_ns", .max = 1000000,
	  .change = 9, .now = { .known = true, .value = 6, .source = KVMLAT_SCOPE_VM } },
	{ .id = 0, .scope = KVMLAT_SCOPE_VM, .vm_id = 8, .name = "halt_poll_ns", .max = 1000000,
	  .change = 10, .now = { .known = true, .value = 5, .source = KVMLAT_SCOPE_HOST } },
};

static struct tuner tuner = { .table = { .nr = ARRAY_SIZE(knobs), .all = knobs } };

static void put(const char *text)
{
	EXPECT(!file_replace(path, text));
}

static void it_is_read_as_it_was_written(void)
{
	const struct kvmlat_knob_change wanted[] = {
		{ .id = 0, .scope = KVMLAT_SCOPE_HOST, .value = 1ULL << 40 },
		{ .id = 1, .scope = KVMLAT_SCOPE_VM, .vm_id = 7, .inherit = true },
	};
	struct journal j = { .name = "profile", .module = 77 }, read;
	char *text;

	EXPECT(!journal_load(&read, "profile", &why) && !read.nr && !read.module);
	EXPECT(!read.pending.nr);
	EXPECT(!journal_add(&j, 0, 3, &why) && !journal_add(&j, 7, 4, &why));
	EXPECT(!journal_announce(&j, &tuner, wanted, 2, &why));
	EXPECT_EQ(j.pending.last, 10);
	text = file_read(path);
	EXPECT_STR(text, "kvmlat-profile 1\nmodule 77\nchange 0 3\nchange 7 4\npending 10\n"
		   "want 0 0 0 0 1099511627776 0\nwant 1 1 7 1 0 0\n");
	free(text);
	EXPECT(!journal_load(&read, "profile", &why));
	EXPECT_EQ(read.module, 77);
	EXPECT_EQ(read.nr, 2);
	EXPECT_EQ(read.all[1].vm_id, 7);
	EXPECT_EQ(read.all[1].change, 4);
	EXPECT_EQ(read.pending.last, 10);
	EXPECT_EQ(read.pending.nr, 2);
	EXPECT_EQ(read.pending.wanted[0].value, 1ULL << 40);
	EXPECT(!read.pending.wanted[0].inherit && read.pending.wanted[1].inherit);
	EXPECT_EQ(read.pending.wanted[1].vm_id, 7);
	EXPECT(journal_has(&read, 0) && journal_has(&read, 7) && !journal_has(&read, 4));
	journal_free(&read);
	/* What is known by its number waits for none. */
	EXPECT(!journal_add(&j, 8, 5, &why) && !j.pending.nr);
	journal_clear(&j);
	EXPECT(access(path, F_OK));
	journal_free(&j);
}

static void what_kvmlat_did_not_write_is_refused(void)
{
	static const char * const bad[] = {
		"", "kvmlat-profile 2\nmodule 1\n", "kvmlat-profile 1\nmodule\n",
		"kvmlat-profile 1\nchange 1\n", "kvmlat-profile 1\nwant 0 0 0 0\n",
		"kvmlat-profile 1\nmodule 1\nwant x\n", "kvmlat-profile 1\nelse 1\n",
	};
	char text[4096];
	struct journal j;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put(bad[i]);
		EXPECT(journal_load(&j, "profile", &why) && !j.nr && !j.all && !j.pending.nr);
		EXPECT(strstr(why.text, "is not what kvmlat wrote"));
	}
	len = sprintf(text, "kvmlat-profile 1\n");
	for (i = 0; i < KVMLAT_KNOBS_MAX; i++)
		len += sprintf(text + len, "want %zu 0 0 0 1\n", i);
	put(text);
	EXPECT(!journal_load(&j, "profile", &why));
	EXPECT_EQ(j.pending.nr, KVMLAT_KNOBS_MAX);
	journal_free(&j);
	/* One more has no room. */
	strcpy(text + len, "want 1 0 0 0 1\n");
	put(text);
	EXPECT(journal_load(&j, "profile", &why));
	EXPECT(!unlink(path) && !mkdir(path, 0755));
	EXPECT(journal_load(&j, "profile", &why) && strstr(why.text, "cannot read"));
	EXPECT(journal_add(&j, 1, 1, &why) && strstr(why.text, "cannot write"));
	journal_free(&j);
	rmdir(path);
}

static void vms_that_ended_are_dropped(void)
{
	struct kvmlat_vm vms[] = { { .vm_id = 7 }, { .vm_id = 8, .gone = true } };
	const struct kvmlat_snapshot snap = { .nr_vms = 2, .vms = vms };
	struct journal j = { .name = "profile", .module = 1 };

	EXPECT(!journal_add(&j, 0, 1, &why) && !journal_add(&j, 8, 2, &why));
	EXPECT(!journal_add(&j, 7, 3, &why) && !journal_add(&j, 9, 4, &why));
	EXPECT(journal_drop_ended(&j, &snap));
	EXPECT_EQ(j.nr, 2);
	EXPECT(journal_has(&j, 0) && journal_has(&j, 7));
	EXPECT(!journal_drop_ended(&j, &snap));
	journal_clear(&j);
	journal_free(&j);
}

/* Each has its own file, which no other takes for its own. */
static void auto_has_its_own(void)
{
	const struct kvmlat_knob_change wanted = {
		.scope = KVMLAT_SCOPE_VCPU, .vm_id = 7, .vcpu_id = 3, .value = 9,
	};
	struct journal j = { .name = "auto", .module = 5 }, read;

	EXPECT(!journal_add(&j, 7, 1, &why) && !journal_add(&j, 7, 2, &why));
	EXPECT(!journal_announce(&j, &tuner, &wanted, 1, &why));
	EXPECT(access(path, F_OK));
	EXPECT(!journal_load(&read, "profile", &why) && !read.nr);
	EXPECT(!journal_load(&read, "auto", &why));
	EXPECT_EQ(read.nr, 2);
	EXPECT_EQ(read.pending.wanted[0].vcpu_id, 3);
	journal_drop(&read, 1);
	EXPECT_EQ(read.nr, 1);
	EXPECT_EQ(read.all[0].change, 2);
	journal_free(&read);
	EXPECT_STR(read.name, "auto");
	journal_clear(&j);
	journal_free(&j);
}

static uint32_t undone[8];
static unsigned int nr_undone;

static ssize_t take(struct kvmlat *k, const void *buf, size_t len)
{
	const struct nlattr *attr;

	fake_send(k, buf, len);
	mnl_attr_for_each(attr, buf, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == KVMLAT_A_CHANGE)
			undone[nr_undone++ % ARRAY_SIZE(undone)] = mnl_attr_get_u32(attr);
	return len;
}

static void nobody_tells(const char *sentence)
{
	(void)sentence;
}

static void the_newest_is_undone_first(void)
{
	/* Change 8 was not asked for, 3 was there before, VM 8 is as it is without it. */
	const struct kvmlat_knob_change wanted[] = {
		{ .id = 0, .scope = KVMLAT_SCOPE_HOST, .value = 5 },
		{ .id = 1, .scope = KVMLAT_SCOPE_HOST, .value = 5 },
		{ .id = 0, .scope = KVMLAT_SCOPE_VM, .vm_id = 7, .value = 6 },
		{ .id = 0, .scope = KVMLAT_SCOPE_VM, .vm_id = 8, .inherit = true },
	};
	struct journal j = { .name = "profile", .module = module_load_id(root) };
	struct tuner t = tuner;

	EXPECT(j.module);
	EXPECT(!journal_add(&j, 0, 4, &why) && !journal_add(&j, 0, 0, &why));
	EXPECT(!journal_announce(&j, &tuner, wanted, ARRAY_SIZE(wanted), &why));
	j.pending.last = 7;
	t.k = start();
	t.k->send = take;
	nr_undone = 0;
	refuse(ENOENT, "no", 0, true, false);
	refuse(EPERM, "no", 0, true, false);
	refuse(ENOENT, "no", 0, true, false);
	EXPECT(journal_undo(&j, &t, nobody_tells, &why));
	EXPECT_EQ(why.kind, TROUBLE_NO_PERMISSION);
	EXPECT_EQ(nr_undone, 3);
	EXPECT_EQ(undone[0], 10);
	EXPECT_EQ(undone[1], 9);
	EXPECT_EQ(undone[2], 4);
	/* What could not be undone stays, and can be tried again. */
	EXPECT_EQ(j.nr, 1);
	EXPECT_EQ(j.all[0].change, 9);
	EXPECT(!j.pending.nr && !access(path, F_OK));
	refuse(ENOENT, "no", 0, true, false);
	EXPECT(!journal_undo(&j, &t, nobody_tells, &why));
	EXPECT_EQ(nr_undone, 4);
	EXPECT(access(path, F_OK));
	/* Another load of the module has undone everything. */
	EXPECT(!journal_add(&j, 0, 4, &why));
	j.module++;
	EXPECT(!journal_undo(&j, &t, nobody_tells, &why));
	EXPECT_EQ(nr_undone, 4);
	EXPECT(!j.nr && access(path, F_OK));
	journal_free(&j);
	kvmlat_close(t.k);
}

static void a_later_line_goes_before_an_earlier_one(void)
{
	struct setting settings[] = {
		{ .section = 0, .knob = "halt_poll_ns", .value = "1us", .line = 2 },
		{ .section = 0, .knob = "halt_poll_ns_grow", .value = "3", .line = 3 },
		{ .section = 1, .knob = "halt_poll_ns", .value = "2us", .line = 5 },
		{ .section = 2, .knob = "halt_poll_ns", .value = "inherit", .line = 7 },
	};
	struct section sections[] = { { "" }, { "*" }, { "db" } };
	const struct profile p = { .path = "x.ini", .nr = 4, .settings = settings,
				   .nr_sections = 3, .sections = sections };
	const struct target host = { 0 }, vm = { .vm_id = 7 };
	const struct claimant db = { "db", 5 }, web = { "web", 5 }, other = { "db", 6, true };
	struct intent *intents;
	size_t nr;

	EXPECT(!profile_intents(&p, &tuner, &host, NULL, &intents, &nr, &why));
	EXPECT_EQ(nr, 2);
	EXPECT(intents[0].knob == &knobs[0] && intents[0].value == 1000 && !intents[0].inherit);
	EXPECT(intents[1].knob == &knobs[1] && intents[1].value == 3);
	EXPECT_STR(intents[1].text, "3");
	free(intents);
	EXPECT(!profile_intents(&p, &tuner, &vm, &web, &intents, &nr, &why));
	EXPECT(nr == 1 && intents[0].knob == &knobs[2] && intents[0].value == 2000);
	free(intents);
	EXPECT(!profile_intents(&p, &tuner, &vm, &db, &intents, &nr, &why));
	EXPECT(nr == 1 && intents[0].inherit);
	free(intents);
	EXPECT(!profile_intents(&p, &tuner, &vm, &other, &intents, &nr, &why));
	EXPECT(nr == 1 && intents[0].value == 2000);
	free(intents);
	strcpy(settings[1].value, "10");
	EXPECT(profile_intents(&p, &tuner, &host, NULL, &intents, &nr, &why));
	EXPECT_EQ(why.kind, TROUBLE_REFUSED);
	EXPECT(strstr(why.text, "\"x.ini\", line 3: "));
	free(intents);
	strcpy(settings[0].knob, "none");
	EXPECT(profile_intents(&p, &tuner, &host, NULL, &intents, &nr, &why));
	EXPECT_EQ(why.kind, TROUBLE_REFUSED);
	EXPECT(strstr(why.text, "\"x.ini\", line 2: no knob \"none\""));
	free(intents);
}

static const struct tap_case cases[] = {
	{ "it is read as it was written", it_is_read_as_it_was_written },
	{ "what kvmlat did not write is refused", what_kvmlat_did_not_write_is_refused },
	{ "VMs that ended are dropped", vms_that_ended_are_dropped },
		{ "auto has its own", auto_has_its_own },
	{ "the newest is undone first", the_newest_is_undone_first },
	{ "a later line goes before an earlier one", a_later_line_goes_before_an_earlier_one },
};

int main(void)
{
	char command[96];
	int ret;

	strcpy(dir, "/tmp/user_journal.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/profile.changes", dir);
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(module, sizeof(module), "mkdir -p %s/sys/module/kvmlat", root);
	if (system(module))
		return 1;
	setenv("KVMLAT_RUN_DIR", dir, 1);
	setenv("KVMLAT_ROOT", root, 1);
	ret = tap_run(cases, TAP_CASES(cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
