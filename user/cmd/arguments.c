// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "arguments.h"
#include "command.h"

static bool asks_for_help;

bool help_is_asked_for(void)
{
	return asks_for_help;
}

/* Is @word "--NAME=VALUE" of the option @val, which takes no value? */
static bool has_value_too_many(const char *word, const struct option *options, int val)
{
	const char *equals = strchr(word, '=');

	if (!equals || strncmp(word, "--", 2))
		return false;
	for (; options->name; options++)
		if (options->val == val && options->has_arg == no_argument &&
		    !strncmp(options->name, word + 2, equals - word - 2))
			return true;
	return false;
}

/*
 * getopt moves what is no option behind those that are, and a word may hold several letters: only
 * what it tells of the last one says which was wrong. A letter that it does not know is in optopt,
 * which is 0 for a long option; that is the word before optind.
 */
static void complain_option(char **argv, const char *letters, const struct option *options)
{
	const char letter[] = { '-', optopt, 0 };
	const char *word = argv[optind - 1];
	const char *command = argv[0];

	if (!strcmp(word, "--help") || (optopt == 'h' && !strchr(letters, 'h'))) {
		asks_for_help = true;
		return;
	}
	if (optopt && has_value_too_many(word, options, optopt)) {
		complain(0, "%s: option \"%.*s\" takes no value, but there is \"%s\"", command,
			 (int)strcspn(word, "="), word, strchr(word, '=') + 1);
		return;
	}
	complain(0, "%s: no option \"%s\"; \"kvmlat help %s\" lists them all", command,
		 optopt ? letter : word, command);
}

int next_option(int argc, char **argv, const char *letters, const struct option *options)
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, letters, options, NULL);
	/* Nothing follows an option that lacks its value: it is the last word. */
	if (c == ':')
		complain(0, "%s: option \"%s\" needs a value", argv[0],
			 argv[optind - 1][1] == '-' ? argv[optind - 1] :
						     (char []){ '-', optopt, 0 });
	else if (c == '?')
		complain_option(argv, letters, options);
	return c == ':' ? '?' : c;
}

bool parse_target(int c, struct selection *sel, enum output *output, char *why, size_t size)
{
	if (c != OPT_JSON && c != OPT_CSV)
		return parse_selection(c, optarg, sel, why, size);
	*output = c == OPT_JSON ? OUTPUT_JSON : OUTPUT_CSV;
	return true;
}

bool no_arguments(int argc, char **argv)
{
	if (optind >= argc)
		return true;
	complain(0, "%s: no argument is expected, but there is \"%s\"", argv[0], argv[optind]);
	return false;
}

int output_options(int argc, char **argv, enum output *output)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OUTPUT_JSON },
		{ "csv", no_argument, NULL, OUTPUT_CSV },
		{ 0 }
	};
	int c;

	*output = OUTPUT_TABLE;
	while ((c = next_option(argc, argv, "+:", options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		*output = c;
	}
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}

int selection_options(int argc, char **argv, struct selection *sel)
{
	static const struct option options[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "guest", required_argument, NULL, 'g' },
		{ "vm", required_argument, NULL, OPT_VM },
		{ 0 }
	};
	char why[256];
	int c;

	while ((c = next_option(argc, argv, "+:p:g:", options)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (!parse_selection(c, optarg, sel, why, sizeof(why)))
			return complain(EXIT_USAGE, "%s: %s", argv[0], why);
	}
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}
