// SPDX-License-Identifier: GPL-2.0-only
/* All that knows ncurses but the codes of the keys. */
#include <curses.h>
#include <math.h>
#include <stdio.h>

#include "bars.h"
#include "keys.h"
#include "screen.h"
#include "spark.h"

/* Title, path, header. */
#define HEAD_LINES	3

/* Under the path, over the bars: the summary, the last minute and the header. */
#define HISTOGRAM_LINES	(BARS_SUMMARY + 2)

/* From here on waiting for a CPU is worth a look, in per cent. */
#define RUNQ_WARN	5
#define RUNQ_ALARM	20

enum pair {
	PAIR_NONE,
	PAIR_SPARK,
	PAIR_WARN,
	PAIR_ALARM,
};

static SCREEN *terminal;
static bool colours;

/* Of a terminal that is wider still the rest stays empty. */
static unsigned int columns(void)
{
	return COLS < LINE_COLUMNS ? COLS : LINE_COLUMNS;
}

int screen_open(bool colour)
{
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return -1;
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	colours = colour && has_colors() && start_color() == OK;
	if (colours) {
		short back = use_default_colors() == OK ? -1 : COLOR_BLACK;

		init_pair(PAIR_SPARK, COLOR_CYAN, back);
		init_pair(PAIR_WARN, COLOR_YELLOW, back);
		init_pair(PAIR_ALARM, COLOR_RED, back);
	}
	return 0;
}

