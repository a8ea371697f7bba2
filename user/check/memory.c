// SPDX-License-Identifier: GPL-2.0-only
/* Family "memory": where the guests' memory is, and who moves it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"

/* A guest that has touched less does not miss huge pages. */
#define SMALL_KIB	(64 * 1024)

static bool has_several_nodes(const struct fact *nodes)
{
	return nodes->known == READ && strpbrk(nodes->text, "-,");
}

void check_thp(const struct facts *f, struct finding *found)
{
	const struct fact *thp = &f->file[FACT_THP];
	char word[32];

	if (thp->known == ABSENT) {
		is_good(found, "this kernel makes no huge pages of itself");
	} else if (thp->known == UNREAD) {
		is_unread(found, FACT_THP);
	} else if (!chosen_of(thp->text, word, sizeof(word))) {
		is_unknown(found, "\"%s\" says \"%.*s\"", fact_path(FACT_THP),
			   line_length(thp->text, 60), thp->text);
	} else if (!strcmp(word, "never")) {
		is_bad(found, "transparent huge pages: never");
		by_command(found, "echo madvise >%s", fact_path(FACT_THP));
	} else {
		is_good(found, "transparent huge pages: %s", word);
	}
}

void check_thp_defrag(const struct facts *f, struct finding *found)
{
	const struct fact *defrag = &f->file[FACT_THP_DEFRAG];
	char word[32];

	if (f->file[FACT_THP].known == ABSENT) {
		is_good(found, "this kernel makes no huge pages of itself");
	} else if (defrag->known != READ) {
		is_unread(found, FACT_THP_DEFRAG);
	} else if (!chosen_of(defrag->text, word, sizeof(word))) {
		is_unknown(found, "\"%s\" says \"%.*s\"", fact_path(FACT_THP_DEFRAG),
			   line_length(defrag->text, 60), defrag->text);
	} else if (!strcmp(word, "always")) {
		is_bad(found, "defrag: always");
		by_command(found, "echo madvise >%s", fact_path(FACT_THP_DEFRAG));
	} else {
		is_good(found, "defrag: %s", word);
	}
}

