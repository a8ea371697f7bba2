// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/paths.h"
#include "beside.h"

/* Which of them there are, and which can be written, is each kernel's own. */
static const struct {
	const char	*name;
	const char	*when;
} parameters[] = {
	{ "nx_huge_pages", "" },
	{ "lapic_timer_advance_ns", ", for vCPUs that are made then" },
	{ "lapic_timer_advance", ", for vCPUs that are made then" },
	{ "kvmclock_periodic_sync", "" },
};

bool beside_read(size_t i, struct beside *b)
{
	char path[512], *text;
	const char *shown;
	struct stat st;

	if (i >= sizeof(parameters) / sizeof(*parameters))
		return false;
	*b = (struct beside){ .module = "kvm", .name = parameters[i].name };
	snprintf(path, sizeof(path), "%s/sys/module/%s/parameters/%s", path_root(), b->module,
		 b->name);
	shown = path + strlen(path_root());
	text = stat(path, &st) ? NULL : file_read(path);
	if (!text) {
		snprintf(b->how, sizeof(b->how), "%s has none here", b->module);
		return true;
	}
	snprintf(b->value, sizeof(b->value), "%.*s", (int)strcspn(text, "\n"), text);
	b->live = st.st_mode & 0200;
	if (b->live)
		snprintf(b->how, sizeof(b->how), "\"echo VALUE >%s\" sets it%s", shown,
			 parameters[i].when);
	else
		snprintf(b->how, sizeof(b->how),
			 "\"options %s %s=VALUE\" in /etc/modprobe.d sets it when %s is loaded next",
			 b->module, b->name, b->module);
	free(text);
	return true;
}

static bool is_called(const char *own, const char *name)
{
	for (; *own && *name; own++, name++)
		if (*own != *name && (*own != '_' || *name != '-'))
			return false;
	return *own == *name;
}

bool beside_find(const char *name, struct beside *b)
{
	size_t i;

	for (i = 0; beside_read(i, b); i++)
		if (is_called(b->name, name))
			return true;
	return false;
}