void screen_close(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

int screen_key(void)
{
	int key = getch();

	return key == ERR ? -1 : key;
}

static void put(int y, const char *text, attr_t attributes)
{
	char line[LINE_SIZE];

	if (y >= LINES)
		return;
	text_fit(line, sizeof(line), text, columns());
	attrset(attributes);
	mvaddstr(y, 0, line);
	attrset(A_NORMAL);
}

static void paint(int y, const struct layout *l, const struct pane *v, unsigned int column,
		  attr_t attributes, enum pair pair)
{
	unsigned int at, columns;

	layout_place(l, v, column, &at, &columns);
	mvchgat(y, at, columns, attributes, colours ? pair : PAIR_NONE, NULL);
}

static void draw_header(const struct layout *l, const struct pane *v, int y)
{
	unsigned int sort = v->bookmarks[v->level].sort;
	char line[LINE_SIZE];

	table_header(l, v, line);
	put(y, line, A_REVERSE);
	if (l->shown[sort])
		paint(y, l, v, sort, A_REVERSE | A_BOLD | A_UNDERLINE, PAIR_NONE);
}

static void draw_item(const struct top *t, const struct layout *l, const struct item *item, int y,
		      bool cursor)
{
	const struct pane *v = &t->pane;
	attr_t base = item->gone ? A_DIM : item->all ? A_BOLD : A_NORMAL;
	double runq = item->values[LIST_FIGURES + FIG_STATE + KVMLAT_STATE_RUNQ];
	char line[LINE_SIZE];

	table_row(l, v, &t->track, item, line);
	put(y, line, cursor ? base | A_REVERSE : base);
	if (cursor)
		return;
	if (l->spark)
		paint(y, l, v, MAX_COLUMNS, base, PAIR_SPARK);
	if (item->subject && runq >= RUNQ_WARN)
		paint(y, l, v, LIST_FIGURES + FIG_STATE + KVMLAT_STATE_RUNQ, base | A_BOLD,
		      runq >= RUNQ_ALARM ? PAIR_ALARM : PAIR_WARN);
}

/* What an empty table says instead. */
static const char *nothing(const struct top *t)
{
	const struct pane *v = &t->pane;

	if (v->bookmarks[v->level].filter[0] || (v->guest[0] && v->level <= LEVEL_VCPUS))
		return "nothing passes the filters; c clears them";
	if (v->level == LEVEL_VMS)
		return "no VM runs";
	return v->skip_zeros ? "nothing happened; z shows what is idle" : "nothing is left here";
}

/* The row of the cursor is on the screen, and the screen is full if there is enough. */
static void scroll_table(struct top *t)
{
	struct pane *v = &t->pane;
	struct bookmark *p = pane_bookmark(v);

	if (p->index < p->top)
		p->top = p->index;
	if (p->index >= p->top + t->page)
		p->top = p->index - t->page + 1;
	if (p->top && p->top + t->page > v->nr)
		p->top = v->nr > t->page ? v->nr - t->page : 0;
}

static void draw_table(struct top *t)
{
	struct pane *v = &t->pane;
	struct bookmark *p = pane_bookmark(v);
	struct layout l;
	size_t i;

	layout_make(&l, v, columns(), t->utf8);
	draw_header(&l, v, HEAD_LINES - 1);
	if (!v->nr)
		put(HEAD_LINES + 1, nothing(t), A_NORMAL);
	for (i = 0; i < t->page && p->top + i < v->nr; i++)
		draw_item(t, &l, &v->items[p->top + i], HEAD_LINES + i,
			  p->top + i == p->index);
}

static void draw_minute(const struct top *t, int y)
{
	float seconds[HISTORY_SECONDS], cells[HISTORY_SECONDS];
	const struct pane *v = &t->pane;
	unsigned int nr = columns() > HISTORY_SECONDS + 10 ? HISTORY_SECONDS : HISTORY_SECONDS / 2;
	char spark[SPARK_SIZE(HISTORY_SECONDS)], line[LINE_SIZE];

	track_rates(&t->track, &v->owner, v->cls, v->code, seconds);
	history_fold(seconds, t->track.second, cells, nr);
	sparkline(cells, nr, 0, t->utf8, spark, sizeof(spark));
	snprintf(line, sizeof(line), "rate/s, last minute  %s", spark);
	put(y, line, A_NORMAL);
}

static void draw_bars(const struct top *t, const struct kvmlat_reason *r, int y)
{
	struct bar bars[KVMLAT_HIST_BUCKETS];
	uint64_t all = 0, peak = 0, before = 0;
	char line[LINE_SIZE];
	unsigned int i, nr;

	bars_header(columns(), line);
	put(y++, line, A_REVERSE);
	nr = LINES > y + 2 ? LINES - y - 1 : 1;
	nr = bars_fold(r, bars, nr < KVMLAT_HIST_BUCKETS ? nr : KVMLAT_HIST_BUCKETS);
	for (i = 0; i < nr; i++) {
		all += bars[i].count;
		if (bars[i].count > peak)
			peak = bars[i].count;
	}
	for (i = 0; i < nr; i++) {
		bars_line(&bars[i], before, all, peak, columns(), t->utf8, line);
		put(y + i, line, A_NORMAL);
		before += bars[i].count;
	}
	if (!nr)
		put(y + 1, r->count ? "no histogram was read yet" : "nothing happened", A_NORMAL);
}

static void draw_histogram(const struct top *t)
{
	static const struct kvmlat_reason none;
	const struct pane *v = &t->pane;
	const struct kvmlat_reason *r = kvmlat_find_reason(&v->account, v->cls, v->code);
	unsigned int i, y = HEAD_LINES - 1;
	char line[LINE_SIZE];

	if (!r)
		r = &none;
	for (i = 0; i < BARS_SUMMARY; i++) {
		bars_summary(r, &v->account, i, line, sizeof(line));
		put(y + i, line, A_NORMAL);
	}
	draw_minute(t, y + i);
	draw_bars(t, r, y + HISTOGRAM_LINES - 1);
}

static void draw_help(const struct top *t)
{
	unsigned int i;

	for (i = 0; i < t->page + 1 && keys_help(t->help_top + i); i++)
		put(HEAD_LINES - 1 + i, keys_help(t->help_top + i), A_NORMAL);
}

void screen_draw(struct top *t)
{
	char line[LINE_SIZE];
	/* Above the last line, where a table leaves it room. */
	bool quota = !t->help && t->pane.level != LEVEL_HISTOGRAM && LINES > HEAD_LINES + 3 &&
		     top_quota(t, columns(), line);

	erase();
	if (quota)
		put(LINES - 2, line, A_BOLD);
	t->page = LINES > HEAD_LINES + 1 ? LINES - HEAD_LINES - 1 - quota : 1;
	scroll_table(t);
	top_title(t, columns(), line);
	put(0, line, A_BOLD);
	top_path(t, columns(), line);
	put(1, line, A_NORMAL);
	if (t->help)
		draw_help(t);
	else if (t->pane.level == LEVEL_HISTOGRAM)
		draw_histogram(t);
	else
		draw_table(t);
	keys_line(t, line, sizeof(line));
	if (LINES > HEAD_LINES)
		put(LINES - 1, line, t->message[0] || t->prompt ? A_BOLD : A_DIM);
	refresh();
}

bool screen_histograms(const struct top *t)
{
	struct layout l;

	layout_make(&l, &t->pane, columns(), t->utf8);
	return layout_histograms(&l, &t->pane);
}
