/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TROUBLE_H
#define _KVMLAT_TROUBLE_H

#include "lib/error.h"

/* What kind of trouble it is; cmd/ has an exit status for each. */
enum trouble_kind {
	TROUBLE_NONE,
	TROUBLE_USAGE,
	TROUBLE_NO_MODULE,
	TROUBLE_NO_PERMISSION,
	TROUBLE_NO_VM,
	TROUBLE_REFUSED,
	TROUBLE_AMBIGUOUS,
};

/**
 * struct trouble - why something was not done, for cmd/ to tell: no other room prints errors
 * @text: a sentence without a full stop
 */
struct trouble {
	enum trouble_kind	kind;
	char			text[1024];
};

/* Where a room says what the user should know although all goes on. */
typedef void (*tell_fn)(const char *sentence);

/* Each returns -1, for "return trouble(...)". */
int trouble(struct trouble *why, enum trouble_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int trouble_memory(struct trouble *why);
int trouble_kvmlat(struct trouble *why, const struct kvmlat_error *err);

/* NO_PERMISSION if errno says that, else REFUSED; the sentence is the caller's. */
enum trouble_kind trouble_of_errno(int error);

#endif /* _KVMLAT_TROUBLE_H */
