// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <locale.h>
#include <math.h>

#include "top/bars.h"
#include "top/keys.h"
#include "top/table.h"
#include "tap.h"
#include "top.h"

#define ESCAPE	27

/* After two seconds of the host. */
static struct top begin(struct host *h)
{
	struct top t = { .interval = SECOND, .page = 20 };
	int i;

	*h = host_new();
	pane_init(&t.pane);
	for (i = 0; i < 3; i++) {
		EXPECT(!track_feed(&t.track, host_snapshot(h), true, h->now / SECOND));
		host_second(h);
	}
	EXPECT(!pane_collect(&t.pane, &t.track));
	return t;
}

static void end(struct top *t)
{
	pane_free(&t->pane);
	track_free(&t->track);
}

/* Returns what is left to do after the last key. */
static enum key_action type(struct top *t, const char *keys)
{
	enum key_action action = KEY_NOTHING;

	for (; *keys; keys++) {
		action = keys_press(t, *keys);
		EXPECT(!pane_collect(&t->pane, &t->track));
	}
	return action;
}

static void press(struct top *t, int key)
{
	EXPECT_EQ(keys_press(t, key), KEY_NOTHING);
	EXPECT(!pane_collect(&t->pane, &t->track));
}

/* The rows' names, one after the other. */
static const char *names(const struct top *t)
{
	static char all[512];
	size_t i, n = 0;

	all[0] = 0;
	for (i = 0; i < t->pane.nr; i++)
		n += snprintf(all + n, sizeof(all) - n, "%s%s", i ? "|" : "",
			      t->pane.items[i].name);
	return all;
}

static const char *cursor(const struct top *t)
{
	const struct item *item = pane_cursor(&t->pane);

	return item ? item->name : "";
}

static const char *path(const struct top *t)
{
	static char text[256];

	pane_path(&t->pane, &t->track, text, sizeof(text));
	return text;
}

static void keys_open_and_close(void)
{
	struct host h;
	struct top t = begin(&h);

	EXPECT_STR(names(&t), "all|2 web|1 db");
	EXPECT_STR(path(&t), "all VMs");
	press(&t, KEY_DOWN);
	type(&t, "\n");
	EXPECT_STR(path(&t), "VM 2 \"web\": vCPUs");
	EXPECT_STR(names(&t), "all|1 |0 ");
	press(&t, KEY_DOWN);
	press(&t, KEY_RIGHT);
	EXPECT_STR(path(&t), "VM 2 \"web\", vCPU 1: reasons");
	EXPECT_STR(names(&t), "cpuid|wake");
	EXPECT(t.pane.items[0].values[REASON_RATE] == 3000);
	EXPECT(fabs(t.pane.items[0].values[REASON_TIME] - 0.6) < 1e-9);
	EXPECT(fabs(t.pane.items[0].values[REASON_OWN] - 0.3) < 1e-9);
	EXPECT(isnan(t.pane.items[1].values[REASON_OWN]));
	EXPECT(t.pane.items[0].values[REASON_MEAN] == 2000);
	type(&t, "\n");
	EXPECT_STR(path(&t), "VM 2 \"web\", vCPU 1, cpuid");
	EXPECT_EQ(type(&t, "\n"), KEY_READ_NOW);
	press(&t, ESCAPE);
	press(&t, KEY_LEFT);
	press(&t, KEY_BACKSPACE);
	EXPECT_STR(path(&t), "all VMs");
	EXPECT_STR(cursor(&t), "2 web");
	press(&t, ESCAPE);
	EXPECT_STR(path(&t), "all VMs");

	/* All of them together */
	press(&t, KEY_HOME);
	type(&t, "\n");
	EXPECT_STR(path(&t), "all VMs: vCPUs");
	EXPECT_STR(names(&t), "all|2 web/1|2 web/0|1 db/0");
	type(&t, "\n");
	EXPECT_STR(path(&t), "all VMs, all vCPUs: reasons");
	EXPECT(t.pane.items[0].values[REASON_RATE] == 4000);
	type(&t, "b");
	EXPECT_STR(path(&t), "all VMs");
	type(&t, "b");
	EXPECT_STR(path(&t), "all VMs: vCPUs");
	press(&t, KEY_END);
	type(&t, "\n");
	EXPECT_STR(path(&t), "VM 1 \"db\", vCPU 0: reasons");
	press(&t, ESCAPE);
	press(&t, ESCAPE);
	EXPECT_STR(path(&t), "all VMs");
	end(&t);
}

