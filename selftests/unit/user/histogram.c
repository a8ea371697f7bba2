// SPDX-License-Identifier: GPL-2.0-only
#include "show/hdr.h"
#include "show/sample.h"
#include "tap.h"
#include "text.h"

static struct kvmlat_bucket fast[] = { { 1, 60 }, { 2, 20 } };
static struct kvmlat_bucket slow[] = { { 2, 15 }, { 30, 4 }, { 60, 1 } };
static struct kvmlat_bucket ends[] = { { 0, 3 }, { 273, 1 } };

static struct kvmlat_reason rows[] = {
	{ .cls = KVMLAT_REASON_CLASS_EXIT, .code = 0x72, .count = 80, .total = 5500,
	  .longest_min = 75, .longest_max = 75, .nr_buckets = 2, .buckets = fast },
	{ .cls = KVMLAT_REASON_CLASS_EXIT, .code = 0x7b, .count = 20, .total = 18000,
	  .longest_min = 11500, .longest_max = 11500, .nr_buckets = 3, .buckets = slow },
	{ .cls = KVMLAT_REASON_CLASS_NESTED, .code = 0x72, .count = 4, .total = 1,
	  .longest_max = 1ULL << 41, .nr_buckets = 2, .buckets = ends },
	{ .cls = KVMLAT_REASON_CLASS_USER, .code = 2, .count = 80, .total = 5500,
	  .longest_min = 75, .longest_max = 75, .nr_buckets = 2, .buckets = fast },
	{ .cls = KVMLAT_REASON_CLASS_POLL_HIT, .count = 80, .total = 5500, .longest_min = 75,
	  .longest_max = 75, .nr_buckets = 2, .buckets = fast },
	{ .cls = KVMLAT_REASON_CLASS_POLL_MISS, .count = 20, .total = 18000,
	  .longest_min = 11500, .longest_max = 11500, .nr_buckets = 3, .buckets = slow },
	{ .cls = KVMLAT_REASON_CLASS_WAKE },
};

static const struct kvmlat_account account = { .nr_reasons = 7, .reasons = rows };

static char why[256];
static struct histogram *list;
static size_t nr;

static void make(const struct pick *pick)
{
	EXPECT(!histograms_make(pick, KVMLAT_VENDOR_AMD, &account, &list, &nr));
}

static void drop(void)
{
	histograms_free(list, nr);
}

static void exits_are_all_of_them(void)
{
	struct pick pick;

	pick_exits(&pick);
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_STR(list[0].name, "all exits");
	EXPECT_EQ(list[0].sum.count, 104);
	EXPECT_EQ(list[0].sum.nr_buckets, 6);
	EXPECT_EQ(list[0].sum.buckets[2].count, 35);
	drop();
	pick.each = true;
	make(&pick);
	EXPECT_EQ(nr, 3);
	EXPECT_STR(list[0].name, "cpuid");
	EXPECT_STR(list[2].name, "nested:cpuid");
	drop();
}

