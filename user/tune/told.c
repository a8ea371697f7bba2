// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "modprobe.h"
#include "told.h"
#include "tuned.h"

/* Anybody can start VMs of a name without end. */
#define TOLD_FOREIGN	16

#define LEFT_OUT	NR_WARNINGS
#define TUNED_HAS	(NR_WARNINGS + 1)

__attribute__((format(printf, 2, 3)))
static void tell(const struct told *told, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	told->tell(text);
}

/* True the first time only. */
static bool is_new(struct told *told, uint32_t knob, unsigned int what)
{
	bool before;

	if (knob >= TOLD_KNOBS)
		return false;
	before = told->knobs[knob] >> what & 1;
	told->knobs[knob] |= 1 << what;
	return !before;
}

void tell_left_out(struct told *told, const struct kvmlat_knob_value *knob)
{
	if (is_new(told, knob->id, LEFT_OUT))
		tell(told, "%s is left out: %s", knob->name, knob->why);
}

void tell_warnings(struct told *told, const struct intent *w, const struct load *load)
{
	char text[512];
	unsigned int i;

	for (i = 0; i < NR_WARNINGS; i++)
		if (warning(i, w->knob, w->value, load, text, sizeof(text)) &&
		    is_new(told, w->knob->id, i))
			tell(told, "warning: %s", text);
	if (w->knob->scope == KVMLAT_SCOPE_HOST &&
	    tuned_has_option(modprobe_module(w->knob), w->knob->name, w->value, text,
			     sizeof(text)) &&
	    is_new(told, w->knob->id, TUNED_HAS))
		tell(told, "warning: %s", text);
}

void tell_latency(const struct told *told, int32_t us)
{
	char text[512];

	if (tuned_keeps_latency(us, text, sizeof(text)))
		tell(told, "warning: %s", text);
}

void tell_foreign(struct told *told, uint32_t vm_id, uint32_t uid, const struct trouble *why)
{
	if (told->foreign < TOLD_FOREIGN)
		tell(told, "VM %u gets nothing by its name: %s; \"user = %d\" in a section is for it",
		     vm_id, why->text, (int)uid);
	if (++told->foreign == TOLD_FOREIGN)
		tell(told, "that is not told of any more VMs");
}
