/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_CMD_PROFILE_H
#define _KVMLAT_CMD_PROFILE_H

#include "base/options.h"
#include "tune/profiles.h"

/** struct profile_request - what "kvmlat profile" is asked for */
struct profile_request {
	const char	*name;
	bool		hold;
	bool		force;
	enum output	output;
	struct profile	profile;
};

/* Verbs of the command: each complains and returns an exit code. */
int profile_diff(struct profile_request *r);
int profile_apply(struct profile_request *r);
int profile_undo(struct profile_request *r);

#endif /* _KVMLAT_CMD_PROFILE_H */
