/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_CMD_RT_H
#define _KVMLAT_CMD_RT_H

#include "base/options.h"
#include "sched/placement.h"
#include "sched/restore.h"
#include "sched/threads.h"

/**
 * struct rt - what "kvmlat rt" is asked for, and what it found
 * @threads: those that are asked for
 */
struct rt {
	struct selection	sel;
	struct placement	want;
	bool			force;
	bool			undo;
	enum output		output;

	struct host		host;
	struct restore		restore;
	struct threads		threads;
};

/* Each complains and returns an exit code; restore_save() is due afterwards. */
int rt_check(const struct rt *rt);
int rt_set(struct rt *rt);
int rt_undo(struct rt *rt);

#endif /* _KVMLAT_CMD_RT_H */
