// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"
#include "base/options.h"
#include "model/sort.h"
#include "tap.h"

static char why[256];

static bool seconds(const char *text, uint64_t *ns)
{
	why[0] = 0;
	return parse_seconds("interval", text, ns, why, sizeof(why));
}

static bool number(const char *text, uint32_t *n)
{
	why[0] = 0;
	return parse_u32("pid", text, 1, n, why, sizeof(why));
}

static void good_seconds(void)
{
	uint64_t ns;

	EXPECT(seconds("1", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC);
	EXPECT(seconds("0.25", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC / 4);
	EXPECT(seconds("0.01", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC / 100);
	EXPECT(seconds("1.0000000019", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC + 1);
	EXPECT(seconds("86400", &ns));
	EXPECT(seconds("100ms", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC / 10);
	EXPECT(seconds("12.5ms", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC / 80);
	EXPECT(seconds("1s", &ns));
	EXPECT_EQ(ns, NSEC_PER_SEC);
	EXPECT(seconds("1.5m", &ns));
	EXPECT_EQ(ns, 90 * NSEC_PER_SEC);
	EXPECT(seconds("24h", &ns));
	EXPECT_EQ(ns, 86400 * NSEC_PER_SEC);
	EXPECT(seconds("86400000ms", &ns));
}

static void bad_seconds(void)
{
	static const char * const bad[] = {
		"", "0", "0.001", "-1", "+1", " 1", "1 ", "1 s", "1.", "1.s", "s", ".5",
		"9ms", "10us", "25h", "1441m", "86400001ms", "1ms1", "1S", "1,5", "1e3", "nan",
		"inf", "0x10", "86401", "86400.1", "99999999999999999999999", "1.5.5",
	};
	uint64_t ns;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char quoted[64];

		EXPECT(!seconds(bad[i], &ns));
		snprintf(quoted, sizeof(quoted), "interval \"%s\" is not", bad[i]);
		EXPECT(!strncmp(why, quoted, strlen(quoted)));
		EXPECT(strstr(why, "from 0.01 to 86400"));
	}
}

static void numbers(void)
{
	static const char * const bad[] = { "", "0", "-1", "1x", "4294967296", " 1", "0x1", "1.0" };
	uint32_t n;
	size_t i;

	EXPECT(number("1", &n));
	EXPECT_EQ(n, 1);
	EXPECT(number("4294967295", &n));
	EXPECT_EQ(n, UINT32_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT(!number(bad[i], &n));
		EXPECT(strstr(why, "is not a whole number from 1 to 4294967295"));
	}
}

static void keys(void)
{
	enum sort_key key;

	EXPECT(parse_key("p99", &key, why, sizeof(why)));
	EXPECT_EQ(key, SORT_P99);
	EXPECT(parse_key("reason", &key, why, sizeof(why)));
	EXPECT_EQ(key, SORT_REASON);
	EXPECT(!parse_key("size", &key, why, sizeof(why)));
	EXPECT_STR(why, "sort key \"size\" is none of count, own, time, mean, max, p99 and reason");
	EXPECT(!parse_key("", &key, why, sizeof(why)));
}

static const struct tap_case cases[] = {
	{ "good seconds", good_seconds },
	{ "bad seconds", bad_seconds },
	{ "numbers", numbers },
	{ "sort keys", keys },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
