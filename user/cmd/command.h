/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_COMMAND_H
#define _KVMLAT_COMMAND_H

#include "base/trouble.h"

/* Fixed in kvmlat(1). */
enum exit_code {
	EXIT_OK,
	EXIT_USAGE,
	EXIT_DIFFERS = EXIT_USAGE,	/* of diff, as of diff(1): nothing was wrong */
	EXIT_FOUND = EXIT_USAGE,	/* of doctor: something is known to hurt */
	EXIT_NO_MODULE,
	EXIT_HIT = EXIT_NO_MODULE,	/* of watch, as of rtla: a threshold was hit */
	EXIT_NO_PERMISSION,
	EXIT_NO_VM,
	EXIT_REFUSED,
	EXIT_AMBIGUOUS,
};

/**
 * struct command - a word after "kvmlat"
 * @alias: what it was called before, and is known by for ever; may be NULL
 * @run: gets the word itself as argv[0]; returns an exit code
 * @summary: for the list of commands
 * @usage: for its own help
 */
struct command {
	const char	*name;
	const char	*alias;
	int		(*run)(int argc, char **argv);
	const char	*summary;
	const char	*usage;
};

/* A command is one file: what it registers here, the dispatcher finds. */
#define COMMAND(_name, _run, _summary, _usage)					\
	COMMAND_AS(_name, #_name, NULL, _run, _summary, _usage)

/* One whose name is no word of C, and that may have an older name, too. */
#define COMMAND_AS(_id, _name, _alias, _run, _summary, _usage)			\
	static const struct command command_##_id = {				\
		.name = _name, .alias = _alias, .run = _run, .summary = _summary, \
		.usage = _usage,						\
	};									\
	static const struct command * const command_ptr_##_id			\
		__attribute__((used, section("kvmlat_commands"))) = &command_##_id

/* The linker makes these two for the section. */
extern const struct command * const __start_kvmlat_commands[];
extern const struct command * const __stop_kvmlat_commands[];

/* Each tells on stderr and returns the exit code for it. */
int complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int complain_of(const struct trouble *why);
int complain_kvmlat(const struct kvmlat_error *err);

struct kvmlat;

/* Once, at the end: what a newer module sent that libkvmlat left out. @k may be NULL. */
void tell_unknown(const struct kvmlat *k);

/* Of a function that returned -1 with a reason, or 0: the exit code, having complained. */
int outcome(int failed, const struct trouble *why);

/* What the user should know although all goes on; a tell_fn. */
void tell(const char *sentence);

#endif /* _KVMLAT_COMMAND_H */
