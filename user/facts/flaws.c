// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "read.h"

#define FLAWS		"/sys/devices/system/cpu/vulnerabilities"
#define MSR		"/dev/cpu/0/msr"

/* MSR_SMI_COUNT, of all Intel processors since Nehalem. */
#define SMI_COUNT	0x34

void read_flaws(struct facts *f)
{
	struct fact_flaw *more, flaw;
	struct dirent *entry;
	char path[1024];
	DIR *dir;

	snprintf(path, sizeof(path), "%s" FLAWS, path_root());
	dir = opendir(path);
	f->has_flaws = dir;
	while (dir && f->has_flaws && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), FLAWS "/%s", entry->d_name);
		memset(&flaw, 0, sizeof(flaw));
		snprintf(flaw.name, sizeof(flaw.name), "%.*s", (int)sizeof(flaw.name) - 1,
			 entry->d_name);
		clean_text(flaw.name);
		f->has_flaws = read_line(path, flaw.text, sizeof(flaw.text));
		more = add_room(f->flaws, f->nr_flaws, sizeof(*more));
		if (!more || !f->has_flaws) {
			f->flaws = more ? more : f->flaws;
			f->has_flaws = false;
			break;
		}
		f->flaws = more;
		f->flaws[f->nr_flaws++] = flaw;
	}
	if (dir)
		closedir(dir);
}

void read_smis(struct facts *f)
{
	const struct fact *cpu = &f->file[FACT_CPUINFO];
	char path[1024];
	uint64_t value;
	int fd;

	if (cpu->known != READ || !strstr(cpu->text, "GenuineIntel")) {
		snprintf(f->why_no_smis, sizeof(f->why_no_smis),
			 "only Intel's processors count them in a register");
		return;
	}
	snprintf(path, sizeof(path), "%s" MSR, path_root());
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	f->has_smis = fd >= 0 && pread(fd, &value, sizeof(value), SMI_COUNT) == sizeof(value);
	if (fd >= 0)
		close(fd);
	if (f->has_smis)
		f->smis = (uint32_t)value;
	else
		snprintf(f->why_no_smis, sizeof(f->why_no_smis),
			 "\"" MSR "\" cannot be read: \"modprobe msr\" makes it, and root may");
}
