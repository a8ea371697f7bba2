// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the file are "VM PID UID NAME"; a name has no newline. A VM's number comes again after
 * the module was loaded again, but hardly that of the same process for another VM, which would be
 * needed for a wrong name. With the host's boot the file is gone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/namespaces.h"
#include "base/paths.h"
#include "past.h"

/* More than the module keeps accounts of VMs that ended. Beyond, the oldest lines go. */
#define MAX_LINES	1024

static bool keeps;

void past_begin(void)
{
	keeps = true;
}

static const char *file_name(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/guests", path_run_dir());
	return path;
}

char *past_read(void)
{
	return keeps ? file_read(file_name()) : NULL;
}

/* Returns what follows the line. */
static const char *parse_line(const char *line, struct past *p)
{
	size_t len = strcspn(line, "\n"), used;
	int head = 0;

	*p = (struct past){ 0 };
	if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32 " %n", &p->vm_id, &p->pid, &p->uid,
		   &head) == 3 && head && (size_t)head < len) {
		used = len - head < sizeof(p->name) - 1 ? len - head : sizeof(p->name) - 1;
		memcpy(p->name, line + head, used);
	}
	return line + len + (line[len] == '\n');
}

/* The last line of a VM is the latest. */
bool past_find(const char *text, const struct kvmlat_vm *vm, struct past *past)
{
	bool found = false;
	struct past p;

	while (text && *text) {
		text = parse_line(text, &p);
		if (p.vm_id != vm->vm_id || p.pid != vm->pid || !p.name[0])
			continue;
		*past = p;
		found = true;
	}
	return found;
}

static bool knows(const char *text, const struct past *new)
{
	const struct kvmlat_vm vm = { .vm_id = new->vm_id, .pid = new->pid };
	struct past p;

	return past_find(text, &vm, &p) && p.uid == new->uid && !strcmp(p.name, new->name);
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static void write_lines(const char *text, const struct past *list, size_t nr)
{
	size_t lines = count_lines(text), i, len;
	char *more = NULL;
	FILE *to;

	for (; lines && lines + nr > MAX_LINES; lines--)
		text += strcspn(text, "\n") + 1;
	to = open_memstream(&more, &len);
	if (!to)
		return;
	fputs(text, to);
	for (i = 0; i < nr; i++)
		if (!knows(text, &list[i]) && !strchr(list[i].name, '\n'))
			fprintf(to, "%" PRIu32 " %" PRIu32 " %" PRIu32 " %s\n", list[i].vm_id,
				list[i].pid, list[i].uid, list[i].name);
	if (!fclose(to))
		file_replace(file_name(), more);
	free(more);
}

/* Whoever may not write there learns names for himself only. */
void past_note(const struct past *list, size_t nr)
{
	char *text = NULL, why[600];
	bool new = false;
	size_t i;
	int lock;

	if (!keeps || !nr || !pids_are_ours())
		return;
	text = past_read();
	for (i = 0; i < nr; i++)
		new |= !knows(text, &list[i]);
	free(text);
	lock = new ? lock_take("guests.lock", true, why, sizeof(why)) : -1;
	if (lock < 0)
		return;
	text = past_read();
	write_lines(text ? text : "", list, nr < MAX_LINES ? nr : MAX_LINES);
	free(text);
	close(lock);
}
