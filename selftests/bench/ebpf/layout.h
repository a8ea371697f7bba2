/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs and their loader share. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <linux/types.h>

#define ACCOUNT_BITS		10
#define ACCOUNTS		(1 << ACCOUNT_BITS)
#define PROBES			16

/* Rows: SVM's exit codes up to 139, then the nested page fault, and all others. */
#define ROWS			142
#define ROW_NPF			140
#define ROW_OTHER		141

/* 4 buckets per octave: tables give the bucket of a value, of value >> 10 and of value >> 20. */
#define BUCKETS			160
#define BUCKET_TABLES		3
#define BUCKET_TABLE_LEN	4096

struct cell {
	__u64 count;
	__u64 sum;
	__u64 longest;
	__u32 bucket[256];	/* as many as a byte can name, so that no bound is checked */
};

#define CELL_MASK		0x1fffff
#define CELL_SPACE		(CELL_MASK + 1 + 2048)
#define CELLS_END		CELL_MASK

struct account {
	__u64 fast;		/* the vCPU, while the fast way may be taken */
	__u64 vcpu;
	__u64 exit_at;
	__u64 entry_at;
	__u64 guest;
	__u64 last_tsc;
	__u64 tsc_offset;
	__u64 new_tsc_offset;
	__u64 code_at;		/* where its VMCB has the exit code */
	__u32 seq;
	__u32 pid;
	__u32 id;
	__u32 offset_written;
	__u32 cell_of[ROWS];	/* offset of the cell of a row, 0 without one */
} __attribute__((aligned(1024)));

#endif
