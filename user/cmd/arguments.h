/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_ARGUMENTS_H
#define _KVMLAT_ARGUMENTS_H

#include <getopt.h>

#include "base/options.h"
#include "model/selection.h"

/* getopt_long with sentences in the place of its own messages. '?' after a complaint. */
int next_option(int argc, char **argv, const char *letters, const struct option *options);

/* Whether next_option() met --help, or -h: then it complained of nothing. */
bool help_is_asked_for(void);

/*
 * Takes an option of next_option() that many commands have: one that selects VMs, --json or --csv.
 * If its value is wrong, says so in @why.
 */
bool parse_target(int c, struct selection *sel, enum output *output, char *why, size_t size);

/* For commands with no options but --json and --csv. An exit code, having complained. */
int output_options(int argc, char **argv, enum output *output);

/* For commands that take no arguments: complains about the first one left. */
bool no_arguments(int argc, char **argv);

/* For commands that have only options that select VMs, and no arguments. Likewise. */
int selection_options(int argc, char **argv, struct selection *sel);

#endif /* _KVMLAT_ARGUMENTS_H */
