// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "threshold.h"
#include "tune/value.h"

bool parse_threshold(const char *text, uint64_t *ns, char *why, size_t size)
{
	const struct kvmlat_knob_value times = {
		.unit = KVMLAT_UNIT_NS, .max = 3600ULL * 1000000000,
	};
	struct value value;

	if (value_parse(&times, text, &value, why, size) && !value.inherit) {
		*ns = value.number;
		return true;
	}
	snprintf(why, size, "threshold \"%.64s\" is not a time up to an hour, as 50us, 1.5ms or 800ns",
		 text);
	return false;
}

bool parse_kinds(const char *text, uint32_t *kinds, char *why, size_t size)
{
	size_t len;
	uint32_t i;

	*kinds = 0;
	do {
		len = strcspn(text, ",");
		for (i = 0; i < KVMLAT_NR_OUTLIER_KINDS; i++) {
			const char *name = kvmlat_outlier_kind_name(i);

			if (len == strlen(name) && !strncmp(text, name, len))
				break;
		}
		if (i < KVMLAT_NR_OUTLIER_KINDS) {
			*kinds |= 1U << i;
		} else if (len == 3 && !strncmp(text, "all", len)) {
			*kinds |= (1U << KVMLAT_NR_OUTLIER_KINDS) - 1;
		} else {
			snprintf(why, size, "\"%.*s\" is no kind: there are exit, user, runq, wake, gap and all",
				 len < 64 ? (int)len : 64, text);
			return false;
		}
		text += len;
	} while (*text++);
	return true;
}
