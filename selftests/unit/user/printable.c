// SPDX-License-Identifier: GPL-2.0-only
/* What of foreign text is shown as it is: the bounds of each range. */
#include "lib/printable.h"
#include "tap.h"

static const char *shown(const char *text)
{
	static char buf[32];

	snprintf(buf, sizeof(buf), "%s", text);
	kvmlat_printable(buf);
	return buf;
}

#define STAYS(text) EXPECT_STR(shown(text), text)

static void controls_are_not_shown(void)
{
	EXPECT_STR(shown("a\001b\037c\177d"), "a?b?c?d");
	STAYS(" ~");
	STAYS("");
	/* U+0080 and U+009F are controls of one byte elsewhere, U+00A0 is not */
	EXPECT_STR(shown("\xc2\x80\xc2\x9f"), "????");
	STAYS("\xc2\xa0");
}

static void text_is_utf_8(void)
{
	STAYS("\xc3\xa9 \xdf\xbf \xe0\xa0\x80 \xec\x80\x80 \xef\xbf\xbd");
	STAYS("\xed\x9f\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf");
	/* Longer than need be, halves of pairs, beyond U+10FFFF, no beginning, no end */
	EXPECT_STR(shown("\xc1\xbf"), "??");
	EXPECT_STR(shown("\xe0\x9f\xbf"), "???");
	EXPECT_STR(shown("\xf0\x8f\xbf\xbf"), "????");
	EXPECT_STR(shown("\xed\xa0\x80"), "???");
	EXPECT_STR(shown("\xf4\x90\x80\x80"), "????");
	EXPECT_STR(shown("\xf5\x80\x80\x80"), "????");
	EXPECT_STR(shown("\x80x\xbf"), "?x?");
	EXPECT_STR(shown("\xe4\xb8"), "??");
	EXPECT_STR(shown("\xe4\xb8z"), "??z");
	EXPECT_STR(shown("\xc3\xc0"), "??");
}

static void nothing_turns_the_text(void)
{
	EXPECT_STR(shown("a\xd8\x9cz"), "a??z");
	STAYS("\xd8\x9b\xd8\x9d");
	EXPECT_STR(shown("a\xe2\x80\x8ez\xe2\x80\x8f"), "a???z???");
	STAYS("\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf");
	EXPECT_STR(shown("\xe2\x80\xa8\xe2\x80\xae"), "??????");
	EXPECT_STR(shown("\xe2\x81\xa6\xe2\x81\xa9"), "??????");
	STAYS("\xe2\x81\xa5\xe2\x81\xaa\xe2\x82\xa6");
	STAYS("\xe3\x80\x8e");
}

static const struct tap_case cases[] = {
	{ "controls are not shown", controls_are_not_shown },
	{ "text is UTF-8", text_is_utf_8 },
	{ "nothing turns the text", nothing_turns_the_text },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
