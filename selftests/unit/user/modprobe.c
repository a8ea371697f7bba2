// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tune/modprobe.h"
#include "tap.h"

static const struct module_option poll = { "kvm", "halt_poll_ns", 50000 };
static const struct module_option gap = { "kvm_intel", "ple_gap", 0 };

static void edits(const char *old, const struct module_option *option, const char *want)
{
	char *text = modprobe_edit(old, option, 1);

	EXPECT_STR(text, want);
	free(text);
}

static void options_are_added(void)
{
	edits("", &poll, "options kvm halt_poll_ns=50000\n");
	edits("# mine\nblacklist nouveau\n", &poll,
	      "# mine\nblacklist nouveau\noptions kvm halt_poll_ns=50000\n");
	edits("options kvm_intel nested=1", &gap,
	      "options kvm_intel nested=1\noptions kvm_intel ple_gap=0\n");
	/* Neither a comment nor another module nor another parameter is meant. */
	edits("# options kvm halt_poll_ns=1\noptions kvm2 halt_poll_ns=1\noptions kvm halt_poll_ns_grow=2\n",
	      &poll,
	      "# options kvm halt_poll_ns=1\noptions kvm2 halt_poll_ns=1\noptions kvm halt_poll_ns_grow=2\noptions kvm halt_poll_ns=50000\n");
}

static void options_are_replaced(void)
{
	edits("options kvm halt_poll_ns=1\n", &poll, "options kvm halt_poll_ns=50000\n");
	edits("options  kvm\tignore_msrs=1  halt_poll_ns=1 \t report=0\t\n", &poll,
	      "options  kvm\tignore_msrs=1  halt_poll_ns=50000 \t report=0\t\n");
	edits("options kvm-intel ple-gap=128\n", &gap, "options kvm-intel ple_gap=0\n");
	edits("options kvm halt_poll_ns\n", &poll, "options kvm halt_poll_ns=50000\n");
	edits("options kvm a=1 \\\n  halt_poll_ns=1\nx\n", &poll,
	      "options kvm a=1 \\\n  halt_poll_ns=50000\nx\n");
	edits("options kvm halt_poll_ns=1\noptions kvm halt_poll_ns=2", &poll,
	      "options kvm halt_poll_ns=50000\noptions kvm halt_poll_ns=50000\n");
	edits("\n\noptions kvm halt_poll_ns=1", &poll, "\n\noptions kvm halt_poll_ns=50000\n");
	/* What is added may not go on with a last line that says that it goes on. */
	edits("options\noptions kvm\n\\\n", &gap,
	      "options\noptions kvm\n\\\n\noptions kvm_intel ple_gap=0\n");
	edits("blacklist x \\", &gap, "blacklist x \\\n\noptions kvm_intel ple_gap=0\n");
}

static void several_at_once(void)
{
	const struct module_option both[] = { poll, gap };
	char *text = modprobe_edit("options kvm_intel ple_gap=1\n", both, 2);

	EXPECT_STR(text, "options kvm_intel ple_gap=0\noptions kvm halt_poll_ns=50000\n");
	free(text);
}

static void files_are_replaced_whole(void)
{
	char dir[] = "/tmp/user_modprobe.XXXXXX", path[64], run[64], command[128], why[256];
	struct stat st;
	char *text;

	EXPECT(mkdtemp(dir));
	snprintf(run, sizeof(run), "%s.run", dir);
	setenv("KVMLAT_RUN_DIR", run, 1);
	snprintf(path, sizeof(path), "%s/kvmlat.conf", dir);
	EXPECT(!modprobe_write(path, &poll, 1, why, sizeof(why)));
	EXPECT(!modprobe_write(path, &gap, 1, why, sizeof(why)));
	text = file_read(path);
	EXPECT_STR(text,
		   "# Written by \"kvmlat set --persist\"; other lines are kept.\noptions kvm halt_poll_ns=50000\noptions kvm_intel ple_gap=0\n");
	free(text);
	EXPECT(!stat(path, &st) && (st.st_mode & 0777) == 0644);
	/* What cannot be written leaves nothing behind. */
	snprintf(command, sizeof(command), "test $(ls %s | wc -l) = 1", dir);
	EXPECT(!system(command));
	EXPECT(modprobe_write("/nonexistent/x", &poll, 1, why, sizeof(why)));
	EXPECT(strstr(why, "cannot write \"/nonexistent/x\""));
	snprintf(command, sizeof(command), "rm -r %s %s", dir, run);
	EXPECT(!system(command));
}

