// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"
#include "host/module.h"
#include "journal.h"
#include "undo.h"

#define HEADER	"kvmlat-%s 1\n"

static const char *file_name(const struct journal *j)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s.changes", path_run_dir(), j->name);
	return path;
}

static int append(struct journal *j, uint32_t vm_id, uint32_t change)
{
	struct applied *all = realloc(j->all, (j->nr + 1) * sizeof(*all));

	if (!all)
		return -1;
	j->all = all;
	all[j->nr].vm_id = vm_id;
	all[j->nr++].change = change;
	return 0;
}

static bool read_line(struct journal *j, const char *line)
{
	struct kvmlat_knob_change c = { 0 };
	uint32_t vm_id, change;
	unsigned int inherit;

	if (sscanf(line, "module %" SCNu64, &j->module) == 1)
		return true;
	if (sscanf(line, "change %" SCNu32 " %" SCNu32, &vm_id, &change) == 2)
		return !append(j, vm_id, change);
	if (sscanf(line, "pending %" SCNu32, &j->pending.last) == 1)
		return true;
	/* What was written before vCPUs had changes has none. */
	if (sscanf(line, "want %" SCNu32 " %" SCNu32 " %" SCNu32 " %u %" SCNu64 " %" SCNu32, &c.id,
		   &c.scope, &c.vm_id, &inherit, &c.value, &c.vcpu_id) < 5 ||
	    j->pending.nr == KVMLAT_KNOBS_MAX)
		return false;
	c.inherit = inherit;
	j->pending.wanted[j->pending.nr++] = c;
	return true;
}

int journal_load(struct journal *j, const char *name, struct trouble *why)
{
	char *text, *line, *rest, header[64];
	bool good;

	*j = (struct journal){ .name = name };
	snprintf(header, sizeof(header), HEADER, name);
	text = file_read(file_name(j));
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return trouble(why, trouble_of_errno(errno), "cannot read \"%s\": %s", file_name(j),
			       strerror(errno));
	good = !strncmp(text, header, strlen(header));
	rest = text + strlen(header);
	while (good && (line = strsep(&rest, "\n")) && *line)
		good = read_line(j, line);
	free(text);
	if (good)
		return 0;
	journal_free(j);
	return trouble(why, TROUBLE_REFUSED,
		       "\"%s\" is not what kvmlat wrote; remove it to forget what %s left behind",
		       file_name(j), strcmp(name, "profile") ? name : "a profile");
}

int journal_save(const struct journal *j, struct trouble *why)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *to;
	int ret;

	if (!j->nr && !j->pending.nr) {
		unlink(file_name(j));
		return 0;
	}
	to = open_memstream(&text, &len);
	if (!to)
		return trouble_memory(why);
	fprintf(to, HEADER "module %" PRIu64 "\n", j->name, j->module);
	for (i = 0; i < j->nr; i++)
		fprintf(to, "change %u %u\n", j->all[i].vm_id, j->all[i].change);
	if (j->pending.nr)
		fprintf(to, "pending %u\n", j->pending.last);
	for (i = 0; i < j->pending.nr; i++) {
		const struct kvmlat_knob_change *c = &j->pending.wanted[i];

		fprintf(to, "want %u %u %u %u %" PRIu64 " %u\n", c->id, c->scope, c->vm_id,
			c->inherit, c->value, c->vcpu_id);
	}
	if (fclose(to)) {
		free(text);
		return trouble_memory(why);
	}
	ret = file_replace(file_name(j), text);
	if (ret)
		trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", file_name(j),
			strerror(errno));
	free(text);
	return ret;
}

void journal_free(struct journal *j)
{
	free(j->all);
	*j = (struct journal){ .name = j->name };
}

int journal_add(struct journal *j, uint32_t vm_id, uint32_t change, struct trouble *why)
{
	if (append(j, vm_id, change))
		return trouble_memory(why);
	j->pending.nr = 0;
	return journal_save(j, why);
}

int journal_announce(struct journal *j, const struct tuner *t,
		     const struct kvmlat_knob_change *changes, size_t nr, struct trouble *why)
{
	size_t i;

	j->pending.last = 0;
	for (i = 0; i < t->table.nr; i++)
		if (t->table.all[i].change > j->pending.last)
			j->pending.last = t->table.all[i].change;
	memcpy(j->pending.wanted, changes, nr * sizeof(*changes));
	j->pending.nr = nr;
	return journal_save(j, why);
}

void journal_drop(struct journal *j, uint32_t change)
{
	size_t i, n = 0;

	for (i = 0; i < j->nr; i++)
		if (j->all[i].change != change)
			j->all[n++] = j->all[i];
	j->nr = n;
}

bool journal_has(const struct journal *j, uint32_t vm_id)
{
	size_t i;

	for (i = 0; i < j->nr; i++)
		if (j->all[i].vm_id == vm_id)
			return true;
	return false;
}

bool journal_drop_ended(struct journal *j, const struct kvmlat_snapshot *vms)
{
	const struct kvmlat_vm *vm;
	size_t i, n = 0;
	bool dropped;

	for (i = 0; i < j->nr; i++) {
		vm = kvmlat_find_vm(vms, j->all[i].vm_id);
		if (!j->all[i].vm_id || (vm && !vm->gone))
			j->all[n++] = j->all[i];
	}
	dropped = n < j->nr;
	j->nr = n;
	return dropped;
}

void journal_clear(struct journal *j)
{
	struct trouble ignored;

	j->nr = 0;
	j->pending.nr = 0;
	journal_save(j, &ignored);
}

static bool has_change(const struct journal *j, uint32_t change)
{
	size_t i;

	for (i = 0; i < j->nr; i++)
		if (j->all[i].change == change)
			return true;
	return false;
}

static bool is_wanted(const struct kvmlat_knob_change *c, const struct kvmlat_knob_value *k)
{
	if (c->id != k->id || c->scope != k->scope || c->vm_id != k->vm_id ||
	    c->vcpu_id != k->vcpu_id)
		return false;
	if (c->inherit)
		return k->now.source != k->scope;
	return k->now.known && k->now.source == k->scope && k->now.value == c->value;
}

/* Whoever asked was killed before he knew its number: the knobs themselves tell. */
static int find_pending(struct journal *j, const struct tuner *t, struct trouble *why)
{
	size_t i, p;

	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->change <= j->pending.last)
			continue;
		for (p = 0; p < j->pending.nr; p++)
			if (is_wanted(&j->pending.wanted[p], k))
				break;
		if (p == j->pending.nr || has_change(j, k->change))
			continue;
		if (append(j, k->vm_id, k->change))
			return trouble_memory(why);
	}
	j->pending.nr = 0;
	return 0;
}

int journal_undo(struct journal *j, struct tuner *t, tell_fn tell, struct trouble *why)
{
	size_t i, n = 0;
	struct trouble one;
	int ret = 0;

	if (!j->module || j->module != module_load_id(path_root())) {
		journal_clear(j);
		return 0;
	}
	if (find_pending(j, t, why))
		return -1;
	for (i = j->nr; i--;) {
		if (!j->all[i].change || !undo_change(t, j->all[i].change, tell, &one)) {
			j->all[i].change = 0;
			continue;
		}
		if (ret)
			tell(why->text);
		*why = one;
		ret = -1;
	}
	for (i = 0; i < j->nr; i++)
		if (j->all[i].change)
			j->all[n++] = j->all[i];
	j->nr = n;
	if (journal_save(j, &one) && !ret) {
		*why = one;
		ret = -1;
	}
	return ret;
}
