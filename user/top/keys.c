// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/options.h"
#include "keys.h"

#define ESCAPE		27
#define BACKSPACE	127
#define CONTROL(c)	((c) & 0x1f)

/* As many lines as a terminal of 24 has room for. */
static const char * const help[] = {
	"Enter Right   open the row: VM, vCPU, reason, histogram",
	"Esc Backspace Left  back",
	"Up Down PgUp PgDn Home End, k j  move",
	"b   all VMs or all vCPUs",
	"",
	"o O sort by the next or the previous column",
	"i   least first                c   clear the filters",
	"f   filter by regular expression",
	"g p filter by part of a guest's name, or by pid",
	"x   reasons: exits only, or all that is timed",
	"z   hide or show what had no exits",
	"t   total or last interval     r   total begins now",
	"s   seconds between refreshes  R   reset the accounts",
	"Space  pause or go on          q   quit; any other key refreshes",
	"States are per cent of the time: guest runs, exit in KVM,",
	"user in the VMM, poll and wait halted, runq waits for a",
	"CPU, off blocked elsewhere. WAKE is from runnable to guest",
	"entry, RUNQ the wait for a CPU; how late a timer of the host",
	"fires is in neither. MAX with < was not longer than that.",
	"OWN% is KVM's own time for these exits, TIME% all of theirs.",
	"LAST MINUTE: of the column sorted by, or exits a second.",
};

static const char * const questions[] = {
	[PROMPT_FILTER]		= "only rows that match (regular expression): ",
	[PROMPT_GUEST]		= "only the guest of this name or pid: ",
	[PROMPT_INTERVAL]	= "seconds between refreshes: ",
	[PROMPT_RESET]		= "reset the accounts, for all who read them? (y or n) ",
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define HELP_LINES	ARRAY_SIZE(help)

const char *keys_help(unsigned int line)
{
	return line < HELP_LINES ? help[line] : NULL;
}

void keys_line(const struct top *t, char *to, size_t size)
{
	if (t->prompt)
		snprintf(to, size, "%s%s", questions[t->prompt], t->input);
	else if (t->help)
		snprintf(to, size, "Up and Down move, any other key goes back");
	else if (t->message[0])
		snprintf(to, size, "%s", t->message);
	else
		snprintf(to, size, "h help  q quit  Enter open  Esc back  o sort  f filter  Space pause  t total");
}

static void ask(struct top *t, enum prompt what, const char *input)
{
	t->prompt = what;
	snprintf(t->input, sizeof(t->input), "%s", input);
}

static void answer(struct top *t)
{
	enum prompt what = t->prompt;
	uint64_t interval;

	t->prompt = PROMPT_NONE;
	switch (what) {
	case PROMPT_FILTER:
		pane_filter(&t->pane, t->input, t->message, sizeof(t->message));
		break;
	case PROMPT_GUEST:
		memcpy(t->pane.guest, t->input, sizeof(t->pane.guest));
		break;
	default:
		if (parse_seconds("interval", t->input, &interval, t->message,
				  sizeof(t->message)))
			t->interval = interval;
	}
}

static enum key_action prompt_key(struct top *t, int key)
{
	size_t n = strlen(t->input);

	if (key == ESCAPE || key == CONTROL('c') || key == CONTROL('g')) {
		t->prompt = PROMPT_NONE;
	} else if (t->prompt == PROMPT_RESET) {
		t->prompt = PROMPT_NONE;
		if (key == 'y')
			return KEY_RESET_ACCOUNTS;
	} else if (key == '\n' || key == '\r' || key == KEY_ENTER) {
		answer(t);
	} else if (key == KEY_BACKSPACE || key == BACKSPACE || key == '\b') {
		/* The bytes of a character of UTF-8 go together. */
		while (n && (t->input[--n] & 0xc0) == 0x80)
			;
		t->input[n] = 0;
	} else if (key == CONTROL('u')) {
		t->input[0] = 0;
	} else if (key >= ' ' && key < 256 && n + 1 < sizeof(t->input)) {
		t->input[n] = key;
		t->input[n + 1] = 0;
	}
	return KEY_NOTHING;
}

static enum key_action help_key(struct top *t, int key)
{
	switch (key) {
	case KEY_DOWN:
	case 'j':
		if (t->help_top + t->page + 1 < HELP_LINES)
			t->help_top++;
		break;
	case KEY_UP:
	case 'k':
		if (t->help_top)
			t->help_top--;
		break;
	default:
		t->help = false;
	}
	return KEY_NOTHING;
}

static bool move_key(struct pane *v, int key, unsigned int page)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		pane_move(v, -1);
		return true;
	case KEY_DOWN:
	case 'j':
		pane_move(v, 1);
		return true;
	case KEY_PPAGE:
		pane_move(v, -(long)page);
		return true;
	case KEY_NPAGE:
		pane_move(v, page);
		return true;
	case KEY_HOME:
		pane_move(v, -(long)v->nr);
		return true;
	case KEY_END:
		pane_move(v, v->nr);
		return true;
	default:
		return false;
	}
}

