// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "model/claims.h"
#include "show/changes.h"
#include "model/selection.h"
#include "tune/knobs.h"
#include "base/paths.h"
#include "tune/modprobe_order.h"
#include "tune/value.h"
#include "tune/warn.h"

static const char usage[] =
"Usage: kvmlat set KNOB=VALUE... [-p PID | -g NAME | --vm ID] [--vcpu LIST]\n"
"                  [--if-old VALUE] [--dry-run] [--persist] [--json | --csv]\n"
"\n"
"Change knobs of the host, of a VM or of a vCPU, all of them or none. VALUE is a number,\n"
"of a time with ns, us, ms or s behind it, or \"inherit\": what the scope above has.\n"
"\n"
"  -p, --pid PID        for the VMs of this process\n"
"  -g, --guest NAME     for VMs of this guest name, or like \"web*\"; may be repeated\n"
"      --vm ID          for the VM of this id, which list shows\n"
"      --vcpu LIST      for these vCPUs only, as 0-3,7\n"
"      --if-old VALUE   only if this is what is in effect\n"
"  -n, --dry-run        only tell what would be done\n"
"      --persist        have modprobe set it, too, the next time that KVM is loaded\n"
"      --json           one JSON object\n"
"      --csv            comma separated, with a header\n"
"\n"
"Examples:\n"
"  kvmlat set halt_poll_ns=50us               for the host and all VMs that inherit it\n"
"  kvmlat set -g db halt_poll_ns=0 --dry-run  what would be done to the guest db\n"
"  kvmlat set halt_poll_ns=50us --persist     after a reboot, too\n";

enum {
	OPT_IF_OLD = OPT_OWN,
	OPT_PERSIST,
	OPT_JSON,
	OPT_CSV,
};

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "guest", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "if-old", required_argument, NULL, OPT_IF_OLD },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "persist", no_argument, NULL, OPT_PERSIST },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

/**
 * struct wanted - what a word asks of a target
 * @only_later: this kernel cannot change it, but modprobe can
 */
struct wanted {
	const struct kvmlat_knob_value	*knob;
	struct kvmlat_knob_change	change;
	bool				only_later;
};

struct set {
	struct selection		sel;
	const char			*if_old;
	bool				dry_run;
	bool				persist;
	enum output		output;
	char				**words;

	struct tuner			t;
	struct load			load;
	size_t				nr_targets;
	struct target			*targets;
	size_t				nr_wanted;
	struct wanted			wanted[KVMLAT_KNOBS_MAX];
	size_t				nr;
	struct kvmlat_knob_change	changes[KVMLAT_KNOBS_MAX];
	struct module_options		options;
	struct kvmlat_knobs		reply;
};

static int parse_options(struct set *s, int argc, char **argv)
{
	char why[256];
	int c;

	while ((c = next_option(argc, argv, ":np:g:", options)) != -1) {
		bool ok = true;

		switch (c) {
		case 'n':
			s->dry_run = true;
			break;
		case OPT_IF_OLD:
			s->if_old = optarg;
			break;
		case OPT_PERSIST:
			s->persist = true;
			break;
		case OPT_JSON:
			s->output = OUTPUT_JSON;
			break;
		case OPT_CSV:
			s->output = OUTPUT_CSV;
			break;
		case '?':
			return EXIT_USAGE;
		default:
			ok = parse_selection(c, optarg, &s->sel, why, sizeof(why));
		}
		if (!ok)
			return complain(EXIT_USAGE, "set: %s", why);
	}
	s->words = argv + optind;
	return EXIT_OK;
}

static int check_options(const struct set *s)
{
	bool vm = selects(&s->sel);

	if (!*s->words)
		return complain(EXIT_USAGE, "set: name a knob and its value, as in halt_poll_ns=50us");
	if (s->sel.vcpus && !vm)
		return complain(EXIT_USAGE, "set: --vcpu needs a VM: name it with --guest, --pid or --vm");
	if (s->persist && vm)
		return complain(EXIT_USAGE, "set: --persist is for the host: a VM's knobs end with the VM, a profile sets them for the next one");
	if (s->if_old && s->words[1])
		return complain(EXIT_USAGE, "set: --if-old goes with one knob, but \"%s\" is a second one",
				s->words[1]);
	return EXIT_OK;
}

static int expect(const struct set *s, const struct kvmlat_knob_value *k,
		  struct kvmlat_knob_change *c)
{
	struct value old;
	char why[512];

	if (!value_parse(k, s->if_old, &old, why, sizeof(why)))
		return complain(EXIT_USAGE, "set: --if-old: %s", why);
	c->expect_inherit = old.inherit;
	c->has_expect = !old.inherit;
	c->expect = old.number;
	return EXIT_OK;
}

