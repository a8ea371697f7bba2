/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_MODULE_H
#define _KVMLAT_MODULE_H

#include <stdint.h>

#include <libmnl/libmnl.h>

#include "base/trouble.h"

/*
 * kvmlat.ko itself. None of this asks for its netlink family by name: a kernel that knows an alias
 * of it would load the module.
 */

/* Another number each time that it is loaded; 0 if it is not. @root as in host.h. */
uint64_t module_load_id(const char *root);

enum module_news {
	MODULE_NO_NEWS,
	MODULE_CAME,
	MODULE_WENT,
	MODULE_NEWS_LOST,
};

/* A socket, for mnl_socket_close(), to be read when it comes or goes. NULL with the reason. */
struct mnl_socket *module_watch(struct trouble *why);

/* What happened next; MODULE_NO_NEWS at the end. Does not wait. */
enum module_news module_news(struct mnl_socket *watch);

#endif /* _KVMLAT_MODULE_H */
