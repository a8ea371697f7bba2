// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/paths.h"
#include "read.h"

/* The folder of an interrupt has one for each that handles it, named after that. */
static bool handler_of(uint32_t irq, char *name, size_t size)
{
	struct dirent *entry;
	char path[1024];
	bool has = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/irq/%u", path_root(), irq);
	dir = opendir(path);
	while (dir && !has && (entry = readdir(dir))) {
		has = entry->d_type == DT_DIR && entry->d_name[0] != '.';
		if (has)
			snprintf(name, size, "%.*s", (int)size - 1, entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (has)
		clean_text(name);
	return has;
}

static bool read_irq(uint32_t irq, void *user)
{
	char name[64], path[128], list[1024];
	struct fact_irq *more, *i;
	struct facts *f = user;

	if (!handler_of(irq, name, sizeof(name)))
		return true;
	more = add_room(f->irqs, f->nr_irqs, sizeof(*more));
	if (!more)
		return false;
	f->irqs = more;
	i = &f->irqs[f->nr_irqs++];
	*i = (struct fact_irq){ .irq = irq };
	memcpy(i->name, name, sizeof(name));
	snprintf(path, sizeof(path), "/proc/irq/%u/effective_affinity_list", irq);
	if (!read_line(path, list, sizeof(list))) {
		snprintf(path, sizeof(path), "/proc/irq/%u/smp_affinity_list", irq);
		if (!read_line(path, list, sizeof(list)))
			return true;
	}
	i->known = cpus_parse(list, &i->cpus);
	return true;
}

void read_irqs(struct facts *f)
{
	f->has_irqs = each_number("/proc/irq", read_irq, f);
}