static int add_option(struct set *s, const struct kvmlat_knob_value *k, uint64_t value)
{
	const char *module = modprobe_module(k);
	char why[256];

	if (!modprobe_takes(module, why, sizeof(why)))
		return complain(EXIT_REFUSED, "%s cannot be made to stay: %s", k->name, why);
	if (modprobe_add(&s->options, module, k->name, value, why, sizeof(why)))
		return complain(EXIT_USAGE, "set: %s", why);
	return EXIT_OK;
}

/* The module refuses that, too, but not of what is only to stay. */
static bool is_named_twice(const struct set *s, const struct kvmlat_knob_change *c)
{
	size_t i;

	for (i = 0; i < s->nr_wanted; i++) {
		const struct kvmlat_knob_change *other = &s->wanted[i].change;

		if (other->id == c->id && other->scope == c->scope && other->vm_id == c->vm_id &&
		    other->vcpu_id == c->vcpu_id)
			return true;
	}
	return false;
}

static int add_change(struct set *s, const char *name, const char *text,
		      const struct target *target)
{
	const struct kvmlat_knob_value *k;
	struct kvmlat_knob_change c = { 0 };
	struct trouble cause;
	struct value v;
	char why[512];
	int ret = EXIT_OK;

	if (tuner_demand(&s->t, name, target, &k, &cause))
		return complain_of(&cause);
	if (!value_parse(k, text, &v, why, sizeof(why)))
		return complain(EXIT_USAGE, "set: %s", why);
	c.id = k->id;
	c.scope = k->scope;
	c.vm_id = target->vm_id;
	c.vcpu_id = target->vcpu_id;
	c.inherit = v.inherit;
	c.value = v.number;
	if (is_named_twice(s, &c))
		return complain(EXIT_USAGE, "set: knob \"%s\" comes twice", k->name);
	if (s->nr_wanted == KVMLAT_KNOBS_MAX)
		return complain(EXIT_REFUSED, "more than %d changes are too many for one command",
				KVMLAT_KNOBS_MAX);
	if (s->if_old)
		ret = expect(s, k, &c);
	if (!ret && s->persist)
		ret = add_option(s, k, v.number);
	if (!ret)
		s->wanted[s->nr_wanted++] = (struct wanted){
			.knob = k, .change = c, .only_later = k->why[0] && s->persist,
		};
	return ret;
}

static bool is_expected(const struct kvmlat_knob_value *k, const struct kvmlat_knob_change *c)
{
	if (c->expect_inherit)
		return k->now.source != k->scope;
	return !c->has_expect || k->now.value == c->expect;
}

/* Where --if-old is wrong that must be told, and the module does. */
static bool is_in_force(const struct kvmlat_knob_value *k, const struct kvmlat_knob_change *c)
{
	bool own = k->now.source == k->scope;

	return k->now.known && is_expected(k, c) &&
	       (c->inherit ? !own : own && k->now.value == c->value);
}

/* All that was asked for is sound: warns, and leaves out what need not or cannot be changed. */
static void settle(struct set *s)
{
	char what[512], value[32];
	size_t i;

	for (i = 0; i < s->nr_wanted; i++) {
		const struct kvmlat_knob_value *k = s->wanted[i].knob;
		const struct kvmlat_knob_change *c = &s->wanted[i].change;

		/* Once, and not again for each VM that is set. */
		if (!c->inherit && (!i || s->wanted[i - 1].change.id != k->id))
			warn_about(k, c->value, &s->load, tell);
		tuner_describe(&s->t, k, what, sizeof(what));
		if (s->wanted[i].only_later) {
			complain(0, "%s is not changed now: %s", k->name, k->why);
		} else if (is_in_force(k, c)) {
			value_format(k->unit, k->now.value, value, sizeof(value));
			complain(0, "%s is %s%s already: there is nothing to change", what, value,
				 c->inherit ? ", inherited," : "");
		} else {
			s->changes[s->nr++] = *c;
		}
	}
}

static int parse_words(struct set *s)
{
	const struct target host = { 0 };
	const struct target *targets = selects(&s->sel) ? s->targets : &host;
	size_t i, nr = selects(&s->sel) ? s->nr_targets : 1;
	char **word, *equals, *name;
	int ret = EXIT_OK;

	for (word = s->words; *word && !ret; word++) {
		equals = strchr(*word, '=');
		if (!equals || equals == *word)
			return complain(EXIT_USAGE, "set: \"%s\" is not of the form KNOB=VALUE",
					*word);
		name = strndup(*word, equals - *word);
		if (!name)
			return complain(EXIT_REFUSED, "out of memory");
		for (i = 0; i < nr && !ret; i++)
			ret = add_change(s, name, equals + 1, &targets[i]);
		free(name);
	}
	return ret;
}

