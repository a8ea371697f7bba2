// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "command.h"
#include "model/claims.h"
#include "set.h"
#include "show/changes.h"
#include "tune/modprobe_order.h"
#include "tune/value.h"

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

	ret = set_options(&s, argc, argv);
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

COMMAND(set, run, "change knobs of the host, of VMs or of vCPUs", set_usage);
