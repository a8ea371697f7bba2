/* SPDX-License-Identifier: GPL-2.0-only */
/* What VCPU_GET says, and what must hold of any such answer. */
#ifndef SELFTESTS_SNAPSHOT_H
#define SELFTESTS_SNAPSHOT_H

#include "account.h"
#include "wire.h"

struct snap {
	struct acct *accts;
	unsigned int nr;
	bool intr;
	bool hist;
	bool more;
	unsigned int messages;
	/* Of a dump with a cursor, from its END */
	bool ended;
	uint64_t cursor;
	uint64_t end_now;
	bool changes;
	char bad[BAD_SIZE];	/* the first breach of the contract */
};

/* One dump as it came, or one "do"; snap_steady() asks anew as long as the dump is flagged */
int snap_dump(struct wire *w, const struct filter *f, struct snap *snap);
int snap_do(struct wire *w, const struct filter *f, struct snap *snap);
int snap_steady(struct wire *w, const struct filter *f, struct snap *snap);
void snap_free(struct snap *snap);

/* For wait_until(): whether the thread of the only vCPU that there is sleeps in the VMM */
struct sleep_wait {
	struct wire *wire;
	struct snap *snap;	/* the snapshot that says so, with histograms */
};

bool thread_sleeps(void *sleep_wait);

/* NULL, or the first thing in @snap that the contract does not allow */
const char *snap_breach(const struct snap *snap);

const struct acct *snap_find(const struct snap *snap, uint32_t pid, uint32_t tid, uint32_t vcpu);

#endif
