// SPDX-License-Identifier: GPL-2.0-only
/* KVM's own counters of a vCPU, from its binary statistics file. Histograms are left out. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm.h"

static void read_at(int fd, void *buf, size_t len, off_t offset)
{
	ssize_t got = pread(fd, buf, len, offset);

	if (got != (ssize_t)len)
		die(EXIT_SYSTEM, "cannot read a vCPU's statistics: %s",
		    got < 0 ? strerror(errno) : "short read");
}

static void *allocate(size_t nr, size_t size)
{
	void *p = calloc(nr, size);

	if (!p)
		die(EXIT_SYSTEM, "no memory for a vCPU's statistics");
	return p;
}

void stats_read(struct stats *stats, int vcpu_fd)
{
	int fd = ioctl(vcpu_fd, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	size_t desc_size;
	char *descs;

	if (fd < 0)
		die(EXIT_SYSTEM, "KVM refused a vCPU's statistics: %s", strerror(errno));
	read_at(fd, &header, sizeof(header), 0);
	desc_size = sizeof(struct kvm_stats_desc) + header.name_size;
	descs = allocate(header.num_desc, desc_size);
	read_at(fd, descs, header.num_desc * desc_size, header.desc_offset);

	stats->nr = 0;
	stats->name_size = header.name_size;
	stats->names = allocate(header.num_desc, header.name_size);
	stats->values = allocate(header.num_desc, sizeof(*stats->values));
	for (unsigned int i = 0; i < header.num_desc; i++) {
		struct kvm_stats_desc *desc = (void *)(descs + i * desc_size);

		if (desc->size != 1)
			continue;
		memcpy(stats->names + (size_t)stats->nr * header.name_size, desc->name,
		       header.name_size);
		read_at(fd, &stats->values[stats->nr], sizeof(*stats->values),
			header.data_offset + desc->offset);
		stats->nr++;
	}
	free(descs);
	close(fd);
}

bool stats_find(const struct stats *stats, const char *name, uint64_t *value)
{
	for (unsigned int i = 0; i < stats->nr; i++)
		if (!strcmp(stats->names + (size_t)i * stats->name_size, name)) {
			*value = stats->values[i];
			return true;
		}
	return false;
}
