// SPDX-License-Identifier: GPL-2.0-only
#include "tune/value.h"
#include "tune/warn.h"
#include "tap.h"

static const struct kvmlat_knob_value poll = {
	.id = KVMLAT_KNOB_HALT_POLL_NS, .name = "halt_poll_ns", .unit = KVMLAT_UNIT_NS,
	.scope = KVMLAT_SCOPE_VM, .max = UINT32_MAX,
};

static const struct kvmlat_knob_value gap = {
	.id = KVMLAT_KNOB_PLE_GAP, .name = "ple_gap", .unit = KVMLAT_UNIT_CYCLES,
	.scope = KVMLAT_SCOPE_HOST, .max = UINT32_MAX,
};

static const struct kvmlat_knob_value count = {
	.id = KVMLAT_KNOB_PAUSE_FILTER_COUNT, .name = "pause_filter_count",
	.unit = KVMLAT_UNIT_COUNT, .scope = KVMLAT_SCOPE_HOST, .min = 1, .max = UINT16_MAX,
};

static char why[512];

static uint64_t value(const struct kvmlat_knob_value *k, const char *text)
{
	struct value v;

	why[0] = 0;
	if (!value_parse(k, text, &v, why, sizeof(why)))
		return UINT64_MAX;
	return v.number;
}

static void times(void)
{
	EXPECT_EQ(value(&poll, "50us"), 50000);
	EXPECT_EQ(value(&poll, "200000"), 200000);
	EXPECT_EQ(value(&poll, "200000ns"), 200000);
	EXPECT_EQ(value(&poll, "1ms"), 1000000);
	EXPECT_EQ(value(&poll, "1.5us"), 1500);
	EXPECT_EQ(value(&poll, "0.000001s"), 1000);
	EXPECT_EQ(value(&poll, "1.050000us"), 1050);
	EXPECT_EQ(value(&poll, "1.000"), 1);
	EXPECT_EQ(value(&poll, "4s"), 4000000000);
	EXPECT_EQ(value(&poll, "0"), 0);
	EXPECT_EQ(value(&poll, "0us"), 0);
	EXPECT_EQ(value(&poll, "4294967295"), UINT32_MAX);
}

static void bad_times(void)
{
	static const char * const no_times[] = {
		"", "us", "-1", "+1", " 1", "1 us", "1Us", "1m", "1.us", ".5us", "1e3", "0x10",
		"1.5", "1.05", "1.00005us", "0.5ns", "0.0001us", "1.0000000000000000000005s",
		"99999999999999999999", "18446744073709551615s", "1,5us",
		"inherit ", "nan",
	};
	size_t i;

	for (i = 0; i < sizeof(no_times) / sizeof(*no_times); i++) {
		char want[96];

		EXPECT_EQ(value(&poll, no_times[i]), UINT64_MAX);
		snprintf(want, sizeof(want), "halt_poll_ns \"%s\" is no time: 0 to 4294967295ns",
			 no_times[i]);
		EXPECT(!strncmp(why, want, strlen(want)));
	}
	EXPECT_EQ(value(&poll, "5s"), UINT64_MAX);
	EXPECT_STR(why,
		   "halt_poll_ns \"5s\" is out of range: 0 to 4294967295ns, with ns, us, ms or s behind it, is allowed");
}

static void numbers(void)
{
	EXPECT_EQ(value(&count, "3000"), 3000);
	EXPECT_EQ(value(&count, "0"), UINT64_MAX);
	EXPECT_STR(why, "pause_filter_count \"0\" is out of range: 1 to 65535 is allowed");
	EXPECT_EQ(value(&count, "65536"), UINT64_MAX);
	EXPECT_EQ(value(&count, "10us"), UINT64_MAX);
	EXPECT_STR(why, "pause_filter_count \"10us\" is no whole number: 1 to 65535 is allowed");
	EXPECT_EQ(value(&count, "1.0"), UINT64_MAX);
}

static void inheriting(void)
{
	struct value v;

	EXPECT(value_parse(&poll, "inherit", &v, why, sizeof(why)));
	EXPECT(v.inherit && !v.number);
	EXPECT(!value_parse(&gap, "inherit", &v, why, sizeof(why)));
	EXPECT(strstr(why, "\"inherit\" is for VMs and vCPUs only"));
}

static void printing(void)
{
	static const struct { uint64_t ns; const char *text; } want[] = {
		{ 0, "0" }, { 1, "1ns" }, { 1000, "1us" }, { 1500, "1500ns" },
		{ 200000, "200us" }, { 1000000, "1ms" }, { 3000000000, "3s" },
		{ UINT64_MAX, "18446744073709551615ns" },
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		value_format(KVMLAT_UNIT_NS, want[i].ns, text, sizeof(text));
		EXPECT_STR(text, want[i].text);
	}
	value_format(KVMLAT_UNIT_CYCLES, 4096, text, sizeof(text));
	EXPECT_STR(text, "4096");
}

/* Which of the warnings go for it, as a mask. */
static unsigned int warnings(const struct kvmlat_knob_value *k, uint64_t v,
			     const struct load *load)
{
	unsigned int i, mask = 0;

	for (i = 0; i < NR_WARNINGS; i++)
		mask |= warning(i, k, v, load, why, sizeof(why)) << i;
	return mask;
}

static void warnings_name_the_cost(void)
{
	const struct load roomy = { .cpus = 8, .vcpus = 8 }, full = { .cpus = 8, .vcpus = 9 };

	EXPECT_EQ(warnings(&poll, 1000000, &roomy), 0);
	EXPECT_EQ(warnings(&poll, 1000001, &roomy), 1);
	EXPECT(strstr(why, "costs power"));
	EXPECT_EQ(warnings(&poll, 1, &full), 2);
	EXPECT(strstr(why, "9 vCPUs share 8 CPUs"));
	EXPECT_EQ(warnings(&poll, 2000000, &full), 3);
	EXPECT_EQ(warnings(&poll, 0, &full), 0);
	EXPECT_EQ(warnings(&gap, 0, &roomy), 0);
	EXPECT_EQ(warnings(&gap, 0, &full), 4);
	EXPECT(strstr(why, "burn its whole time slice"));
	EXPECT_EQ(warnings(&gap, 128, &full), 0);
	EXPECT_EQ(warnings(&count, 1, &full), 0);
}

static const struct tap_case cases[] = {
	{ "times with units", times },
	{ "bad times", bad_times },
	{ "numbers", numbers },
	{ "inheriting", inheriting },
	{ "times are printed exactly", printing },
	{ "warnings name the cost", warnings_name_the_cost },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
