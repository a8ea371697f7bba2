/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _USER_TAP_H
#define _USER_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tap_case {
	const char	*name;
	void		(*run)(void);
};

static bool tap_failed;

#define EXPECT(cond) do {							\
	if (!(cond)) {								\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);		\
		tap_failed = true;						\
	}									\
} while (0)

#define EXPECT_EQ(a, b) do {							\
	uint64_t _a = (a), _b = (b);						\
	if (_a != _b) {								\
		printf("# %s:%d: %s is %" PRIu64 ", not %" PRIu64 "\n", __FILE__, \
		       __LINE__, #a, _a, _b);					\
		tap_failed = true;						\
	}									\
} while (0)

#define EXPECT_STR(a, b) do {							\
	const char *_a = (a), *_b = (b);					\
	if (!_a || strcmp(_a, _b)) {						\
		printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, \
		       #a, _a ? _a : "(none)", _b);				\
		tap_failed = true;						\
	}									\
} while (0)

static int tap_run(const struct tap_case *cases, unsigned int nr)
{
	unsigned int i, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		tap_failed = false;
		cases[i].run();
		printf("%sok %u %s\n", tap_failed ? "not " : "", i + 1, cases[i].name);
		failed += tap_failed;
	}
	return failed ? 1 : 0;
}

#define TAP_CASES(cases)	((unsigned int)(sizeof(cases) / sizeof((cases)[0])))

#endif /* _USER_TAP_H */
