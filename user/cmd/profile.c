// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "profile.h"
#include "show/profiles.h"
#include "tune/active.h"
#include "tune/save.h"

static const char usage[] =
"Usage: kvmlat profile list [--json | --csv]\n"
"       kvmlat profile show NAME [--json | --csv]\n"
"       kvmlat profile diff [NAME] [--json | --csv]\n"
"       kvmlat profile apply [NAME] [--hold]\n"
"       kvmlat profile undo\n"
"       kvmlat profile save NAME [--force]\n"
"\n"
"Sets of knobs in INI files, in /etc/kvmlat/profiles and those that come with it.\n"
"\n"
"  list   tell which there are, and which is active\n"
"  show   print one, with its reasons\n"
"  diff   tell which knobs are not as the profile wants them, with status 1;\n"
"         without NAME the active one, or the one in /etc/kvmlat/kvmlat.conf\n"
"  apply  put it into effect, for VMs that start later too, until undo; without\n"
"         NAME the one that /etc/kvmlat/kvmlat.conf names\n"
"  undo   end the profile that is active, and take back what it changed\n"
"  save   write the knobs as they are now to a profile\n"
"\n"
"  --hold   stay in the foreground, and undo when a signal asks for the end\n"
"  --force  save even if there is a profile of that name\n"
"  --json   one JSON object\n"
"  --csv    comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat profile show realtime   what it would set, and why\n"
"  kvmlat profile diff realtime   what is otherwise now\n"
"  kvmlat profile apply realtime  set it, until \"kvmlat profile undo\"\n";

static const struct option options[] = {
	{ "hold", no_argument, NULL, 'H' },
	{ "force", no_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "csv", no_argument, NULL, 'c' },
	{ 0 }
};

static int list(struct profile_request *r)
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

static int show(struct profile_request *r)
{
	show_profile(stdout, r->output, &r->profile);
	return EXIT_OK;
}

static int save(struct profile_request *r)
{
	struct trouble cause;
	char path[768];

	if (profile_save(r->name, r->force, path, sizeof(path), tell, &cause))
		return complain_of(&cause);
	printf("profile \"%s\" is in \"%s\"\n", r->name, path);
	return EXIT_OK;
}

static const struct verb {
	const char	*word;
	int		(*run)(struct profile_request *r);
	bool		named;
	bool		loaded;
	const char	*letters;
} verbs[] = {
	{ "list", list, .letters = "jc" },
	{ "show", show, .named = true, .loaded = true, .letters = "jc" },
	{ "diff", profile_diff, .named = true, .loaded = true, .letters = "jc" },
	{ "apply", profile_apply, .named = true, .loaded = true, .letters = "H" },
	{ "undo", profile_undo, .letters = "" },
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

static int parse_options(struct profile_request *r, const struct verb *verb, int argc, char **argv)
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
	struct profile_request r = { 0 };
	char name[PROFILE_NAME_SIZE], why[1024];
	const struct verb *verb;
	pid_t pid;
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
	/* To verify is to look at what is in effect, if anything is. */
	if (!r.name && verb->run == profile_diff && active_now(&pid, name, sizeof(name)))
		r.name = name;
	if (!r.name && (verb->run == profile_apply || verb->run == profile_diff)) {
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
