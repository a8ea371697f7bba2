// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "active.h"
#include "base/paths.h"
#include "holder.h"
#include "host/module.h"
#include "journal.h"

static int undo(struct journal *journal, tell_fn tell, struct trouble *why)
{
	struct tuner t;
	int ret = tuner_open(&t, why);

	if (!ret)
		ret = journal_undo(journal, &t, tell, why);
	tuner_close(&t);
	return ret;
}

static int load_and_undo(tell_fn tell, bool *any, struct trouble *why)
{
	struct journal journal;
	int ret = 0;

	if (journal_load(&journal, "profile", why))
		return -1;
	*any = journal.nr || journal.pending.nr;
	/* Another load of the module, or none, has undone all of it. */
	if (*any && journal.module != module_load_id(path_root())) {
		journal_clear(&journal);
		*any = false;
	}
	if (*any)
		ret = undo(&journal, tell, why);
	journal_free(&journal);
	return ret;
}

int undo_left_behind(tell_fn tell, bool *any, struct trouble *why)
{
	struct journal journal;
	int lock, ret;

	*any = false;
	/* Who finds nothing needs no lock, and so no permission. */
	if (journal_load(&journal, "profile", why))
		return -1;
	ret = !journal.nr && !journal.pending.nr;
	journal_free(&journal);
	if (ret)
		return 0;
	lock = active_lock(why);
	if (lock < 0)
		return -1;
	ret = load_and_undo(tell, any, why);
	close(lock);
	return ret;
}
