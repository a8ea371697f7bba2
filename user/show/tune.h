/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OUT_TUNE_H
#define _KVMLAT_OUT_TUNE_H

#include <stdio.h>

#include "lib/kvmlat.h"
#include "base/options.h"
#include "tune/holder.h"
#include "host/host.h"
#include "tune/modprobe.h"
#include "sched/placement.h"

struct rt_view {
	const struct host	*host;
	size_t			nr;
	const struct place	*places;
};

/** struct knob_row - a knob and the name of the guest that it is of, or "" */
struct knob_row {
	const struct kvmlat_knob_value	*knob;
	const char			*guest;
};

struct knobs_view {
	size_t			nr;
	const struct knob_row	*rows;
};

/**
 * struct changes_view - what a set or an undo did
 * @command: "set" or "undo"
 * @change: names it; 0 for a dry run and for an undo of everything
 * @file: that keeps the values of @options, which are to stay; NULL if nothing is
 */
struct changes_view {
	const char			*command;
	bool				dry_run;
	uint32_t			change;
	size_t				nr;
	const struct knob_row		*rows;
	const char			*file;
	size_t				nr_options;
	const struct module_option	*options;
};

/** struct event_view - @time is in ms since the epoch */
struct event_view {
	int64_t					time;
	const char				*guest;
	const struct kvmlat_knob_event		*event;
};

/** struct profiles_view - @active is the name of the profile that process @pid holds, or NULL */
struct profiles_view {
	const char		*active;
	int			pid;
	size_t			nr;
	const struct profile	*profiles;
};

/** struct diff_view - knobs that are not as a profile wants them; dma latencies are -1 for any */
struct diff_view {
	const struct profile	*profile;
	int32_t			dma_latency;
	size_t			nr;
	const struct diff_row {
		struct intent	intent;
		const char	*guest;
	}			*rows;
};

/** struct tune_format - a way to show what commands that tune found or did */
struct tune_format {
	void	(*rt)(FILE *to, const struct rt_view *v);
	void	(*knobs)(FILE *to, const struct knobs_view *v);
	void	(*changes)(FILE *to, const struct changes_view *v);
	void	(*profiles)(FILE *to, const struct profiles_view *v);
	void	(*profile)(FILE *to, const struct profile *p);
	void	(*diff)(FILE *to, const struct diff_view *v);
	void	(*event)(FILE *to, const struct event_view *v, bool first);
};

/* out/profile_table.c, profile_json.c and profile_csv.c */
void table_profiles(FILE *to, const struct profiles_view *v);
void table_profile(FILE *to, const struct profile *p);
void table_diff(FILE *to, const struct diff_view *v);
void json_profiles(FILE *to, const struct profiles_view *v);
void json_profile(FILE *to, const struct profile *p);
void json_diff(FILE *to, const struct diff_view *v);
void csv_profiles(FILE *to, const struct profiles_view *v);
void csv_profile(FILE *to, const struct profile *p);
void csv_diff(FILE *to, const struct diff_view *v);

extern const struct tune_format tune_table;
extern const struct tune_format tune_json;
extern const struct tune_format tune_csv;
extern const struct tune_format * const tune_formats[NR_OUTPUTS];

#endif /* _KVMLAT_OUT_TUNE_H */