static void rows_are_sorted_and_filtered(void)
{
	struct host h;
	struct top t = begin(&h);

	type(&t, "b");
	type(&t, "i");
	EXPECT_STR(names(&t), "all|1 db/0|2 web/0|2 web/1");
	type(&t, "o");
	EXPECT_STR(pane_sort(&t.pane)->key, "guest");
	EXPECT_STR(names(&t), "all|2 web/0|2 web/1|1 db/0");
	type(&t, "OO");
	EXPECT_STR(pane_sort(&t.pane)->key, "name");
	EXPECT_STR(names(&t), "all|1 db/0|2 web/0|2 web/1");
	/* What has no wakes has no percentile, and is last either way */
	EXPECT(pane_sort_by(&t.pane, "wake-p99"));
	EXPECT(!pane_collect(&t.pane, &t.track));
	EXPECT_STR(t.pane.items[1].name, "2 web/0");
	type(&t, "i");
	EXPECT_STR(t.pane.items[1].name, "2 web/0");
	EXPECT(!pane_sort_by(&t.pane, "nonsense"));

	pane_free(&t.pane);
	pane_init(&t.pane);
	type(&t, "fw.b\n");
	EXPECT_STR(names(&t), "2 web");
	type(&t, "c");
	EXPECT_STR(names(&t), "all|2 web|1 db");
	type(&t, "f[\n");
	EXPECT(strstr(t.message, "\"[\" is no regular expression"));
	EXPECT_STR(names(&t), "all|2 web|1 db");
	type(&t, "g501\n");
	EXPECT_STR(names(&t), "1 db");
	type(&t, "b");
	EXPECT_STR(names(&t), "1 db/0");
	type(&t, "p");
	press(&t, KEY_BACKSPACE);
	EXPECT_STR(t.input, "50");
	press(&t, 'U' & 0x1f);
	EXPECT_STR(t.input, "");
	type(&t, "eb\n");
	EXPECT_STR(names(&t), "2 web/1|2 web/0");
	type(&t, "f^2\x1b");
	type(&t, "c");
	EXPECT_EQ(t.pane.nr, 4);
	type(&t, "z");
	EXPECT_STR(names(&t), "all|2 web/1|2 web/0");
	end(&t);
}

static void reasons_that_are_no_exits_stand_apart(void)
{
	struct host h;
	struct top t = begin(&h);

	press(&t, KEY_DOWN);
	type(&t, "\n\n");
	EXPECT_STR(names(&t), "cpuid|wake");
	type(&t, "i");
	EXPECT_STR(names(&t), "cpuid|wake");
	type(&t, "x");
	EXPECT_STR(names(&t), "cpuid");
	end(&t);
}

static void the_cursor_stays_on_its_row(void)
{
	struct host h;
	struct top t = begin(&h);

	type(&t, "b");
	EXPECT_STR(cursor(&t), "all");
	type(&t, "jj");
	EXPECT_STR(cursor(&t), "2 web/0");
	type(&t, "i");
	EXPECT_STR(cursor(&t), "2 web/0");
	EXPECT_EQ(pane_bookmark(&t.pane)->index, 2);
	type(&t, "O");
	EXPECT_EQ(pane_bookmark(&t.pane)->index, 2);
	/* Its VM goes: the cursor is where it was, not outside */
	h.nr_vms = 1;
	h.nr_vcpus = 1;
	EXPECT(!track_feed(&t.track, host_snapshot(&h), true, h.now / SECOND));
	EXPECT(!pane_collect(&t.pane, &t.track));
	EXPECT_STR(names(&t), "1 db/0");
	EXPECT_STR(cursor(&t), "1 db/0");
	press(&t, KEY_NPAGE);
	press(&t, KEY_PPAGE);
	EXPECT_STR(cursor(&t), "1 db/0");
	h.nr_vms = 0;
	h.nr_vcpus = 0;
	EXPECT(!track_feed(&t.track, host_snapshot(&h), true, h.now / SECOND + 1));
	EXPECT(!pane_collect(&t.pane, &t.track));
	EXPECT_STR(names(&t), "");
	EXPECT_EQ(type(&t, "j\n"), KEY_READ_NOW);
	end(&t);
}