static const struct kvmlat_knob_value *find_knob(const struct set *s,
						 const struct kvmlat_knob_change *c)
{
	size_t i;

	for (i = 0; i < s->t.table.nr; i++) {
		const struct kvmlat_knob_value *k = &s->t.table.all[i];

		if (k->id == c->id && k->scope == c->scope && k->vm_id == c->vm_id &&
		    k->vcpu_id == c->vcpu_id)
			return k;
	}
	return NULL;
}

/* The knob that was refused, and, if --if-old is why, what is in effect. */
static int fail(struct set *s, const struct kvmlat_error *err)
{
	const struct kvmlat_knob_value *k;
	struct kvmlat_error named = *err;
	char value[32], now[80] = "";
	struct trouble cause;

	if (!err->item || err->item > s->nr)
		return complain_kvmlat(err);
	/* The table is of before the module looked. */
	if (s->if_old && tuner_refresh(&s->t, &cause))
		return complain_kvmlat(err);
	k = find_knob(s, &s->changes[err->item - 1]);
	if (!k)
		return complain_kvmlat(err);
	if (k->now.known && !is_expected(k, &s->changes[err->item - 1])) {
		value_format(k->unit, k->now.value, value, sizeof(value));
		snprintf(now, sizeof(now), ": it is %s%s%s", value,
			 k->now.source == k->scope ? "" : ", inherited from the ",
			 k->now.source == k->scope ? "" : kvmlat_scope_name(k->now.source));
	}
	snprintf(named.text, sizeof(named.text), "%.63s: %.200s%s", k->name, err->text, now);
	return complain_kvmlat(&named);
}

static int show(struct set *s)
{
	struct changes_view view = {
		.command = "set", .dry_run = s->dry_run, .change = s->reply.change,
		.nr = s->reply.nr, .file = path_modprobe(), .nr_options = s->options.nr,
		.options = s->options.all,
	};
	struct knob_row *rows = calloc(s->reply.nr + 1, sizeof(*rows));
	size_t i;

	if (!rows)
		return complain(EXIT_REFUSED, "out of memory");
	for (i = 0; i < s->reply.nr; i++) {
		tuner_complete(&s->t, &s->reply.all[i]);
		rows[i].knob = &s->reply.all[i];
		rows[i].guest = tuner_guest(&s->t, rows[i].knob);
	}
	view.rows = rows;
	show_changes(stdout, s->output, &view);
	free(rows);
	return EXIT_OK;
}

/* What another file makes of it. */
static void check_order(const struct set *s)
{
	char why[2048], text[sizeof(why) + sizeof("warning: ")];
	size_t i;

	for (i = 0; i < s->options.nr; i++) {
		if (!modprobe_loses(path_modprobe(), &s->options.all[i], why, sizeof(why)))
			continue;
		snprintf(text, sizeof(text), "warning: %s", why);
		tell(text);
	}
}

static int set(struct set *s)
{
	struct kvmlat_error err = { 0 };
	char why[512];
	int ret, shown;

	ret = parse_words(s);
	if (ret)
		return ret;
	settle(s);
	if (s->nr && kvmlat_set_knobs(s->t.k, s->changes, s->nr, s->dry_run, &s->reply, &err))
		return fail(s, &err);
	if (s->options.nr && !s->dry_run &&
	    modprobe_write(path_modprobe(), s->options.all, s->options.nr, why, sizeof(why)))
		ret = complain(EXIT_REFUSED, "%s", why);
	if (ret)
		s->options.nr = 0;
	shown = show(s);
	check_order(s);
	return ret ? ret : shown;
}

static int run(int argc, char **argv)
{
	struct set s = { 0 };
	struct trouble cause;
	int ret;

	ret = parse_options(&s, argc, argv);
	if (!ret)
		ret = check_options(&s);
	if (ret)
		return ret;
	ret = outcome(tuner_open(&s.t, &cause), &cause);
	if (!ret)
		load_of(s.t.vms, &s.load);
	if (!ret && selects(&s.sel))
		ret = outcome(tuner_targets(&s.t, &s.sel, &s.targets, &s.nr_targets, &cause),
			      &cause);
	if (!ret)
		ret = outcome(claims_check(&s.sel, &s.t.guests, s.t.vms, &cause), &cause);
	if (!ret)
		ret = set(&s);
	if (!ret && !s.dry_run && claims_note(&s.sel, &s.t.guests, s.t.vms, &cause))
		tell(cause.text);
	free(s.targets);
	kvmlat_knobs_free(&s.reply);
	tell_unknown(s.t.k);
	tuner_close(&s.t);
	return ret;
}

COMMAND(set, run, "change knobs of the host, of VMs or of vCPUs", usage);
