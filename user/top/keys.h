/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_KEYS_H
#define _KVMLAT_TOP_KEYS_H

#include "top.h"

enum key_action {
	KEY_NOTHING,
	KEY_QUIT,
	KEY_READ_NOW,
	KEY_RESET_ACCOUNTS,
};

/* Do what a key, as ncurses tells it, means. What is left to do is for the caller. */
enum key_action keys_press(struct top *t, int key);

/* The last line: what is asked for, what went wrong, or the most important keys. */
void keys_line(const struct top *t, char *to, size_t size);

/* Lines of the help screen, NULL after the last. */
const char *keys_help(unsigned int line);

#endif /* _KVMLAT_TOP_KEYS_H */
