// SPDX-License-Identifier: GPL-2.0-only
/* peer OBJECT: attach eBPF programs, say "ready", and on SIGINT print what they counted. */
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "layout.h"

/* The only variable of a section of its own, as the programs see it. */
static void *variable(struct bpf_object *obj, const char *section, size_t size)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		void *value;

		if (strcmp(bpf_map__name(map), section))
			continue;
		value = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
		if (value != MAP_FAILED)
			return value;
		perror("peer: mmap");
		exit(1);
	}
	fprintf(stderr, "peer: there is no section \"%s\"\n", section);
	exit(1);
}

/* The bucket of a value: 4 per octave, the first 8 values have one each. */
static unsigned int bucket(__u64 ns)
{
	unsigned int top;

	if (ns < 8)
		return ns;
	top = 63 - __builtin_clzll(ns);
	return (top - 1) * 4 + (ns >> (top - 2) & 3);
}

static void fill(__u8 (*table)[BUCKET_TABLE_LEN])
{
	for (unsigned int t = 0; t < BUCKET_TABLES; t++)
		for (__u64 i = 0; i < BUCKET_TABLE_LEN; i++)
			table[t][i] = bucket(i << 10 * t);
}

static void print(const struct account *accounts, const char *cells)
{
	__u64 exits = 0, buckets = 0, ns = 0;

	for (unsigned int a = 0; a < ACCOUNTS; a++)
		for (unsigned int row = 0; row < ROWS; row++) {
			const struct cell *cell;

			if (!accounts[a].cell_of[row])
				continue;
			cell = (const void *)(cells + accounts[a].cell_of[row]);
			exits += cell->count;
			ns += cell->sum;
			for (unsigned int b = 0; b < BUCKETS; b++)
				buckets += cell->bucket[b];
		}
	printf("exits %llu\nhistograms %llu\nns %llu\n", exits, buckets, ns);
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *prog;
	sigset_t set;
	int sig;

	if (argc != 2) {
		fprintf(stderr, "usage: peer OBJECT\n");
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "peer: \"%s\" does not load\n", argv[1]);
		return 1;
	}
	fill(variable(obj, ".bss.tables", BUCKET_TABLES * BUCKET_TABLE_LEN));
	bpf_object__for_each_program(prog, obj)
		if (!bpf_program__attach(prog)) {
			fprintf(stderr, "peer: \"%s\" does not attach\n", bpf_program__name(prog));
			return 1;
		}
	puts("ready");
	fflush(stdout);
	sigwait(&set, &sig);
	print(variable(obj, ".bss.accounts", sizeof(struct account[ACCOUNTS])),
	      variable(obj, ".bss.cells", CELL_SPACE));
	return 0;
}
