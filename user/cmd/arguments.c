// SPDX-License-Identifier: GPL-2.0-only
#include "arguments.h"
#include "command.h"

int next_option(int argc, char **argv, const char *letters, const struct option *options)
{
	int at = optind ? optind : 1;
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, letters, options, NULL);
	if (c != '?' && c != ':')
		return c;
	if (c == ':')
		complain(0, "%s: option \"%s\" needs a value", argv[0], argv[at]);
	else
		complain(0, "%s: no option \"%s\"; \"kvmlat help %s\" lists them all", argv[0],
			 argv[at], argv[0]);
	return '?';
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
