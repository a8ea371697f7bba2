// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.h"
#include "command.h"
#include "show/diff.h"
#include "show/profiles.h"
#include "tune/active.h"
#include "tune/modprobe.h"
#include "base/file.h"
#include "base/notify.h"
#include "base/paths.h"
#include "host/dma.h"
#include "tune/active.h"
#include "tune/holder.h"
#include "tune/modprobe.h"
#include "tune/save.h"

/* What the holder of a profile may say before its first words are forgotten. */
#define LOG_MAX		(64 * 1024)

static const char usage[] =
"Usage: kvmlat profile list [--json | --csv]\n"
"       kvmlat profile show NAME [--json | --csv]\n"
"       kvmlat profile diff NAME [--json | --csv]\n"
"       kvmlat profile apply [NAME] [--hold]\n"
"       kvmlat profile undo\n"
"       kvmlat profile save NAME [--force]\n"
"\n"
"Sets of knobs in INI files, in /etc/kvmlat/profiles and those that come with kvmlat.\n"
"\n"
"  list   tell which there are, and which is active\n"
"  show   print one, with its reasons\n"
"  diff   tell which knobs are not as the profile wants them\n"
"  apply  put it into effect, for VMs that start later too, until undo; without NAME the\n"
"         one that /etc/kvmlat/kvmlat.conf names\n"
"  undo   end the profile that is active, and take back what it changed\n"
"  save   write the knobs as they are now to a profile\n"
"\n"
"  --hold   stay in the foreground, and undo when a signal asks for the end\n"
"  --force  save even if there is a profile of that name\n"
"  --json   one JSON object\n"
"  --csv    comma separated, with a header\n";

static const struct option options[] = {
	{ "hold", no_argument, NULL, 'H' },
	{ "force", no_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "csv", no_argument, NULL, 'c' },
	{ 0 }
};

struct request {
	const char			*name;
	bool				hold;
	bool				force;
	enum output		output;
	struct profile			profile;
};

static int list(struct request *r)
{
	struct profiles_view view = { 0 };
	struct profile *profiles;
	char active[PROFILE_NAME_SIZE];
	pid_t pid;
	size_t i;

	if (profile_list(&profiles, &view.nr))
		return complain(EXIT_REFUSED, "out of memory");
	if (active_now(&pid, active, sizeof(active))) {
		view.active = active;
		view.pid = pid;
	}
	view.profiles = profiles;
	show_profiles(stdout, r->output, &view);
	for (i = 0; i < view.nr; i++)
		profile_free(&profiles[i]);
	free(profiles);
	return EXIT_OK;
}

static int show(struct request *r)
{
	show_profile(stdout, r->output, &r->profile);
	return EXIT_OK;
}

static bool differs(const struct intent *w)
{
	const struct kvmlat_knob_value *k = w->knob;

	if (k->why[0] && !modprobe_loaded(modprobe_module(k)))
		return false;
	if (w->inherit)
		return k->now.source == k->scope;
	return !k->now.known || k->now.value != w->value || k->now.source != k->scope;
}

static int add_rows(const struct request *r, const struct tuner *t, const struct target *target,
		    const char *guest, struct diff_row **rows, size_t *nr)
{
	struct intent *intents;
	struct trouble cause;
	size_t i, n;
	void *more;
	int ret;

	ret = outcome(profile_intents(&r->profile, t, target, guest, &intents, &n, &cause),
		      &cause);
	more = ret ? NULL : realloc(*rows, (*nr + n + 1) * sizeof(**rows));
	if (!ret && !more)
		ret = complain(EXIT_REFUSED, "out of memory");
	if (more)
		*rows = more;
	for (i = 0; !ret && i < n; i++) {
		if (!differs(&intents[i]))
			continue;
		(*rows)[*nr].intent = intents[i];
		(*rows)[(*nr)++].guest = guest ? guest : "";
	}
	free(intents);
	return ret;
}

