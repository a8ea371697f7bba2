// SPDX-License-Identifier: GPL-2.0-only
/* Lines of the file are "UID NAME"; a name has no newline. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"
#include "claims.h"

/* Whoever starts guests of ever new names makes nobody forget the first ones. */
#define MAX_CLAIMS	4096

static const char *file_name(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/names", path_run_dir());
	return path;
}

/* The text of the file, for free(); empty if there is none. */
static char *read_claims(struct trouble *why)
{
	char *text = file_read(file_name());

	if (!text && errno == ENOENT)
		text = strdup("");
	if (!text)
		trouble(why, trouble_of_errno(errno), "cannot read \"%s\": %s", file_name(),
			strerror(errno));
	return text;
}

/* Whose @name is by these lines. False if that is nobody's yet; *nr of lines in any case. */
static bool find(const char *line, const char *name, uint32_t *uid, unsigned int *nr)
{
	size_t len = strlen(name);
	int used;

	for (*nr = 0; *line; ++*nr) {
		size_t end = strcspn(line, "\n");

		used = 0;
		if (sscanf(line, "%" SCNu32 " %n", uid, &used) == 1 && used &&
		    end - used == len && !strncmp(line + used, name, len))
			return true;
		line += end + (line[end] == '\n');
	}
	return false;
}

int claim_check(const char *name, uint32_t uid, struct trouble *why)
{
	char *text = read_claims(why);
	unsigned int nr;
	uint32_t first;
	int ret = 0;

	if (!text)
		return -1;
	if (find(text, name, &first, &nr) && first != uid)
		ret = trouble(why, TROUBLE_REFUSED,
			      "guest \"%s\" is one of user %d, and what was changed for that name before was of user %u",
			      name, (int)uid, first);
	free(text);
	return ret;
}

static int append(char *text, const char *name, uint32_t uid, struct trouble *why)
{
	char *more;
	int ret;

	if (asprintf(&more, "%s%" PRIu32 " %s\n", text, uid, name) < 0)
		return trouble_memory(why);
	ret = file_replace(file_name(), more);
	if (ret)
		trouble(why, trouble_of_errno(errno), "cannot write \"%s\": %s", file_name(),
			strerror(errno));
	free(more);
	return ret;
}

int claim_note(const char *name, uint32_t uid, struct trouble *why)
{
	char sentence[600], *text;
	int lock, ret = 0;
	unsigned int nr;
	uint32_t first;

	if (strchr(name, '\n') || uid == UINT32_MAX)
		return 0;
	lock = lock_take("names.lock", true, sentence, sizeof(sentence));
	if (lock < 0)
		return trouble(why, trouble_of_errno(errno), "%s", sentence);
	text = read_claims(why);
	if (!text)
		ret = -1;
	else if (!find(text, name, &first, &nr) && nr < MAX_CLAIMS)
		ret = append(text, name, uid, why);
	free(text);
	close(lock);
	return ret;
}

int claims_check(const struct selection *sel, const struct guests *g,
		 const struct kvmlat_snapshot *snap, struct trouble *why)
{
	struct trouble claimed;
	size_t i;

	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];
		uint32_t uid = guests_uid(g, vm->vm_id);

		if (vm->gone || !selects_by_name(sel, g, vm) ||
		    !claim_check(guests_name(g, vm->vm_id), uid, &claimed))
			continue;
		return trouble(why, claimed.kind, "VM %u is left as it is: %.800s; NAME@%d means that one",
			       vm->vm_id, claimed.text, (int)uid);
	}
	return 0;
}

int claims_note(const struct selection *sel, const struct guests *g,
		const struct kvmlat_snapshot *snap, struct trouble *why)
{
	size_t i;

	for (i = 0; i < snap->nr_vms; i++) {
		const struct kvmlat_vm *vm = &snap->vms[i];

		if (!vm->gone && selects_by_name(sel, g, vm) &&
		    claim_note(guests_name(g, vm->vm_id), guests_uid(g, vm->vm_id), why))
			return -1;
	}
	return 0;
}
