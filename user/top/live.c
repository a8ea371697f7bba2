// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "keys.h"
#include "screen.h"
#include "top.h"

/* The first interval is short: somebody looks at an empty screen. */
#define FIRST_NS	(NSEC_PER_SEC / 5)

/* What the user must mend. All else may be over at the next refresh, and is only told. */
static bool is_fatal(const struct kvmlat_error *err)
{
	return err->status != KVMLAT_E_SYSTEM && err->status != KVMLAT_E_REFUSED;
}

static int take(struct top *t, struct kvmlat_error *err)
{
	*err = (struct kvmlat_error){ 0 };
	if (!top_take(t, screen_histograms(t), err))
		return 0;
	if (is_fatal(err))
		return -1;
	snprintf(t->message, sizeof(t->message), "%.*s", (int)sizeof(t->message) - 1, err->text);
	return 0;
}

static int reset_accounts(struct top *t, struct kvmlat_error *err)
{
	struct kvmlat_filter f = { .vm_id = t->filter.vm_id, .pid = t->filter.pid };

	if (t->pane.owner.vm_id)
		f.vm_id = t->pane.owner.vm_id;
	*err = (struct kvmlat_error){ 0 };
	if (!kvmlat_reset(t->k, &f, err))
		snprintf(t->message, sizeof(t->message), "the accounts begin anew");
	else
		snprintf(t->message, sizeof(t->message), "%.*s", (int)sizeof(t->message) - 1,
			 err->text);
	/* The right to read is not the right to reset, and the VM may have gone meanwhile. */
	return is_fatal(err) && err->status != KVMLAT_E_PERMISSION &&
	       err->status != KVMLAT_E_NOT_FOUND && err->status != KVMLAT_E_NONE ? -1 : 0;
}

/* All keys that came. Returns 1 if the user wants to end. */
static int handle_keys(struct top *t, struct kvmlat_error *err)
{
	enum key_action action;
	int key;

	while ((key = screen_key()) != -1) {
		action = keys_press(t, key);
		if (action == KEY_QUIT)
			return 1;
		if ((action == KEY_READ_NOW && take(t, err)) ||
		    (action == KEY_RESET_ACCOUNTS && reset_accounts(t, err)))
			return -1;
		if (pane_collect(&t->pane, &t->track))
			return top_fail(err, "out of memory");
	}
	return 0;
}

static int loop(struct top *t, struct kvmlat_error *err)
{
	static const int keyboard = STDIN_FILENO;
	uint64_t last = monotonic_ns(), interval = FIRST_NS;
	uint64_t end = t->duration ? last + t->duration : UINT64_MAX;
	uint32_t n = 0;
	int ret;

	if (interval > t->interval)
		interval = t->interval;
	for (;;) {
		enum wake wake;

		screen_draw(t);
		wake = wait_for(&t->wait, last + interval < end ? last + interval : end, &keyboard,
				1, NULL);
		if (wake == WAKE_SIGNAL || wake == WAKE_HANGUP || wake == WAKE_FAILED ||
		    monotonic_ns() >= end)
			return 0;
		ret = handle_keys(t, err);
		if (ret)
			return ret < 0 ? -1 : 0;
		if (n)
			interval = t->interval;
		if (monotonic_ns() < last + interval)
			continue;
		last += interval;
		/* An interval that the machine slept through is not caught up with. */
		if (last + interval <= monotonic_ns())
			last = monotonic_ns();
		if (t->paused)
			continue;
		if (take(t, err))
			return -1;
		if (++n == t->count)
			return 0;
		interval = t->interval;
	}
}

int top_live(struct top *t, struct kvmlat_error *err)
{
	int ret;

	/* Before the screen: what fails at once is told on a terminal that nothing happened to. */
	if (top_take(t, true, err))
		return -1;
	if (screen_open(t->colour)) {
		const char *term = getenv("TERM");

		return top_fail(err,
				"nothing is known of the terminal \"%s\"; -b shows plain text",
				term ? term : "");
	}
	ret = loop(t, err);
	screen_close();
	return ret;
}
