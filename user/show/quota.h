/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_SHOW_QUOTA_H
#define _KVMLAT_SHOW_QUOTA_H

#include <json-c/json.h>

#include "model/quota.h"

/*
 * The group's name as it is shown, until the next call: below a group that was given to a user
 * groups have names of that user's choice.
 */
const char *quota_name(const struct quota *q);

/* All, or those of a VM; NULL has none. */
struct json_object *json_quotas(const struct quotas *quotas, uint32_t vm_id);

#endif /* _KVMLAT_SHOW_QUOTA_H */
