/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_NOTIFY_H
#define _KVMLAT_NOTIFY_H

/*
 * Tells the service manager, if one started this process and wants to know, how it stands, as
 * sd_notify(3) does: "READY=1".
 */
void notify_manager(const char *state);

#endif /* _KVMLAT_NOTIFY_H */
