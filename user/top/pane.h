/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_TOP_PANE_H
#define _KVMLAT_TOP_PANE_H

#include <regex.h>

#include "model/track.h"

/* Each is opened from a row of the one before. */
enum level {
	LEVEL_VMS,
	LEVEL_VCPUS,
	LEVEL_REASONS,
	LEVEL_HISTOGRAM,
	NR_LEVELS,
};

/* Columns of VMs and vCPUs; those in the place of figures are in their order. */
enum list_column {
	LIST_NAME,
	LIST_FIGURES,
	LIST_PID = LIST_FIGURES + NR_FIGURES,
	LIST_VCPUS,
	NR_LIST_COLUMNS,
};

enum reason_column {
	REASON_NAME,
	REASON_RATE,
	REASON_OWN,
	REASON_TIME,
	REASON_MEAN,
	REASON_P50,
	REASON_P99,
	REASON_P999,
	REASON_MAX,
	REASON_COUNT,
	NR_REASON_COLUMNS,
};

#define MAX_COLUMNS	NR_LIST_COLUMNS
#define FILTER_SIZE	64
#define KEY_ALL		UINT64_MAX

enum column_kind {
	COLUMN_NAME,
	COLUMN_RATE,
	COLUMN_PERCENT,
	COLUMN_TIME,
	COLUMN_ABOUT,
	COLUMN_WHOLE,
};

/**
 * struct column - one of a table
 * @key: its name for --key
 * @width: with the space before it
 * @rank: those with the lowest find their place first; 0 for the name
 */
struct column {
	const char		*key;
	const char		*title;
	unsigned int		width;
	unsigned int		rank;
	enum column_kind	kind;
};

/* A table's columns, and the rank of its sparkline. */
struct columns {
	const struct column	*at;
	unsigned int		nr;
	unsigned int		name_min;
	unsigned int		spark_rank;
};

/**
 * struct item - one row
 * @key: tells it from the others of its table
 * @all: the row for all others, which stays first
 * @subject: what a VM, a vCPU or all is made from, NULL for a reason
 * @at_most: bits of the columns whose value is only known not to be exceeded
 * @values: by column, NAN where there is none
 */
struct item {
	uint64_t		key;
	bool			all;
	bool			gone;
	uint32_t		at_most;
	const struct subject	*subject;
	uint32_t		cls;
	uint32_t		code;
	char			name[96];
	double			values[MAX_COLUMNS];
};

/* What a level keeps while another is open. Once moved, the cursor stays on its row. */
struct bookmark {
	unsigned int	sort;
	bool		inverted;
	char		filter[FILTER_SIZE];
	regex_t		regex;
	bool		moved;
	uint64_t	cursor;
	size_t		index;
	size_t		top;
};

/**
 * struct pane - what of a track is shown
 * @cls: whose histogram, with @code
 * @guest: part of a guest's name, or a pid; empty for all
 * @account: of the owner, at the levels of reasons and histograms
 */
struct pane {
	enum level		level;
	struct owner		owner;
	uint32_t		cls;
	uint32_t		code;
	struct bookmark		bookmarks[NR_LEVELS];
	char			guest[FILTER_SIZE];
	bool			skip_zeros;
	bool			exits_only;
	uint32_t		vendor;
	size_t			nr;
	size_t			room;
	struct item		*items;
	struct kvmlat_account	account;
};

void pane_init(struct pane *v);
void pane_free(struct pane *v);

/* Make the rows from what the track knows now. -1 if memory is short. */
int pane_collect(struct pane *v, const struct track *m);

static inline struct bookmark *pane_bookmark(struct pane *v)
{
	return &v->bookmarks[v->level];
}

const struct columns *pane_columns(const struct pane *v);

/* The column sorted by; and the one whose last minute is shown, which has a history. */
const struct column *pane_sort(const struct pane *v);

/* By what to sort VMs and vCPUs; false if there is no such key. */
bool pane_sort_by(struct pane *v, const char *key);
void pane_next_sort(struct pane *v, int step);

/* Why not is written to @why if the regular expression is none. */
bool pane_filter(struct pane *v, const char *regex, char *why, size_t size);
void pane_clear_filters(struct pane *v);

/* The row that the cursor is on, NULL if there is none. */
const struct item *pane_cursor(const struct pane *v);
void pane_move(struct pane *v, long rows);

/* Open the row at the cursor, or close what was opened; false if there is nothing to. */
bool pane_open(struct pane *v);
bool pane_close(struct pane *v);

/* Go to all VMs, or to all vCPUs. */
void pane_go(struct pane *v, enum level level);

/* Where we are: VM 2 "web", vCPU 1, msr. */
void pane_path(const struct pane *v, const struct track *m, char *to, size_t size);

/* The last minute of a row. Returns what a full cell stands for, 0 for the row's own peak. */
float pane_history(const struct pane *v, const struct track *m, const struct item *item,
		   float values[HISTORY_SECONDS]);

#endif /* _KVMLAT_TOP_PANE_H */
