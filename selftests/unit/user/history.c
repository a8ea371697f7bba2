// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>
#include <math.h>

#include "model/history.h"
#include "top/spark.h"
#include "base/text.h"
#include "tap.h"

#define LAST	(HISTORY_SECONDS - 1)

/* The two seconds that are asked for, as whole numbers; -1 where nothing is known. */
static int at(const struct history *h, uint32_t second, unsigned int back)
{
	float values[HISTORY_SECONDS];

	history_read(h, second, values);
	return isnan(values[LAST - back]) ? -1 : (int)lroundf(values[LAST - back]);
}

static void values_keep_their_second(void)
{
	struct history h = { 0 };

	EXPECT_EQ(at(&h, 1000, 0), -1);
	history_put(&h, 1000, 7);
	history_put(&h, 1001, 9);
	EXPECT_EQ(at(&h, 1001, 0), 9);
	EXPECT_EQ(at(&h, 1001, 1), 7);
	EXPECT_EQ(at(&h, 1001, 2), -1);
	EXPECT_EQ(at(&h, 1005, 0), -1);
	EXPECT_EQ(at(&h, 1005, 4), 9);
	EXPECT_EQ(at(&h, 1060, 59), 9);
	EXPECT_EQ(at(&h, 1061, 59), -1);
}

static void a_value_is_of_all_seconds_since_the_last(void)
{
	struct history h = { 0 };
	unsigned int i;

	history_put(&h, 1000, 7);
	history_put(&h, 1005, 9);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(at(&h, 1005, i), 9);
	EXPECT_EQ(at(&h, 1005, 5), 7);
	history_put(&h, 5000, 3);
	EXPECT_EQ(at(&h, 5000, LAST), 3);
}

static void a_second_has_the_mean_of_its_values(void)
{
	struct history h = { 0 };

	history_put(&h, 1000, 10);
	history_put(&h, 1000, 20);
	history_put(&h, 1000, 60);
	EXPECT_EQ(at(&h, 1000, 0), 30);
	history_put(&h, 1001, NAN);
	EXPECT_EQ(at(&h, 1001, 0), -1);
	history_put(&h, 1001, 5);
	EXPECT_EQ(at(&h, 1001, 0), 5);
	history_put(&h, 1001, NAN);
	EXPECT_EQ(at(&h, 1001, 0), 5);
}

/* Every width that a table has: a peak is in exactly one cell, and goes left only. */
static void peaks_do_not_flicker(void)
{
	float values[HISTORY_SECONDS], cells[HISTORY_SECONDS];
	unsigned int nr, i, peaks, where, was;
	uint32_t now;

	for (nr = 8; nr <= HISTORY_SECONDS; nr++) {
		struct history h = { 0 };

		for (now = 941; now <= 1000; now++)
			history_put(&h, now, now == 1000 ? 50 : 1);
		was = nr - 1;
		for (now = 1000; now < 1050; now++) {
			history_put(&h, now, now == 1000 ? 50 : 1);
			history_read(&h, now, values);
			history_fold(values, now, cells, nr);
			for (i = peaks = 0, where = was; i < nr; i++) {
				if (cells[i] == 50) {
					peaks++;
					where = i;
				}
			}
			EXPECT_EQ(peaks, 1);
			EXPECT(where == was || where + 1 == was);
			was = where;
		}
	}
}

static void sparklines_show_nothing_little_and_all(void)
{
	const float cells[] = { NAN, 0, 0.001, 50, 99.9, 100, 120 };
	char line[SPARK_SIZE(7)];

	sparkline(cells, 7, 100, false, line, sizeof(line));
	EXPECT_STR(line, " _.=*##");
	sparkline(cells, 7, 100, true, line, sizeof(line));
	EXPECT_STR(line, " \u2581\u2582\u2585\u2587\u2588\u2588");
	sparkline(cells, 6, 0, false, line, sizeof(line));
	EXPECT_STR(line, " _.=*#");
	sparkline(cells, 2, 0, false, line, sizeof(line));
	EXPECT_STR(line, " _");
}

static void texts_take_their_columns(void)
{
	char to[32];

	EXPECT_EQ(text_fit(to, sizeof(to), "abc", 5), 5);
	EXPECT_STR(to, "abc  ");
	text_fit(to, sizeof(to), "abcdef", 4);
	EXPECT_STR(to, "abcd");
	text_fit(to, sizeof(to), "a\tb\x1b[c", 6);
	EXPECT_STR(to, "a?b?[c");
	/* A width that leaves no room for the NUL is cut, not the text. */
	EXPECT_EQ(text_fit(to, 5, "ab", 4), 4);
	EXPECT_STR(to, "ab  ");
	EXPECT_EQ(text_fit(to, 5, "abcdef", 2047), 4);
	EXPECT_STR(to, "abcd");
	text_fit(to, 4, "abcdef", 6);
	EXPECT(strlen(to) < 4);
	EXPECT(setlocale(LC_CTYPE, "C.UTF-8"));
	EXPECT(text_utf8());
	text_fit(to, sizeof(to), "n\u00e4mlich", 4);
	EXPECT_STR(to, "n\u00e4ml");
	/* A character of two columns that would stick out */
	text_fit(to, sizeof(to), "a\u8a9e\u8a9e", 4);
	EXPECT_STR(to, "a\u8a9e ");
	EXPECT_EQ(text_width("a\u8a9e\u8a9e"), 5);
	text_fit(to, sizeof(to), "a\xff\xfez", 4);
	EXPECT_STR(to, "a??z");
	setlocale(LC_CTYPE, "C");
	EXPECT(!text_utf8());
}

static void figures_fit(void)
{
	static const struct {
		double		ns;
		const char	*text;
	} times[] = {
		{ 0, "0ns" }, { 999, "999ns" }, { 999.6, "1.00us" }, { 8704, "8.70us" },
		{ 43008, "43.0us" }, { 99960, "100us" }, { 999600, "1.00ms" },
		{ 15.2e6, "15.2ms" }, { 1e9, "1.00s" }, { 86400e9, "86400s" }, { NAN, "-" },
	};
	static const double rates[] = { 0, 9999.94, 9999.96, 99999999, 1e8, 123456789012, NAN };
	char to[32];
	unsigned int i;

	for (i = 0; i < TAP_CASES(times); i++) {
		text_time(to, sizeof(to), times[i].ns);
		EXPECT_STR(to, times[i].text);
	}
	for (i = 0; i < TAP_CASES(rates); i++) {
		text_rate(to, sizeof(to), rates[i]);
		EXPECT(strlen(to) <= 9);
	}
	text_percent(to, sizeof(to), 99.96);
	EXPECT_STR(to, "100");
	text_percent(to, sizeof(to), 99.94);
	EXPECT_STR(to, "99.9");
	text_percent(to, sizeof(to), NAN);
	EXPECT_STR(to, "-");
}

static const struct tap_case cases[] = {
	{ "values keep their second", values_keep_their_second },
	{ "a value is of all seconds since the last", a_value_is_of_all_seconds_since_the_last },
	{ "a second has the mean of its values", a_second_has_the_mean_of_its_values },
	{ "peaks do not flicker", peaks_do_not_flicker },
	{ "sparklines show nothing, little and all", sparklines_show_nothing_little_and_all },
	{ "texts take their columns", texts_take_their_columns },
	{ "figures fit", figures_fit },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