static void built_in_is_told(void)
{
	char root[] = "/tmp/user_modprobe.XXXXXX", command[128], why[256];

	EXPECT(mkdtemp(root));
	setenv("KVMLAT_ROOT", root, 1);
	EXPECT(!modprobe_takes("kvm", why, sizeof(why)));
	EXPECT(strstr(why, "\"kvm\" is not loaded"));
	snprintf(command, sizeof(command), "mkdir -p %s/sys/module/kvm", root);
	EXPECT(!system(command));
	EXPECT(!modprobe_takes("kvm", why, sizeof(why)));
	EXPECT(strstr(why, "put kvm.PARAMETER=VALUE on the kernel's command line"));
	snprintf(command, sizeof(command), "echo live >%s/sys/module/kvm/initstate", root);
	EXPECT(!system(command));
	EXPECT(modprobe_takes("kvm", why, sizeof(why)));
	unsetenv("KVMLAT_ROOT");
	snprintf(command, sizeof(command), "rm -r %s", root);
	EXPECT(!system(command));
}

/* 33 options went past the end of an array of 32. */
static void options_have_a_bound(void)
{
	struct module_options o = { 0 };
	char names[KVMLAT_KNOBS_MAX + 1][16], why[256] = "";
	size_t i;

	for (i = 0; i <= KVMLAT_KNOBS_MAX; i++)
		snprintf(names[i], sizeof(names[i]), "knob%zu", i);
	for (i = 0; i < KVMLAT_KNOBS_MAX; i++)
		EXPECT(!modprobe_add(&o, "kvm", names[i], i, why, sizeof(why)));
	EXPECT(modprobe_add(&o, "kvm", names[i], i, why, sizeof(why)));
	EXPECT_STR(why, "more than 32 options are too many for one command");
	EXPECT_EQ(o.nr, KVMLAT_KNOBS_MAX);
}

static void options_come_once(void)
{
	struct module_options o = { 0 };
	char why[256] = "";

	EXPECT(!modprobe_add(&o, "kvm", "halt_poll_ns", 1, why, sizeof(why)));
	EXPECT(!modprobe_add(&o, "kvm_intel", "halt_poll_ns", 1, why, sizeof(why)));
	EXPECT(modprobe_add(&o, "kvm", "halt_poll_ns", 2, why, sizeof(why)));
	EXPECT_STR(why, "knob \"halt_poll_ns\" comes twice");
	EXPECT_EQ(o.nr, 2);
}

/* Each writes an option of its own; without a lock some would be lost. */
static void writers_take_turns(void)
{
	char dir[] = "/tmp/user_modprobe.XXXXXX", path[64], command[64], name[32], why[256];
	const struct module_option option = { "kvm", name, 1 };
	char *text;
	int i, j, lines = 0;

	EXPECT(mkdtemp(dir));
	setenv("KVMLAT_RUN_DIR", dir, 1);
	snprintf(path, sizeof(path), "%s/conf", dir);
	for (i = 0; i < 8; i++) {
		if (fork())
			continue;
		for (j = 0; j < 8; j++) {
			snprintf(name, sizeof(name), "knob_%d_%d", i, j);
			if (modprobe_write(path, &option, 1, why, sizeof(why)))
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; i < 8; i++)
		EXPECT(wait(&j) > 0 && !j);
	text = file_read(path);
	for (i = 0; text && text[i]; i++)
		lines += text[i] == '\n';
	free(text);
	EXPECT_EQ(lines, 1 + 64);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	EXPECT(!system(command));
}

static void modules_of_knobs(void)
{
	struct kvmlat_knob_value k = { .id = KVMLAT_KNOB_HALT_POLL_NS_SHRINK };

	EXPECT_STR(modprobe_module(&k), "kvm");
	k.id = KVMLAT_KNOB_PLE_WINDOW;
	EXPECT_STR(modprobe_module(&k), "kvm_intel");
	k.id = KVMLAT_KNOB_PLE_GAP;
	EXPECT_STR(modprobe_module(&k), "kvm_intel");
	k.id = KVMLAT_KNOB_PAUSE_FILTER_COUNT;
	EXPECT_STR(modprobe_module(&k), "kvm_amd");
}

static const struct tap_case cases[] = {
	{ "options are added", options_are_added },
	{ "options are replaced in place", options_are_replaced },
	{ "several at once", several_at_once },
	{ "files are replaced whole", files_are_replaced_whole },
	{ "what is built in is told", built_in_is_told },
	{ "options have a bound", options_have_a_bound },
	{ "options come once", options_come_once },
	{ "writers take turns", writers_take_turns },
	{ "modules of knobs", modules_of_knobs },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
