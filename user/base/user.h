/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_USER_H
#define _KVMLAT_USER_H

#include <stdbool.h>
#include <stdint.h>

/* "1000", or the name of a user of this host. UINT32_MAX is nobody's. */
bool user_parse(const char *text, uint32_t *uid);

#endif /* _KVMLAT_USER_H */