static void keys_change_the_run(void)
{
	struct host h;
	struct top t = begin(&h);

	EXPECT_EQ(type(&t, "q"), KEY_QUIT);
	EXPECT_EQ(type(&t, "y"), KEY_READ_NOW);
	type(&t, " ");
	EXPECT(t.paused);
	EXPECT_EQ(type(&t, "y"), KEY_NOTHING);
	type(&t, " ");
	type(&t, "s");
	EXPECT_STR(t.input, "1");
	type(&t, "\b0.25\n");
	EXPECT_EQ(t.interval, SECOND / 4);
	type(&t, "s\b\b\b\b0\n");
	EXPECT(strstr(t.message, "interval \"0\" is not"));
	EXPECT_EQ(t.interval, SECOND / 4);
	EXPECT_EQ(type(&t, "Ry"), KEY_RESET_ACCOUNTS);
	EXPECT_EQ(type(&t, "Rn"), KEY_NOTHING);
	EXPECT_EQ(t.prompt, PROMPT_NONE);
	type(&t, "t");
	EXPECT(t.track.total);
	EXPECT(t.pane.items[1].values[LIST_FIGURES + FIG_EXITS] == 4000);
	type(&t, "r");
	EXPECT(isnan(t.pane.items[1].values[LIST_FIGURES + FIG_EXITS]));
	type(&t, "h");
	EXPECT(t.help);
	/* On 24 lines it is all there. */
	press(&t, KEY_DOWN);
	EXPECT_EQ(t.help_top, 0);
	t.page = 10;
	press(&t, KEY_DOWN);
	EXPECT_EQ(t.help_top, 1);
	EXPECT_EQ(type(&t, "q"), KEY_NOTHING);
	EXPECT(!t.help);
	end(&t);
}

/* No key, in any order, breaks anything. The sanitizers judge. */
static void any_keys(void)
{
	static const int keys[] = {
		KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_NPAGE, KEY_PPAGE, KEY_HOME, KEY_END,
		KEY_BACKSPACE, KEY_RESIZE, KEY_ENTER, ESCAPE, '\n', 'b', 'o', 'O', 'i', 'f', 'g',
		'c', 'x', 'z', 't', 'r', 's', 'R', 'h', ' ', '1', '.', '*', '(', 0xe4, 'k', 'j',
		'?', 7,
	};
	struct host h;
	struct top t = begin(&h);
	unsigned int i, width, seed = 1;
	char line[LINE_SIZE];
	struct layout l;
	size_t n;

	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		keys_press(&t, keys[(seed >> 16) % TAP_CASES(keys)]);
		EXPECT(!pane_collect(&t.pane, &t.track));
		width = (seed >> 8) % 250;
		layout_make(&l, &t.pane, width, i & 1);
		table_header(&l, &t.pane, line);
		for (n = 0; n < t.pane.nr; n++)
			table_row(&l, &t.pane, &t.track, &t.pane.items[n], line);
		top_path(&t, width, line);
		keys_line(&t, line, sizeof(line));
	}
	end(&t);
}

static void tables_fill_their_width(void)
{
	struct host h;
	struct top t = begin(&h);
	char line[LINE_SIZE];
	unsigned int width;
	struct layout l;

	layout_make(&l, &t.pane, 80, false);
	table_header(&l, &t.pane, line);
	EXPECT_STR(line,
		   "VM              EXITS/s GUEST EXIT USER POLL WAIT RUNQ  OFF WAKE P99 LAST MINUTE");
	table_row(&l, &t.pane, &t.track, &t.pane.items[1], line);
	EXPECT_STR(line,
		   "2 web            4000.0  70.0  5.0  0.0  0.0  0.0 25.0  0.0    9.7us          ##");
	layout_make(&l, &t.pane, 60, false);
	table_header(&l, &t.pane, line);
	EXPECT_STR(line, "VM            EXITS/s GUEST EXIT WAIT RUNQ WAKE P99 LAST MIN");
	layout_make(&l, &t.pane, 0, false);
	table_header(&l, &t.pane, line);
	EXPECT_STR(line,
		   "VM            EXITS/s GUEST EXIT USER POLL WAIT RUNQ  OFF WAKE P99 RUNQ P99 WAKE MAX RUNQ MAX     PID VCPUS");
	for (width = 1; width <= 300; width++) {
		layout_make(&l, &t.pane, width, false);
		table_row(&l, &t.pane, &t.track, &t.pane.items[1], line);
		EXPECT(strlen(line) <= width);
		EXPECT_EQ(strlen(line), l.width);
		if (width >= 60 && width <= 160)
			EXPECT_EQ(strlen(line), width);
	}
	end(&t);
}

