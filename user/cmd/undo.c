// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "show/changes.h"
#include "tune/knobs.h"

static const char usage[] =
"Usage: kvmlat undo [ID | --all] [--dry-run] [--json | --csv]\n"
"\n"
"Take back what set changed: the change ID, or all, or else the latest.\n"
"\n"
"  -a, --all      everything since the module was loaded\n"
"  -n, --dry-run  only tell what would be done\n"
"      --json     one JSON object\n"
"      --csv      comma separated, with a header\n";

enum {
	OPT_JSON = 256,
	OPT_CSV,
};

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

struct undo {
	bool				all;
	bool				dry_run;
	uint32_t			change;
	enum output		output;
	struct tuner			t;
	struct kvmlat_knobs		reply;
};

static int parse_options(struct undo *u, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":an", options)) != -1) {
		switch (c) {
		case 'a':
			u->all = true;
			break;
		case 'n':
			u->dry_run = true;
			break;
		case OPT_JSON:
			u->output = OUTPUT_JSON;
			break;
		case OPT_CSV:
			u->output = OUTPUT_CSV;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc && u->all)
		return complain(EXIT_USAGE, "undo: \"%s\" is one change, --all is all of them: choose one",
				argv[optind]);
	if (optind < argc &&
	    !parse_u32("change", argv[optind++], 1, &u->change, why, sizeof(why)))
		return complain(EXIT_USAGE, "undo: %s", why);
	return no_arguments(argc, argv) ? EXIT_OK : EXIT_USAGE;
}

static int find_latest(struct undo *u)
{
	size_t i;

	for (i = 0; i < u->t.table.nr; i++)
		if (u->t.table.all[i].change > u->change)
			u->change = u->t.table.all[i].change;
	return u->change ? EXIT_OK : complain(EXIT_REFUSED, "nothing is changed that could be undone");
}

/* What somebody else turned meanwhile is his: that is told, and the others are undone. */
static int verdict(const struct undo *u)
{
	int ret = EXIT_OK;
	char what[512];
	size_t i;

	for (i = 0; i < u->reply.nr; i++) {
		const struct kvmlat_knob_value *k = &u->reply.all[i];

		if (k->result != KVMLAT_RESULT_LEFT && k->result != KVMLAT_RESULT_FAILED)
			continue;
		tuner_describe(&u->t, k, what, sizeof(what));
		if (k->result == KVMLAT_RESULT_LEFT)
			ret = complain(EXIT_REFUSED, "%s is left as it is: somebody else changed it since",
				       what);
		else
			ret = complain(EXIT_REFUSED, "%s could not be set back%s%s", what,
				       k->why[0] ? ": " : "", k->why);
	}
	return ret;
}

static int undo(struct undo *u)
{
	struct changes_view view = { .command = "undo", .dry_run = u->dry_run };
	struct kvmlat_error err = { 0 };
	struct knob_row *rows;
	size_t i;

	if (kvmlat_undo_knobs(u->t.k, u->change, u->dry_run, &u->reply, &err)) {
		/* No VM is at fault: there is no such change. */
		if (err.status == KVMLAT_E_NOT_FOUND)
			return complain(EXIT_REFUSED, "change %u: %s", u->change, err.text);
		return complain_kvmlat(&err);
	}
	rows = calloc(u->reply.nr + 1, sizeof(*rows));
	if (!rows)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < u->reply.nr; i++) {
		tuner_complete(&u->t, &u->reply.all[i]);
		rows[i].knob = &u->reply.all[i];
		rows[i].guest = tuner_guest(&u->t, rows[i].knob);
	}
	view.nr = u->reply.nr;
	view.rows = rows;
	show_changes(stdout, u->output, &view);
	free(rows);
	return verdict(u);
}

static int run(int argc, char **argv)
{
	struct undo u = { 0 };
	struct trouble cause;
	int ret;

	ret = parse_options(&u, argc, argv);
	if (ret)
		return ret;
	ret = outcome(tuner_open(&u.t, &cause), &cause);
	if (!ret && !u.all && !u.change)
		ret = find_latest(&u);
	if (!ret)
		ret = undo(&u);
	kvmlat_knobs_free(&u.reply);
	tell_unknown(u.t.k);
	tuner_close(&u.t);
	return ret;
}

COMMAND(undo, run, "take back what set changed", usage);
