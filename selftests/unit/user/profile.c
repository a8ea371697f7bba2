// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "tune/active.h"
#include "tune/intent.h"
#include "tune/profiles.h"
#include "tap.h"

static char dir[32];
static char why[1024];

static int load(struct profile *p, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/x.ini", dir);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	why[0] = 0;
	return profile_load(p, path, "x", why, sizeof(why));
}

static const char *guest_of(const struct profile *p, size_t i)
{
	return section_of(p, &p->settings[i])->guest;
}

static void good_profiles(void)
{
	struct profile p;

	EXPECT(!load(&p, "# c\n[profile]\nsummary = a b\n[host]\nhalt_poll_ns = 50us ; why\n"
		     "dma_latency=1ms\n[guest \"db-*\"]\nhalt_poll_ns=0\n"
		     "[guest  \"?\"]\nx=inherit\n"));
	EXPECT_STR(p.summary, "a b");
	EXPECT_EQ(p.dma_latency, 1000);
	EXPECT_EQ(p.nr, 3);
	EXPECT_STR(guest_of(&p, 0), "");
	EXPECT_STR(p.settings[0].value, "50us");
	EXPECT_STR(guest_of(&p, 1), "db-*");
	EXPECT_STR(guest_of(&p, 2), "?");
	profile_free(&p);
	EXPECT(!load(&p, ""));
	EXPECT(p.dma_latency == -1 && !p.nr);
	profile_free(&p);
}

/* What libinih 55 or 59 makes another thing of, without a word. */
static void lines_of_any_length(void)
{
	char *text = NULL, name[256];
	struct profile p;
	size_t len, i;
	FILE *to;

	memset(name, 'n', 255);
	name[255] = 0;
	to = open_memstream(&text, &len);
	fputs("# ", to);
	for (i = 0; i < 5000; i++)
		fputs("x = 1 ", to);
	fprintf(to, "\n\t[guest \"%s\"] ; behind\n   halt-poll-ns = 5\r\n", name);
	fputs("[ guest \"web[0-9]\" ]# too\nhalt_poll_ns=6;7\n", to);
	fputs("[guest \"a\\\"b ]\\\\\"]\nx = 1\n", to);
	fputs("\v", to);
	fclose(to);
	EXPECT(load(&p, text));
	EXPECT(strstr(why, "x.ini\", line 8: a control character, 0x0b: only text is allowed"));
	profile_free(&p);
	text[len - 1] = ' ';
	EXPECT(!load(&p, text));
	EXPECT_EQ(p.nr, 3);
	EXPECT_STR(guest_of(&p, 0), name);
	EXPECT_STR(p.settings[0].knob, "halt-poll-ns");
	EXPECT_STR(p.settings[0].value, "5");
	EXPECT_STR(guest_of(&p, 1), "web[0-9]");
	EXPECT_STR(p.settings[1].value, "6;7");
	EXPECT_STR(guest_of(&p, 2), "a\\\"b ]\\\\");
	EXPECT_EQ(p.settings[2].line, 7);
	profile_free(&p);
	free(text);
}

static void guests_of_users(void)
{
	struct claimant mine = { "db", 5 }, other = { "db", 6, true }, all = { "x", 6, true };
	struct profile p;

	EXPECT(!load(&p, "[guest \"db\"]\nhalt_poll_ns=1\nuser=5\n[guest \"db\"]\nuser = root\n"
		     "halt_poll_ns=2\n[guest \"*\"]\nhalt_poll_ns=3\n"));
	EXPECT_STR(section_of(&p, &p.settings[0])->user, "5");
	EXPECT_EQ(section_of(&p, &p.settings[0])->uid, 5);
	EXPECT_STR(section_of(&p, &p.settings[1])->user, "root");
	EXPECT_EQ(section_of(&p, &p.settings[1])->uid, 0);
	EXPECT_STR(section_of(&p, &p.settings[2])->user, "");
	EXPECT(!profile_goes_by_name(&p, &mine) && !profile_goes_by_name(&p, &other));
	profile_free(&p);
	EXPECT(!load(&p, "[guest \"d*\"]\nhalt_poll_ns=1\n"));
	EXPECT(profile_goes_by_name(&p, &mine));
	/* To whom the name does not belong nothing comes by it. */
	EXPECT(!profile_goes_by_name(&p, &other) && !profile_goes_by_name(&p, &all));
	profile_free(&p);
}

static void wrong(const char *text, const char *sentence)
{
	struct profile p;

	EXPECT(load(&p, text));
	if (!strstr(why, sentence)) {
		printf("# \"%s\" has no \"%s\"\n", why, sentence);
		EXPECT(false);
	}
	profile_free(&p);
}