void check_huge_pages(const struct facts *f, struct finding *found)
{
	const struct fact_vm *worst = NULL;
	struct names names = { 0 };
	unsigned int unknown = 0;
	size_t i;

	if (!has_guests(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		const struct fact_vm *vm = &f->vms[i];

		unknown += !vm->has_memory;
		if (!vm->has_memory || vm->resident < SMALL_KIB || vm->huge * 2 >= vm->resident)
			continue;
		names_add(&names, vm->guest);
		if (!worst || vm->resident - vm->huge > worst->resident - worst->huge)
			worst = vm;
	}
	if (worst) {
		is_bad(found, "memory in huge pages, of VM %u: %" PRIu64 " of %" PRIu64
		       " MiB; less than half of %s", worst->vm_id, worst->huge / 1024,
		       worst->resident / 1024, names.text);
		by_nothing(found, "give the guest pages of hugetlbfs: <hugepages/> of libvirt, memory-backend-memfd,hugetlb=on of QEMU");
	} else if (unknown) {
		is_unknown(found, "\"smaps_rollup\" of %u VMMs cannot be read", unknown);
	} else {
		is_good(found, "guests of 64 MiB and more with less than half of it in huge pages: 0 of %zu",
			f->nr_vms);
	}
}

void check_ksm(const struct facts *f, struct finding *found)
{
	int64_t run, sharing;

	if (f->file[FACT_KSM].known == ABSENT) {
		is_good(found, "this kernel merges no pages");
		return;
	}
	if (!number_of(&f->file[FACT_KSM], &run)) {
		is_unread(found, FACT_KSM);
		return;
	}
	if (run != 1) {
		is_good(found, "KSM: %s", run ? "unmerged" : "off");
		return;
	}
	is_bad(found, "KSM: on");
	if (number_of(&f->file[FACT_KSM_SHARING], &sharing))
		here_is(found, "%lld pages share others", (long long)sharing);
	by_command(found, "echo 2 >%s", fact_path(FACT_KSM));
}

/* The node of a CPU; -1 if it is not known. */
static int node_of(const struct facts *f, uint32_t cpu)
{
	size_t i;

	for (i = 0; i < f->nr_cpus; i++)
		if (f->cpus[i].cpu == cpu)
			return f->cpus[i].node;
	return -1;
}

/* KiB on nodes of which the VM's vCPUs have no CPU. -1 if that is not known. */
static int64_t far_memory(const struct facts *f, const struct fact_vm *vm, uint64_t *all)
{
	bool near[FACT_NODES_MAX] = { false };
	int64_t far = 0;
	size_t i;
	int cpu, node;

	*all = 0;
	for (i = 0; i < vm->nr_threads; i++) {
		struct cpus may = cpus_and(&vm->threads[i].allowed, &f->host.online);

		if (vm->threads[i].vcpu < 0)
			continue;
		if (!vm->threads[i].known)
			return -1;
		for (cpu = -1; (cpu = cpus_next(&may, cpu)) >= 0;) {
			node = node_of(f, cpu);
			if (node < 0)
				return -1;
			near[node] = true;
		}
	}
	for (i = 0; i < FACT_NODES_MAX; i++) {
		*all += vm->node[i];
		far += near[i] ? 0 : vm->node[i];
	}
	return vm->has_nodes ? far : -1;
}

void check_numa(const struct facts *f, struct finding *found)
{
	unsigned int unknown = 0;
	uint64_t all;
	int64_t far;
	size_t i;

	if (f->file[FACT_NODES].known == ABSENT ||
	    (f->file[FACT_NODES].known == READ && !has_several_nodes(&f->file[FACT_NODES]))) {
		is_good(found, "one node of memory");
		return;
	}
	if (f->file[FACT_NODES].known == UNREAD) {
		is_unread(found, FACT_NODES);
		return;
	}
	if (!has_guests(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		far = far_memory(f, &f->vms[i], &all);
		unknown += far < 0;
		if (far <= 0 || (uint64_t)far * 10 < all)
			continue;
		is_bad(found, "guest \"%.80s\" has %lld of %llu MiB on nodes where it has no CPU",
		       f->vms[i].guest, (long long)far / 1024, (unsigned long long)all / 1024);
		by_command(found, "migratepages %u all NODE", f->vms[i].pid);
		return;
	}
	if (unknown)
		is_unknown(found, "of %u guests \"numa_maps\", or where vCPUs run, cannot be read",
			   unknown);
	else
		is_good(found, "guests with a tenth of their memory on other nodes: 0 of %zu",
			f->nr_vms);
}

void check_numa_balancing(const struct facts *f, struct finding *found)
{
	const struct fact *balancing = &f->file[FACT_NUMA_BALANCING];
	int64_t value;

	if (balancing->known == ABSENT) {
		is_good(found, "this kernel moves no pages between nodes");
	} else if (!number_of(balancing, &value)) {
		is_unread(found, FACT_NUMA_BALANCING);
	} else if (!value) {
		is_good(found, "NUMA balancing: off");
	} else if (f->file[FACT_NODES].known != READ) {
		is_unread(found, FACT_NODES);
	} else if (!has_several_nodes(&f->file[FACT_NODES])) {
		is_good(found, "NUMA balancing: on, with one node");
	} else {
		is_bad(found, "NUMA balancing: on, with nodes %.*s",
		       line_length(f->file[FACT_NODES].text, 80), f->file[FACT_NODES].text);
		by_command(found, "echo 0 >%s", fact_path(FACT_NUMA_BALANCING));
	}
}

void check_swap(const struct facts *f, struct finding *found)
{
	struct names names = { 0 };
	unsigned int unknown = 0;
	uint64_t swapped = 0;
	size_t i;

	if (!has_guests(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		unknown += !f->vms[i].has_swap;
		if (!f->vms[i].swapped)
			continue;
		swapped += f->vms[i].swapped;
		names_add(&names, f->vms[i].guest);
	}
	if (swapped) {
		is_bad(found, "%" PRIu64 " KiB of VMMs are swapped out: %s", swapped, names.text);
		by_command(found, "swapoff -a && swapon -a");
	} else if (unknown) {
		is_unknown(found, "\"status\" of %u VMMs cannot be read", unknown);
	} else {
		is_good(found, "nothing of %zu VMMs is swapped out", f->nr_vms);
	}
}
