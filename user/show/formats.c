// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"
#include "tune.h"

const struct format * const formats[NR_OUTPUTS] = {
	[OUTPUT_TABLE]	= &table_format,
	[OUTPUT_JSON]	= &json_format,
	[OUTPUT_CSV]	= &csv_format,
};

const struct tune_format * const tune_formats[NR_OUTPUTS] = {
	[OUTPUT_TABLE]	= &tune_table,
	[OUTPUT_JSON]	= &tune_json,
	[OUTPUT_CSV]	= &tune_csv,
};
