/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_OUT_H
#define _KVMLAT_OUT_H

#include <stdio.h>

#include "model/sample.h"

/* Of all JSON schemas together; grows when a member changes its meaning or goes. */
#define SCHEMA_VERSION		1

/* What an account may take, see Documentation/design.rst. */
#define IDLE_VCPU_MEMORY	(16 * 1024U)
#define BUSY_VCPU_MEMORY	(64 * 1024U)

struct info_view {
	const char			*command;
	char				kernel[128];
	const struct kvmlat_info	*module;
	const struct kvmlat_knobs	*knobs;
};

/* What can be done with a knob of the host here. */
static inline const char *knob_state(const struct kvmlat_knob_value *k)
{
	if (!k->now.known)
		return "missing";
	if (k->why[0])
		return "fixed";
	return k->later ? "new VMs" : "live";
}

struct list_row {
	const struct kvmlat_vm	*vm;
	const char		*guest;
	bool			alive;
	uint32_t		threads;
	double			uptime;
};

struct list_view {
	size_t		nr;
	struct list_row	*rows;
};

/**
 * struct format - a way to show things
 * @views: @first tells the first sample of a run, which a header goes before
 */
struct format {
	void	(*views[NR_VIEWS])(FILE *to, const struct sample *s, bool first);

	void	(*info)(FILE *to, const struct info_view *v);
	void	(*list)(FILE *to, const struct list_view *v);
};

extern const struct format table_format;
extern const struct format json_format;
extern const struct format csv_format;
extern const struct format * const formats[NR_OUTPUTS];
/* Of histograms only, and only of one. */
extern const struct format hdr_format;

#endif /* _KVMLAT_OUT_H */