/* What is not on the screen is told, and so is what is not in a column. */
static void nothing_is_hidden_without_a_sign(void)
{
	struct host h;
	struct top t = begin(&h);
	char line[LINE_SIZE];
	struct layout l;

	type(&t, "b");
	t.page = 20;
	top_path(&t, 80, line);
	EXPECT(!strstr(line, "rows"));
	t.page = 3;
	top_path(&t, 80, line);
	EXPECT(strstr(line, "all VMs: vCPUs  ") == line);
	EXPECT(strstr(line, " by EXITS/s, rows 1-3 of 4"));
	EXPECT_EQ(strlen(line), 80);
	pane_bookmark(&t.pane)->top = 1;
	top_path(&t, 80, line);
	EXPECT(strstr(line, ", rows 2-4 of 4"));

	strcpy(t.pane.items[1].name, "2 a-guest-with-a-long-name/1");
	layout_make(&l, &t.pane, 60, true);
	table_row(&l, &t.pane, &t.track, &t.pane.items[1], line);
	EXPECT(strstr(line, "2 a-guest-w\u2026 ") == line);
	l.utf8 = false;
	table_row(&l, &t.pane, &t.track, &t.pane.items[1], line);
	EXPECT(strstr(line, "2 a-guest-w~ ") == line);
	end(&t);
}

static void the_longest_is_a_column(void)
{
	struct host h;
	struct top t = begin(&h);
	char line[LINE_SIZE];
	struct layout l;

	EXPECT(pane_sort_by(&t.pane, "wake-max"));
	EXPECT(!pane_collect(&t.pane, &t.track));
	EXPECT_STR(names(&t), "all|2 web|1 db");
	EXPECT(t.pane.items[1].values[LIST_FIGURES + FIG_WAKE_MAX] == 10000);
	EXPECT(isnan(t.pane.items[2].values[LIST_FIGURES + FIG_WAKE_MAX]));
	/* Of the next second it is only known that it was not longer. */
	host_second(&h);
	EXPECT(!track_feed(&t.track, host_snapshot(&h), true, h.now / SECOND));
	EXPECT(!pane_collect(&t.pane, &t.track));
	layout_make(&l, &t.pane, 100, false);
	table_row(&l, &t.pane, &t.track, &t.pane.items[1], line);
	EXPECT(strstr(line, " <10.0us "));
	end(&t);
}

static void histograms_fold(void)
{
	struct kvmlat_bucket buckets[] = { { 0, 5 }, { 9, 1 }, { 10, 3 }, { 40, 1 } };
	struct kvmlat_reason r = { .nr_buckets = 4, .buckets = buckets };
	struct bar bars[KVMLAT_HIST_BUCKETS];
	unsigned int max, nr, i;
	char line[LINE_SIZE];
	uint64_t sum;

	EXPECT_EQ(bars_fold(&r, bars, KVMLAT_HIST_BUCKETS), 41);
	for (max = 2; max <= 50; max++) {
		nr = bars_fold(&r, bars, max);
		EXPECT(nr && nr <= max);
		EXPECT(bars[0].count && bars[nr - 1].count);
		for (i = sum = 0; i < nr; i++) {
			sum += bars[i].count;
			EXPECT(!i || bars[i].lower == bars[i - 1].upper + 1);
		}
		EXPECT_EQ(sum, 10);
	}
	EXPECT_EQ(bars_fold(&r, bars, 1), 0);
	buckets[3].index = KVMLAT_HIST_BUCKETS - 1;
	nr = bars_fold(&r, bars, 20);
	EXPECT_EQ(bars[nr - 1].upper, UINT64_MAX);
	bars_line(&bars[nr - 1], 9, 10, 5, 60, false, line);
	EXPECT(strstr(line, "  more "));
	EXPECT(strstr(line, " 10.00 100.00  ####  "));
	EXPECT_EQ(strlen(line), 60);
	r.nr_buckets = 0;
	EXPECT_EQ(bars_fold(&r, bars, 20), 0);
}

static const struct tap_case cases[] = {
	{ "keys open and close", keys_open_and_close },
	{ "rows are sorted and filtered", rows_are_sorted_and_filtered },
	{ "reasons that are no exits stand apart", reasons_that_are_no_exits_stand_apart },
	{ "the cursor stays on its row", the_cursor_stays_on_its_row },
	{ "keys change the run", keys_change_the_run },
	{ "any keys", any_keys },
	{ "tables fill their width", tables_fill_their_width },
	{ "nothing is hidden without a sign", nothing_is_hidden_without_a_sign },
	{ "the longest is a column", the_longest_is_a_column },
	{ "histograms fold", histograms_fold },
};

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return tap_run(cases, TAP_CASES(cases));
}