static void a_reason_is_picked_by_its_name(void)
{
	struct pick pick;

	EXPECT(pick_reason(&pick, "CPUID", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_EQ(list[0].sum.count, 80);
	EXPECT_STR(list[0].name, "cpuid");
	drop();
	EXPECT(pick_reason(&pick, "nested:cpuid", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_EQ(list[0].sum.count, 4);
	drop();
	/* A span is no exit, whatever its name. */
	EXPECT(pick_reason(&pick, "wake", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 0);
	drop();
	EXPECT(!pick_reason(&pick, "", why, sizeof(why)));
}

static void a_kind_is_picked(void)
{
	struct pick pick;

	EXPECT(pick_kind(&pick, "poll", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_STR(list[0].name, "poll");
	EXPECT_EQ(list[0].sum.count, 100);
	EXPECT_EQ(list[0].sum.longest_max, 11500);
	drop();
	EXPECT(pick_kind(&pick, "user:io", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_STR(list[0].name, "user:IO");
	drop();
	EXPECT(pick_kind(&pick, "user:MMIO", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 0);
	drop();
	/* There, and empty. */
	EXPECT(pick_kind(&pick, "wake", why, sizeof(why)));
	make(&pick);
	EXPECT_EQ(nr, 1);
	EXPECT_EQ(list[0].sum.count, 0);
	drop();
	EXPECT(!pick_kind(&pick, "user:", why, sizeof(why)));
	EXPECT(!pick_kind(&pick, "io", why, sizeof(why)));
	EXPECT(strstr(why, "kind \"io\" is none of exit, halt, poll,"));
}

static void units(void)
{
	const struct unit *unit;

	EXPECT(parse_unit("ms", &unit, why, sizeof(why)));
	EXPECT_EQ(unit->ns, 1000000);
	EXPECT(!parse_unit("m", &unit, why, sizeof(why)));
	EXPECT_STR(why, "unit \"m\" is none of ns, us, ms and s");
}

static const struct unit *unit = &unit_us;

/* NR_OUTPUTS is for the format of HdrHistogram. */
static void show(enum output output, const struct pick *pick, bool full)
{
	struct hist_wish wish = { .pick = *pick, .unit = unit, .full = full };
	struct block b = { .grouping = GROUP_ALL };
	struct sample s = { .view = VIEW_HIST, .hist = &wish, .nr_blocks = 1, .blocks = &b };
	FILE *to = open_text();

	make(pick);
	b.histograms = list;
	b.nr_histograms = nr;
	if (output == NR_OUTPUTS)
		show_hdr(to, &s);
	else
		show_sample(to, output, &s, true);
	fclose(to);
	drop();
}

static void bars(void)
{
	struct pick pick;

	pick_kind(&pick, "poll", why, sizeof(why));
	show(OUTPUT_TABLE, &pick, false);
	EXPECT(strstr(text,
		      "\npoll: 100, 0.024 ms in all; times in us\n"
		      " FROM      TO  COUNT      %    CUM%\n"
		      "0.064   0.128     95  95.00   95.00  ####################\n"
		      "0.128   0.256      0   0.00   95.00\n"
		      "0.256   0.512      0   0.00   95.00\n"
		      "0.512   1.024      4   4.00   99.00  #\n"
		      "  ...\n"
		      "8.192  16.384      1   1.00  100.00  .\n"
		      "mean 0.235  p50 0.068  p90 0.076  p99 0.86  p99.9 11  max 11.500\n"));
	EXPECT(longest_line() < 80);
	show(OUTPUT_TABLE, &pick, true);
	EXPECT(strstr(text,
		      "\n  FROM      TO  COUNT      %    CUM%\n"
		      " 0.064   0.072     60  60.00   60.00  ####################\n"
		      " 0.072   0.080     35  35.00   95.00  ############\n"
		      "   ...\n"
		      " 0.832   0.896      4   4.00   99.00  #\n"
		      "   ...\n"
		      "11.264  12.288      1   1.00  100.00  .\nmean"));
	pick_exits(&pick);
	show(OUTPUT_TABLE, &pick, false);
	EXPECT(line_of("         0.000   0.064      3 ") > 0);
	EXPECT(line_of("1099511627.776       -      1 ") > 0);
	EXPECT(longest_line() < 90);
}

/*
 * What org.HdrHistogram 2.1.11 prints of these values, which are the upper bounds of the buckets:
 * outputPercentileDistribution(out, 5, 1000.0), with three digits.
 */
static const char original[] =
	"       Value     Percentile TotalCount 1/(1-Percentile)\n"
	"\n"
	"       0.071 0.000000000000         60           1.00\n"
	"       0.071 0.100000000000         60           1.11\n"
	"       0.071 0.200000000000         60           1.25\n"
	"       0.071 0.300000000000         60           1.43\n"
	"       0.071 0.400000000000         60           1.67\n"
	"       0.071 0.500000000000         60           2.00\n"
	"       0.071 0.550000000000         60           2.22\n"
	"       0.071 0.600000000000         60           2.50\n"
	"       0.079 0.650000000000         95           2.86\n"
	"       0.079 0.700000000000         95           3.33\n"
	"       0.079 0.750000000000         95           4.00\n"
	"       0.079 0.775000000000         95           4.44\n"
	"       0.079 0.800000000000         95           5.00\n"
	"       0.079 0.825000000000         95           5.71\n"
	"       0.079 0.850000000000         95           6.67\n"
	"       0.079 0.875000000000         95           8.00\n"
	"       0.079 0.887500000000         95           8.89\n"
	"       0.079 0.900000000000         95          10.00\n"
	"       0.079 0.912500000000         95          11.43\n"
	"       0.079 0.925000000000         95          13.33\n"
	"       0.079 0.937500000000         95          16.00\n"
	"       0.079 0.943750000000         95          17.78\n"
	"       0.079 0.950000000000         95          20.00\n"
	"       0.895 0.956250000000         99          22.86\n"
	"       0.895 0.962500000000         99          26.67\n"
	"       0.895 0.968750000000         99          32.00\n"
	"       0.895 0.971875000000         99          35.56\n"
	"       0.895 0.975000000000         99          40.00\n"
	"       0.895 0.978125000000         99          45.71\n"
	"       0.895 0.981250000000         99          53.33\n"
	"       0.895 0.984375000000         99          64.00\n"
	"       0.895 0.985937500000         99          71.11\n"
	"       0.895 0.987500000000         99          80.00\n"
	"       0.895 0.989062500000         99          91.43\n"
	"      11.500 0.990625000000        100         106.67\n"
	"      11.500 1.000000000000        100\n";

static void hdr_is_as_the_original(void)
{
	struct pick pick;

	pick_kind(&pick, "poll", why, sizeof(why));
	show(NR_OUTPUTS, &pick, false);
	EXPECT(!strncmp(text, original, sizeof(original) - 1));
	EXPECT_STR(text + sizeof(original) - 1,
		   "#[Mean    =        0.235, StdDeviation   =        1.133]\n"
		   "#[Max     =       11.500, Total count    =          100]\n"
		   "#[Buckets =           34, SubBuckets     =            8]\n");
}

static void hdr_tells_every_ns_in_any_unit(void)
{
	char why[256];
	struct pick pick;

	pick_kind(&pick, "poll", why, sizeof(why));
	EXPECT(parse_unit("s", &unit, why, sizeof(why)));
	show(NR_OUTPUTS, &pick, false);
	EXPECT(strstr(text, "\n 0.000000071 0.000000000000         60 "));
	EXPECT(strstr(text, "\n#[Mean    =  0.000000235, StdDeviation   =  0.000001133]\n"));
	EXPECT(strstr(text, "\n#[Max     =  0.000011500, "));
	EXPECT(parse_unit("ms", &unit, why, sizeof(why)));
	show(NR_OUTPUTS, &pick, false);
	EXPECT(strstr(text, "\n    0.000071 0.000000000000         60 "));
	unit = &unit_us;
}

static const struct tap_case cases[] = {
	{ "exits are all of them", exits_are_all_of_them },
	{ "a reason is picked by its name", a_reason_is_picked_by_its_name },
	{ "a kind is picked", a_kind_is_picked },
	{ "units", units },
	{ "bars", bars },
	{ "HDR is as the original", hdr_is_as_the_original },
	{ "HDR tells every ns in any unit", hdr_tells_every_ns_in_any_unit },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
