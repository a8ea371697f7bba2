// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "knobs.h"
#include "base/paths.h"
#include "profiles.h"
#include "save.h"
#include "value.h"

static void write_knob(FILE *to, const struct kvmlat_knob_value *k)
{
	char text[64];

	value_format(k->unit, k->now.value, text, sizeof(text));
	fprintf(to, "%s = %s\n", k->name, text);
}

/* A pattern that matches this name only; false for one that a line of text cannot hold. */
static bool write_section(FILE *to, const char *guest, uint32_t uid)
{
	const char *p;

	if (!*guest)
		return false;
	for (p = guest; *p; p++)
		if ((unsigned char)*p < ' ')
			return false;
	fputs("\n[guest \"", to);
	for (p = guest; *p; p++) {
		if (strchr("\\\"[]*?", *p))
			fputc('\\', to);
		fputc(*p, to);
	}
	fputs("\"]\n", to);
	if (uid != NO_UID)
		fprintf(to, "user = %" PRIu32 "\n", uid);
	return true;
}

static bool is_namesake(const struct tuner *t, const struct kvmlat_knob_value *a,
			const struct kvmlat_knob_value *b)
{
	return a->scope == b->scope && a->now.source == a->scope &&
	       !strcmp(tuner_guest(t, a), tuner_guest(t, b));
}

/* The same knob of an earlier VM of this name and user, which a profile cannot tell from it. */
static const struct kvmlat_knob_value *same_in_profile(const struct tuner *t,
						       const struct kvmlat_knob_value *k)
{
	uint32_t uid = guests_uid(&t->guests, k->vm_id);
	const struct kvmlat_knob_value *other;

	for (other = t->table.all; other < k; other++)
		if (other->id == k->id && is_namesake(t, other, k) &&
		    guests_uid(&t->guests, other->vm_id) == uid)
			return other;
	return NULL;
}

/* Whose VM it is, where other users have VMs of its name, too. */
static uint32_t user_to_tell(const struct tuner *t, const struct kvmlat_knob_value *k)
{
	uint32_t uid = guests_uid(&t->guests, k->vm_id);
	const struct kvmlat_knob_value *other;

	for (other = t->table.all; other < t->table.all + t->table.nr; other++)
		if (is_namesake(t, other, k) && guests_uid(&t->guests, other->vm_id) != uid)
			return uid;
	return NO_UID;
}

static void write_vm(FILE *to, const struct tuner *t, const struct kvmlat_knob_value *k,
		     tell_fn tell)
{
	const struct kvmlat_knob_value *other = same_in_profile(t, k);
	const char *guest = tuner_guest(t, k);
	char left_out[512];

	if (!other && write_section(to, guest, user_to_tell(t, k))) {
		write_knob(to, k);
		return;
	}
	if (!other)
		snprintf(left_out, sizeof(left_out),
			 "VM %u is left out: \"%s\" cannot be written as a pattern", k->vm_id,
			 guest);
	else if (other->now.value != k->now.value)
		snprintf(left_out, sizeof(left_out),
			 "%s of VM %u is left out: VM %u is called \"%s\", too, and has another value",
			 k->name, k->vm_id, other->vm_id, guest);
	else
		return;
	tell(left_out);
}

static void write_all(FILE *to, const struct tuner *t, const char *name, tell_fn tell)
{
	char left_out[512];
	time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;
	size_t i;

	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	fprintf(to, "# Written by \"kvmlat profile save %s\".\n", name);
	fprintf(to, "[profile]\nsummary = saved %s\n\n[host]\n", date);
	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->scope == KVMLAT_SCOPE_HOST && k->now.known && !k->why[0])
			write_knob(to, k);
	}
	for (i = 0; i < t->table.nr; i++) {
		const struct kvmlat_knob_value *k = &t->table.all[i];

		if (k->scope == KVMLAT_SCOPE_HOST || k->now.source != k->scope)
			continue;
		if (k->scope == KVMLAT_SCOPE_VM) {
			write_vm(to, t, k, tell);
			continue;
		}
		snprintf(left_out, sizeof(left_out),
			 "%s of vCPU %u of VM %u is left out: a profile has no vCPUs", k->name,
			 k->vcpu_id, k->vm_id);
		tell(left_out);
	}
}

/* Makes the directory and, as only the first of its parents can be absent, that one. */
static bool make_dir(const char *dir)
{
	char parent[512];
	char *slash;

	if (!mkdir(dir, 0755) || errno == EEXIST)
		return true;
	snprintf(parent, sizeof(parent), "%s", dir);
	slash = strrchr(parent, '/');
	if (errno != ENOENT || !slash || slash == parent)
		return false;
	*slash = 0;
	return (!mkdir(parent, 0755) || errno == EEXIST) && !mkdir(dir, 0755);
}

static int write_profile(const struct tuner *t, const char *path, const char *name, tell_fn tell,
			 struct trouble *why)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to;
	int ret;

	to = open_memstream(&text, &len);
	if (!to)
		return trouble_memory(why);
	write_all(to, t, name, tell);
	if (fclose(to)) {
		free(text);
		return trouble_memory(why);
	}
	ret = file_replace(path, text);
	if (ret)
		trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", path,
			strerror(errno));
	free(text);
	return ret;
}

static int save_locked(const char *name, const char *dir, const char *path, bool force,
		       tell_fn tell, struct trouble *why)
{
	struct tuner t;
	int ret;

	if (!force && !access(path, F_OK))
		return trouble(why, TROUBLE_REFUSED, "\"%s\" exists; --force replaces it", path);
	ret = tuner_open(&t, why);
	if (!ret && !make_dir(dir))
		ret = trouble(why, trouble_of_errno(errno), "cannot make \"%s\": %s", dir,
			      strerror(errno));
	if (!ret)
		ret = write_profile(&t, path, name, tell, why);
	tuner_close(&t);
	return ret;
}

int profile_save(const char *name, bool force, char *path, size_t size, tell_fn tell,
		 struct trouble *why)
{
	char dir[400], sentence[600];
	int lock, ret;

	if (!profile_name_ok(name))
		return trouble(why, TROUBLE_USAGE,
			       "profile \"%.64s\" is no name: " PROFILE_NAME_RULE, name);
	snprintf(dir, sizeof(dir), "%.*s", (int)strcspn(path_profiles(), ":"), path_profiles());
	snprintf(path, size, "%s/%s.ini", dir, name);
	lock = lock_take("save.lock", true, sentence, sizeof(sentence));
	if (lock < 0)
		return trouble(why, trouble_of_errno(errno), "%s", sentence);
	ret = save_locked(name, dir, path, force, tell, why);
	close(lock);
	return ret;
}
