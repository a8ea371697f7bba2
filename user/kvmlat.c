// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/load.h"
#include "cmd/arguments.h"
#include "cmd/command.h"
#include "model/past.h"

static const struct command *find(const char *name)
{
	const struct command * const *c;

	for (c = __start_kvmlat_commands; c != __stop_kvmlat_commands; c++)
		if (!strcmp((*c)->name, name) || ((*c)->alias && !strcmp((*c)->alias, name)))
			return *c;
	return NULL;
}

static void list_commands(FILE *to)
{
	const struct command * const *c;

	fputs("Usage: kvmlat COMMAND [OPTION]...\n\nWhere the time of KVM's vCPUs goes.\n\n", to);
	for (c = __start_kvmlat_commands; c != __stop_kvmlat_commands; c++)
		fprintf(to, "  %-11s  %s\n", (*c)->name, (*c)->summary);
	fputs("\n\"kvmlat help COMMAND\" tells its options; kvmlat(1) tells the rest.\n", to);
}

static int run_help(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		list_commands(stdout);
		return EXIT_OK;
	}
	c = find(argv[1]);
	if (!c)
		return complain(EXIT_USAGE, "no command \"%s\"; \"kvmlat help\" lists them all",
				argv[1]);
	if (argc > 2)
		return complain(EXIT_USAGE, "help: one command is expected, but there is \"%s\", too",
				argv[2]);
	fputs(c->usage, stdout);
	return EXIT_OK;
}

COMMAND(help, run_help, "tell how to use a command", "Usage: kvmlat help [COMMAND]\n");

static int flush(int code)
{
	if ((fflush(stdout) || ferror(stdout)) && code == EXIT_OK)
		return complain(EXIT_REFUSED, "cannot write the output: %s", strerror(errno));
	return code;
}

int main(int argc, char **argv)
{
	const struct command *c;
	int ret;

	load_tells(tell);
	past_begin();
	/* A reader that went is told as a full disk is, by a sentence and a status. */
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && !strcmp(argv[1], "--no-load")) {
		load_never();
		argc--;
		argv++;
	}
	if (argc < 2) {
		list_commands(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("kvmlat %s\n", KVMLAT_VERSION);
		return flush(EXIT_OK);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return flush(run_help(argc - 1, argv + 1));
	c = find(argv[1]);
	if (!c)
		return complain(EXIT_USAGE, "no command \"%s\"; \"kvmlat help\" lists them all",
				argv[1]);
	/* The first word of some is no option. */
	if (argc == 3 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
		fputs(c->usage, stdout);
		return flush(EXIT_OK);
	}
	ret = c->run(argc - 1, argv + 1);
	if (!help_is_asked_for())
		return flush(ret);
	fputs(c->usage, stdout);
	return flush(EXIT_OK);
}
