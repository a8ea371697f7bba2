// SPDX-License-Identifier: GPL-2.0-only
/* Values on the command line: the first byte says of which kind. */
#include "base/options.h"
#include "fuzz.h"
#include "host/cpus.h"
#include "tune/value.h"

static void value(const char *text, uint32_t unit)
{
	struct kvmlat_knob_value knob = { .name = "knob", .max = UINT64_MAX, .unit = unit };
	struct value first, second;
	char shown[64], why[256];

	if (!value_parse(&knob, text, &first, why, sizeof(why))) {
		MUST(*why);
		return;
	}
	if (first.inherit)
		return;
	value_format(unit, first.number, shown, sizeof(shown));
	MUST(value_parse(&knob, shown, &second, why, sizeof(why)));
	MUST(first.number == second.number);
}

static void cpus(const char *text)
{
	char shown[CPUS_TEXT];
	struct cpus set, again;

	if (!cpus_parse(text, &set))
		return;
	cpus_format(&set, shown, sizeof(shown));
	MUST(!cpus_count(&set) || (cpus_parse(shown, &again) && cpus_equal(&set, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, why[256];
	uint32_t number;
	uint64_t ns;

	if (!size)
		return 0;
	text = string(data + 1, size - 1);
	switch (*data % 4) {
	case 0:
		value(text, data[0] / 4 % (KVMLAT_UNIT_MAX + 2));
		break;
	case 1:
		MUST(!parse_u32("n", text, 3, &number, why, sizeof(why)) || number >= 3);
		break;
	case 2:
		parse_seconds("n", text, &ns, why, sizeof(why));
		break;
	case 3:
		cpus(text);
		break;
	}
	free(text);
	return 0;
}