static int diff(struct request *r)
{
	struct diff_view view = {
		.profile = &r->profile, .dma_latency = dma_latency_now(path_root()),
	};
	const struct target host = { 0 };
	struct diff_row *rows = NULL;
	struct trouble cause;
	struct tuner t;
	size_t i;
	int ret;

	ret = outcome(tuner_open(&t, &cause), &cause);
	if (!ret)
		ret = add_rows(r, &t, &host, NULL, &rows, &view.nr);
	for (i = 0; !ret && i < t.vms->nr_vms; i++) {
		const struct target vm = { .vm_id = t.vms->vms[i].vm_id };
		const char *guest = guests_name(&t.guests, vm.vm_id);

		if (!t.vms->vms[i].gone)
			ret = add_rows(r, &t, &vm, guest ? guest : "", &rows, &view.nr);
	}
	view.rows = rows;
	if (!ret)
		show_diff(stdout, r->output, &view);
	free(rows);
	tell_unknown(t.k);
	tuner_close(&t);
	return ret;
}

static void stay(void *ctx)
{
	(void)ctx;
	notify_manager("READY=1");
}

static void send_code(int to, int code)
{
	unsigned char byte = code;

	if (write(to, &byte, 1) != 1)
		complain(0, "who applied the profile has gone");
	close(to);
}

/* From here on nobody looks at this process: what it has to say goes to a file. */
static void leave_terminal(void *ctx)
{
	int *parent = ctx, null, log;

	fflush(stderr);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	log = open(active_log(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		   0644);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(log >= 0 ? log : null, STDERR_FILENO);
		close(null);
	}
	if (log >= 0)
		close(log);
	send_code(*parent, EXIT_OK);
	*parent = -1;
}

/* The log lies in memory, and "profile undo" shows it. */
static void tell_log(const char *sentence)
{
	struct stat st, log;

	if (!fstat(STDERR_FILENO, &st) && !stat(active_log(), &log) && st.st_ino == log.st_ino &&
	    st.st_size > LOG_MAX && !ftruncate(STDERR_FILENO, 0))
		tell("what was told before is not kept, since it was too much");
	tell(sentence);
}

static int begin_and_hold(struct request *r, tell_fn tell, void (*ready)(void *), void *ctx)
{
	struct trouble cause;

	if (active_begin(r->profile.name, &cause))
		return complain_of(&cause);
	return outcome(hold(&r->profile, tell, ready, ctx, &cause), &cause);
}

/*
 * Descriptors that this process was given are not its own: who reads the other end of a pipe among
 * them would wait for as long as the profile is active. Returns the place of @parent.
 */
