/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_CLAIMS_H
#define _KVMLAT_CLAIMS_H

#include <stdint.h>

#include "selection.h"

/*
 * A guest's name is what its owner claims. Whose guest it was for which something was changed by a
 * name first, a file in path_run_dir() keeps until the host is booted: a guest of that name of
 * another user is not meant.
 */

/* -1 with a sentence if that is another user's guest than the name was used for. */
int claim_check(const char *name, uint32_t uid, struct trouble *why);

/* After a change by the name. -1 with the reason, and then it is not known the next time. */
int claim_note(const char *name, uint32_t uid, struct trouble *why);

/* The same of all VMs that run and are asked for by their names alone. */
int claims_check(const struct selection *sel, const struct guests *g,
		 const struct kvmlat_snapshot *snap, struct trouble *why);
int claims_note(const struct selection *sel, const struct guests *g,
		const struct kvmlat_snapshot *snap, struct trouble *why);

#endif /* _KVMLAT_CLAIMS_H */
