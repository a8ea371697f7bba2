// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "base/file.h"
#include "base/paths.h"
#include "command.h"
#include "show/changes.h"
#include "tune/active.h"
#include "tune/journal.h"
#include "tune/knobs.h"

static const char usage[] =
"Usage: kvmlat undo [ID | --all] [--dry-run] [--json | --csv]\n"
"\n"
"Take back what set changed: the change ID, or all, or else the latest.\n"
"\n"
"  -a, --all      everything since the module was loaded\n"
"  -n, --dry-run  only tell what would be done\n"
"      --json     one JSON object\n"
"      --csv      comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat undo --dry-run  what the latest change would go back to\n"
"  kvmlat undo 2          take back change 2\n"
"  kvmlat undo --all      take back all\n";

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

/* The profile that is active and made the change; with 0, any. */
static bool is_held(uint32_t change, char *name, size_t size, pid_t *pid)
{
	struct journal journal;
	struct trouble why;
	bool held = false;
	size_t i;

	if (!active_now(pid, name, size) || journal_load(&journal, "profile", &why))
		return false;
	for (i = 0; i < journal.nr; i++)
		held |= journal.all[i].change && (!change || journal.all[i].change == change);
	journal_free(&journal);
	return held;
}

/* The knobs that the change @change set, as many as fit. */
static void describe_change(const struct undo *u, uint32_t change, char *text, size_t size)
{
	size_t i, used = 0, left = 0;
	char what[512];

	text[0] = 0;
	for (i = 0; i < u->t.table.nr; i++) {
		if (u->t.table.all[i].change != change)
			continue;
		tuner_describe(&u->t, &u->t.table.all[i], what, sizeof(what));
		if (left || used + strlen(what) + 40 > size)
			left++;
		else
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "", what);
	}
	if (left)
		snprintf(text + used, size - used, " and %zu more", left);
}

/* Who says nothing of which change hardly means one that keeps a profile in effect. */
static int check_profile(const struct undo *u)
{
	char name[PROFILE_NAME_SIZE], what[512];
	pid_t pid;

	if (!is_held(u->change, name, sizeof(name), &pid))
		return EXIT_OK;
	describe_change(u, u->change, what, sizeof(what));
	return complain(EXIT_REFUSED, "the latest change, %u, is that of profile \"%s\", which is active (%s): \"kvmlat profile undo\" ends it, \"kvmlat undo %u\" takes only this back",
			u->change, name, what, u->change);
}

static void tell_profile(const struct undo *u)
{
	char name[PROFILE_NAME_SIZE];
	pid_t pid;

	if (is_held(u->change, name, sizeof(name), &pid))
		complain(0, "profile \"%s\" stays active, held by process %d, without what is undone: \"kvmlat profile undo\" ends it",
			 name, pid);
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

/* What set --persist wrote is not of the module, and no change of it. */
static void find_persisted(const struct undo *u, struct module_options *options)
{
	char *text = file_read(path_modprobe()), value[64], *end, why[256];
	size_t i;

	for (i = 0; text && i < u->reply.nr; i++) {
		const struct kvmlat_knob_value *k = &u->reply.all[i];
		uint64_t number;

		if (k->scope != KVMLAT_SCOPE_HOST || k->result == KVMLAT_RESULT_COVERED ||
		    !modprobe_find(text, modprobe_module(k), k->name, value, sizeof(value)))
			continue;
		number = strtoull(value, &end, 0);
		if (end != value && !*end)
			modprobe_add(options, modprobe_module(k), k->name, number, why,
				     sizeof(why));
	}
	free(text);
}

static int undo(struct undo *u)
{
	struct changes_view view = { .command = "undo", .dry_run = u->dry_run };
	struct module_options stays = { 0 };
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
	find_persisted(u, &stays);
	view.nr = u->reply.nr;
	view.rows = rows;
	view.file = path_modprobe();
	view.nr_options = stays.nr;
	view.options = stays.all;
	show_changes(stdout, u->output, &view);
	free(rows);
	return verdict(u);
}

static int run(int argc, char **argv)
{
	struct undo u = { 0 };
	struct trouble cause;
	bool latest;
	int ret;

	ret = parse_options(&u, argc, argv);
	if (ret)
		return ret;
	ret = outcome(tuner_open(&u.t, &cause), &cause);
	latest = !u.all && !u.change;
	if (!ret && latest)
		ret = find_latest(&u);
	if (!ret && latest)
		ret = check_profile(&u);
	if (!ret && !latest)
		tell_profile(&u);
	if (!ret)
		ret = undo(&u);
	kvmlat_knobs_free(&u.reply);
	tell_unknown(u.t.k);
	tuner_close(&u.t);
	return ret;
}

COMMAND(undo, run, "take back what set changed", usage);
