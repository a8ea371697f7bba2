/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_PRINTABLE_H
#define _KVMLAT_PRINTABLE_H

/*
 * Names come from processes that need not be trusted and go to terminals and into JSON: leave
 * neither control characters nor what is not UTF-8, and nothing that moves other text about.
 */
void kvmlat_printable(char *text);

#endif /* _KVMLAT_PRINTABLE_H */