static void bad_profiles(void)
{
	wrong("[host]\nhalt_poll_ns=1\nhalt_poll_ns=2\n",
	      "x.ini\", line 3: knob \"halt_poll_ns\" comes twice in its section, first on line 2: one is allowed");
	wrong("[host]\nhalt_poll_ns=1\n[guest \"x\"]\nhalt_poll_ns=1\n[host]\nhalt-poll_ns=2\n",
	      "x.ini\", line 6: knob \"halt-poll_ns\" comes twice in its section, first on line 2");
	wrong("[host]\ndma_latency=1us\ndma-latency=2us\n",
	      "line 3: dma_latency comes twice, first on line 2");
	wrong("[profile]\nsummary=a\n[host]\n[profile]\nsummary=b\n",
	      "line 5: summary comes twice, first on line 2");
	wrong("halt_poll_ns=1\n", "line 1: key \"halt_poll_ns\" comes before any section");
	wrong("[vm]\nx=1\n", "line 1: section \"vm\" is none of [profile], [host] and [guest");
	wrong("[host \"a\"]\n", "line 1: section \"host\" with a name is none of");
	wrong("[guest]\n", "line 1: section \"guest\" is none of");
	wrong("[guest db]\nx=1\n", "section \"[guest db]\" is neither [SECTION] nor");
	wrong("[guest \"db]\n", "section \"[guest \"db]\" lacks its closing quote");
	wrong("[guest \"d\"b\"]\n", "is neither [SECTION] nor");
	wrong("[guest \"\"]\nx=1\n", "pattern \"\" is not one of 1 to 511 bytes");
	wrong("[host] halt_poll_ns = 5\n",
	      "line 1: \"halt_poll_ns = 5\" follows a section: a line of its own is allowed");
	wrong("[guest \"x\"]\ndma_latency=1us\n", "line 2: dma_latency is of CPUs");
	wrong("[host]\nhalt_poll_ns =  ; 5\n", "line 2: key \"halt_poll_ns\" has no value");
	wrong("[host]\nuser=0\n", "line 2: user is whose guest it must be");
	wrong("[guest \"x\"]\nuser=nobody here\n",
	      "line 2: user \"nobody here\" is neither a user of this host nor a uid from 0 to 4294967294");
	wrong("[guest \"x\"]\nuser=1\nuser=1\n", "line 3: user comes twice");
	wrong("[guest \"x\"]\nuser=1\na=1\n[guest \"x\"]\na=2\nuser=1\n",
	      "line 5: knob \"a\" comes twice in its section, first on line 3");
	wrong("[host]\nhalt poll=1\n", "line 2: key \"halt poll\" is no word");
	wrong("[host]\nx=1\n  goes on\n", "line 3: \"goes on\" is neither a [section] nor");
	wrong("[profile]\nname=1\n", "key \"name\" is not one of [profile]");
	wrong("[host]\ndma_latency=1\n", "dma_latency \"1\" is not a whole number of us");
	wrong("[host]\ndma_latency=-1\n", "dma_latency \"-1\" is no time");
	wrong("[host]\nnonsense\n", "line 2: \"nonsense\" is neither a [section] nor KEY = VALUE");
	wrong("[host\n", "line 1: section \"[host\" is neither");
	wrong("[host]\nx=0123456789012345678901234567890123456789012345678901234567890123\n",
	      "line 2: \"x = 01234567890123456789012345678901\" is too long: 63 bytes are");
	wrong("[host]\n[vm]\nbad=1\n[host]\nok=1\n", "line 2: section \"vm\"");
}

static void names(void)
{
	char name[242];

	EXPECT(profile_name_ok("low-latency") && profile_name_ok("a.b_C9"));
	EXPECT(!profile_name_ok("") && !profile_name_ok(".x") && !profile_name_ok("../x"));
	EXPECT(!profile_name_ok("a/b") && !profile_name_ok("a b"));
	memset(name, 'a', 241);
	name[241] = 0;
	EXPECT(!profile_name_ok(name));
	name[240] = 0;
	EXPECT(profile_name_ok(name));
}

/* There, in the directory. */
static void shell(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s && %s", dir, what);
	EXPECT(!system(command));
}