/* Those that change which rows there are, or their order. */
static bool row_key(struct top *t, int key)
{
	struct pane *v = &t->pane;
	bool table = v->level != LEVEL_HISTOGRAM;

	switch (key) {
	case 'b':
		pane_go(v, v->level == LEVEL_VMS ? LEVEL_VCPUS : LEVEL_VMS);
		break;
	case 'o':
	case 'O':
		if (table)
			pane_next_sort(v, key == 'o' ? 1 : -1);
		break;
	case 'i':
		if (table)
			pane_bookmark(v)->inverted = !pane_bookmark(v)->inverted;
		break;
	case 'f':
		if (table)
			ask(t, PROMPT_FILTER, pane_bookmark(v)->filter);
		break;
	case 'g':
	case 'p':
		ask(t, PROMPT_GUEST, v->guest);
		break;
	case 'c':
		pane_clear_filters(v);
		break;
	case 'x':
		v->exits_only = !v->exits_only;
		break;
	case 'z':
		v->skip_zeros = !v->skip_zeros;
		break;
	default:
		return false;
	}
	return true;
}

static enum key_action command_key(struct top *t, int key)
{
	char seconds[32];

	switch (key) {
	case 'q':
		return KEY_QUIT;
	case 'h':
	case '?':
	case KEY_F(1):
		t->help = true;
		t->help_top = 0;
		break;
	case ' ':
		t->paused = !t->paused;
		break;
	case 't':
		t->track.total = !t->track.total;
		return track_recompute(&t->track) ? KEY_QUIT : KEY_NOTHING;
	case 'r':
		t->since = time(NULL);
		return track_reset(&t->track) ? KEY_QUIT : KEY_NOTHING;
	case 'R':
		ask(t, PROMPT_RESET, "");
		break;
	case 's':
		snprintf(seconds, sizeof(seconds), "%.10g", (double)t->interval / NSEC_PER_SEC);
		ask(t, PROMPT_INTERVAL, seconds);
		break;
	case KEY_RESIZE:
		break;
	default:
		/* While it is paused, what is on the screen is to stay. */
		return t->paused ? KEY_NOTHING : KEY_READ_NOW;
	}
	return KEY_NOTHING;
}

enum key_action keys_press(struct top *t, int key)
{
	t->message[0] = 0;
	if (key == KEY_RESIZE)
		return KEY_NOTHING;
	if (t->prompt)
		return prompt_key(t, key);
	if (t->help)
		return help_key(t, key);
	if (move_key(&t->pane, key, t->page) || row_key(t, key))
		return KEY_NOTHING;
	switch (key) {
	case '\n':
	case '\r':
	case KEY_ENTER:
	case KEY_RIGHT:
		if (pane_open(&t->pane))
			return KEY_NOTHING;
		break;
	case ESCAPE:
	case KEY_BACKSPACE:
	case BACKSPACE:
	case '\b':
	case KEY_LEFT:
		pane_close(&t->pane);
		return KEY_NOTHING;
	}
	return command_key(t, key);
}