static int keep_only(int parent)
{
	if (parent != STDERR_FILENO + 1 && dup3(parent, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		return parent;
	close_range(STDERR_FILENO + 2, ~0U, 0);
	return STDERR_FILENO + 1;
}

static _Noreturn void hold_in_background(struct request *r, int parent)
{
	int ret;

	parent = keep_only(parent);
	setsid();
	if (chdir("/"))
		complain(0, "cannot leave this directory: %s", strerror(errno));
	ret = begin_and_hold(r, tell_log, leave_terminal, &parent);
	if (parent >= 0)
		send_code(parent, ret);
	_exit(ret);
}

static int apply_in_background(struct request *r)
{
	unsigned char code;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return complain(EXIT_REFUSED, "cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return complain(EXIT_REFUSED, "cannot start a process: %s", strerror(errno));
	if (!pid)
		hold_in_background(r, ends[1]);
	close(ends[1]);
	if (read(ends[0], &code, 1) != 1)
		return complain(EXIT_REFUSED, "the process that holds the profile ended at once");
	close(ends[0]);
	if (code)
		waitpid(pid, &status, 0);
	else
		printf("profile \"%s\" is active, held by process %d; \"kvmlat profile undo\" ends it\n",
		       r->profile.name, pid);
	return code;
}

static int apply(struct request *r)
{
	if (r->hold)
		return begin_and_hold(r, tell, stay, NULL);
	return apply_in_background(r);
}

static void show_log(void)
{
	char *log = file_read(active_log());

	if (log)
		fputs(log, stderr);
	free(log);
	unlink(active_log());
}

static int undo(struct request *r)
{
	char name[PROFILE_NAME_SIZE];
	bool active, left_behind;
	struct trouble cause;
	pid_t pid;

	(void)r;
	active = active_now(&pid, name, sizeof(name));
	if (active && active_end(pid, &cause))
		return complain_of(&cause);
	if (active)
		show_log();
	if (undo_left_behind(tell, &left_behind, &cause))
		return complain_of(&cause);
	if (active)
		printf("profile \"%s\" has ended\n", name);
	else if (left_behind)
		printf("what a profile had left behind is undone\n");
	else
		return complain(EXIT_REFUSED, "no profile is active");
	return EXIT_OK;
}

static int save(struct request *r)
{
	struct trouble cause;
	char path[512];

	if (profile_save(r->name, r->force, path, sizeof(path), tell, &cause))
		return complain_of(&cause);
	printf("profile \"%s\" is in \"%s\"\n", r->name, path);
	return EXIT_OK;
}

static const struct verb {
	const char	*word;
	int		(*run)(struct request *r);
	bool		named;
	bool		loaded;
	const char	*letters;
} verbs[] = {
	{ "list", list, .letters = "jc" },
	{ "show", show, .named = true, .loaded = true, .letters = "jc" },
	{ "diff", diff, .named = true, .loaded = true, .letters = "jc" },
	{ "apply", apply, .named = true, .loaded = true, .letters = "H" },
	{ "undo", undo, .letters = "" },
	{ "save", save, .named = true, .letters = "f" },
};

static const struct verb *find_verb(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].word, word))
			return &verbs[i];
	return NULL;
}

static int parse_options(struct request *r, const struct verb *verb, int argc, char **argv)
{
	int c;

	while ((c = next_option(argc, argv, ":", options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!strchr(verb->letters, c))
			return complain(EXIT_USAGE, "profile %s: option \"%s\" is not for it; \"kvmlat help profile\" tells more",
					verb->word, argv[optind - 1]);
		r->hold |= c == 'H';
		r->force |= c == 'f';
		if (c == 'j')
			r->output = OUTPUT_JSON;
		else if (c == 'c')
			r->output = OUTPUT_CSV;
	}
	if (verb->named && optind < argc)
		r->name = argv[optind++];
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	struct request r = { 0 };
	char name[PROFILE_NAME_SIZE], why[1024];
	const struct verb *verb;
	int ret;

	if (argc < 2)
		return complain(EXIT_USAGE, "profile: say what to do: list, show, diff, apply, undo or save");
	verb = find_verb(argv[1]);
	if (!verb)
		return complain(EXIT_USAGE, "profile: \"%s\" is none of list, show, diff, apply, undo and save",
				argv[1]);
	optind = 2;
	ret = parse_options(&r, verb, argc, argv);
	if (ret)
		return ret;
	if (!r.name && verb->run == apply) {
		if (profile_configured(name, sizeof(name), why, sizeof(why)))
			return complain(EXIT_REFUSED, "%s", why);
		r.name = name;
	}
	if (!r.name && verb->named)
		return complain(EXIT_USAGE, "profile %s: name a profile; \"kvmlat profile list\" lists them all",
				verb->word);
	if (verb->loaded && profile_find(&r.profile, r.name, why, sizeof(why)))
		ret = complain(profile_name_ok(r.name) ? EXIT_REFUSED : EXIT_USAGE, "%s", why);
	else
		ret = verb->run(&r);
	profile_free(&r.profile);
	return ret;
}

COMMAND(profile, run, "apply, show and save sets of knobs", usage);