static void the_first_on_the_path_counts(void)
{
	struct profile p, *all;
	char path[128];
	size_t nr, i;

	shell("rm -f x.ini && mkdir -p a b");
	shell("echo '[profile]\nsummary=first' >a/one.ini");
	shell("echo '[profile]\nsummary=second' | tee b/one.ini >b/two.ini");
	shell("echo 'broken' >b/bad.ini && touch b/.hidden.ini b/readme");
	snprintf(path, sizeof(path), "%s/none:%s/a::%s/b", dir, dir, dir);
	setenv("KVMLAT_PROFILES", path, 1);
	EXPECT(!profile_find(&p, "one", why, sizeof(why)));
	EXPECT_STR(p.summary, "first");
	profile_free(&p);
	EXPECT(!profile_find(&p, "two", why, sizeof(why)));
	profile_free(&p);
	EXPECT(profile_find(&p, "three", why, sizeof(why)));
	EXPECT(strstr(why, "no profile \"three\" in"));
	EXPECT(profile_find(&p, "../a/one", why, sizeof(why)));
	EXPECT(strstr(why, "is no name"));

	EXPECT(!profile_list(&all, &nr));
	EXPECT_EQ(nr, 3);
	if (nr == 3) {
		EXPECT_STR(all[0].name, "bad");
		EXPECT(strstr(all[0].summary, "neither a [section]"));
		EXPECT_STR(all[1].summary, "first");
		EXPECT_STR(all[2].name, "two");
	}
	for (i = 0; i < nr; i++)
		profile_free(&all[i]);
	free(all);
}

static void the_shipped_ones_are_right(void)
{
	static const char * const shipped[] = {
		"default", "low-latency", "power-save", "realtime", "throughput",
	};
	const char *src = getenv("SRC");
	struct profile p;
	char path[512];
	size_t i;

	snprintf(path, sizeof(path), "%s/profiles", src ? src : ".");
	setenv("KVMLAT_PROFILES", path, 1);
	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++) {
		EXPECT(!profile_find(&p, shipped[i], why, sizeof(why)));
		EXPECT(p.summary[0] && p.nr);
		profile_free(&p);
	}
	snprintf(path, sizeof(path), "%s/profiles/kvmlat.conf", src ? src : ".");
	setenv("KVMLAT_CONFIG", path, 1);
	EXPECT(!profile_configured(path, sizeof(path), why, sizeof(why)));
	EXPECT(!profile_find(&p, path, why, sizeof(why)));
	profile_free(&p);
}

static void configurations(void)
{
	char path[64], name[PROFILE_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/kvmlat.conf", dir);
	setenv("KVMLAT_CONFIG", path, 1);
	EXPECT(profile_configured(name, sizeof(name), why, sizeof(why)));
	EXPECT(strstr(why, "cannot read"));
	shell("echo '[service]\nprofile=realtime' >kvmlat.conf");
	EXPECT(!profile_configured(name, sizeof(name), why, sizeof(why)));
	EXPECT_STR(name, "realtime");
	shell("echo '[service]\nprofil=realtime' >kvmlat.conf");
	EXPECT(profile_configured(name, sizeof(name), why, sizeof(why)));
	EXPECT(strstr(why, "line 2: only \"profile = NAME\" in [service] is allowed, once"));
	shell("echo '[service]' >kvmlat.conf");
	EXPECT(profile_configured(name, sizeof(name), why, sizeof(why)));
	EXPECT(strstr(why, "names no profile"));
}

/* A holder in a child, since the lock is a process's. */
static void one_is_active(void)
{
	char name[PROFILE_NAME_SIZE], byte;
	int up[2], down[2];
	struct trouble cause;
	pid_t child, pid = 0;

	setenv("KVMLAT_RUN_DIR", dir, 1);
	EXPECT(!active_now(&pid, name, sizeof(name)));
	EXPECT(!pipe(up) && !pipe(down));
	child = fork();
	if (!child) {
		close(down[1]);
		byte = active_begin("first", &cause);
		if (write(up[1], &byte, 1) != 1 || read(down[0], &byte, 1) < 0)
			_exit(1);
		_exit(0);
	}
	EXPECT(read(up[0], &byte, 1) == 1 && !byte);
	EXPECT(active_now(&pid, name, sizeof(name)));
	EXPECT(pid == child);
	EXPECT_STR(name, "first");
	EXPECT(active_begin("second", &cause));
	EXPECT(strstr(cause.text, "profile \"first\" is active, held by process"));
	EXPECT(!active_end(child, &cause));
	EXPECT(!active_now(&pid, name, sizeof(name)));
	close(down[1]);
}

static const struct tap_case cases[] = {
	{ "good profiles", good_profiles },
	{ "lines of any length, and what stands where", lines_of_any_length },
	{ "guests of users", guests_of_users },
	{ "bad profiles are told with line and word", bad_profiles },
	{ "names", names },
	{ "the first on the path counts", the_first_on_the_path_counts },
	{ "the shipped ones are right", the_shipped_ones_are_right },
	{ "configurations of the service", configurations },
	{ "one is active while its process lives", one_is_active },
};

int main(void)
{
	char command[64];
	int ret;

	strcpy(dir, "/tmp/user_profile.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	ret = tap_run(cases, TAP_CASES(cases));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) ? 1 : ret;
}
