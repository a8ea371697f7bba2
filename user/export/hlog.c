// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of HdrHistogram, V2: a line for each interval, VM and row. What its readers disagree on
 * is written so that all read it: the start is a number with a day that none parses, there is no
 * blank line, and the maximum is in ms.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "export.h"
#include "hlog.h"
#include "record/bytes.h"

#define COOKIE			0x1c849313
#define COMPRESSED_COOKIE	0x1c849314

/* Of three digits: so many of the highest bits tell an index. */
#define DIGITS		3
#define HALF_BITS	10
#define HALF		(1U << HALF_BITS)

/* Beyond the last bucket. */
#define HIGHEST		(1ULL << 41)

static unsigned int index_of(uint64_t ns)
{
	unsigned int bits = 64 - __builtin_clzll(ns | (2 * HALF - 1)), shift = bits - HALF_BITS - 1;

	return ((shift + 1) << HALF_BITS) + (unsigned int)(ns >> shift) - HALF;
}

static uint64_t middle(const struct kvmlat_reason *r, unsigned int index)
{
	uint64_t low = kvmlat_bucket_lower(index), ns = low;

	if (index < KVMLAT_HIST_BUCKETS - 1)
		ns += (kvmlat_bucket_lower(index + 1) - low) / 2;
	return ns > r->longest_max ? r->longest_max : ns;
}

static void put_byte(struct bytes *to, unsigned char byte)
{
	put_raw(to, &byte, 1);
}

static void put_be(struct bytes *to, uint64_t value, unsigned int bytes)
{
	while (bytes--)
		put_byte(to, value >> (8 * bytes));
}

/* A varint whose ninth byte has eight bits; of a number whose sign is its lowest bit. */
static void put_zigzag(struct bytes *to, int64_t value)
{
	uint64_t v = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
	unsigned int i;

	for (i = 0; i < 8 && v >= 0x80; i++, v >>= 7)
		put_byte(to, v | 0x80);
	put_byte(to, v);
}

/* Counts in the order of their values; a negative one is so many that are 0. */
static void put_counts(struct bytes *to, const struct kvmlat_reason *r)
{
	unsigned int next = 0, index;
	uint64_t count;
	size_t i;

	for (i = 0; i < r->nr_buckets; next = index + 1) {
		index = index_of(middle(r, r->buckets[i].index));
		/* The longest bounds more than one bucket at most. */
		for (count = 0; i < r->nr_buckets &&
		     index_of(middle(r, r->buckets[i].index)) == index; i++)
			count += r->buckets[i].count;
		if (index > next)
			put_zigzag(to, -(int64_t)(index - next));
		put_zigzag(to, count);
	}
}

static void put_histogram(struct bytes *to, const struct kvmlat_reason *r)
{
	const double ratio = 1;
	struct bytes counts = { .data = NULL };
	uint64_t bits;

	put_counts(&counts, r);
	memcpy(&bits, &ratio, sizeof(bits));
	put_be(to, COOKIE, 4);
	put_be(to, counts.nr, 4);
	put_be(to, 0, 4);
	put_be(to, DIGITS, 4);
	put_be(to, 1, 8);
	put_be(to, HIGHEST, 8);
	put_be(to, bits, 8);
	put_raw(to, counts.data, counts.nr);
	to->failed |= counts.failed;
	bytes_free(&counts);
}

/* zlib's format, of blocks that are stored as they are: a few hundred bytes are no shorter else. */
static void put_stored(struct bytes *to, const struct bytes *from)
{
	uint32_t a = 1, b = 0;
	size_t i, at, nr;

	put_be(to, 0x7801, 2);
	for (at = 0; at < from->nr; at += nr) {
		nr = from->nr - at > 0xffff ? 0xffff : from->nr - at;
		put_byte(to, at + nr == from->nr);
		put_byte(to, nr);
		put_byte(to, nr >> 8);
		put_byte(to, ~nr);
		put_byte(to, ~nr >> 8);
		put_raw(to, from->data + at, nr);
	}
	for (i = 0; i < from->nr; i++) {
		a = (a + from->data[i]) % 65521;
		b = (b + a) % 65521;
	}
	put_be(to, (uint64_t)b << 16 | a, 4);
}

static void put_base64(FILE *to, const uint8_t *p, size_t nr)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < nr; i += 3) {
		uint32_t v = p[i] << 16 | (i + 1 < nr ? p[i + 1] << 8 : 0) |
			     (i + 2 < nr ? p[i + 2] : 0);

		fputc(digits[v >> 18], to);
		fputc(digits[v >> 12 & 63], to);
		fputc(i + 1 < nr ? digits[v >> 6 & 63] : '=', to);
		fputc(i + 2 < nr ? digits[v & 63] : '=', to);
	}
}

int put_hdr(FILE *to, const struct kvmlat_reason *r)
{
	struct bytes plain = { .data = NULL }, stored = { .data = NULL }, all = { .data = NULL };
	bool failed;

	put_histogram(&plain, r);
	put_stored(&stored, &plain);
	put_be(&all, COMPRESSED_COOKIE, 4);
	put_be(&all, stored.nr, 4);
	put_raw(&all, stored.data, stored.nr);
	failed = plain.failed || stored.failed || all.failed;
	if (!failed)
		put_base64(to, all.data, all.nr);
	bytes_free(&plain);
	bytes_free(&stored);
	bytes_free(&all);
	return failed ? -1 : 0;
}

/** struct hlog - @real is its start, which its times count from */
struct hlog {
	int64_t	real;
};

static int begin(FILE *to, void *state, int64_t real)
{
	struct hlog *h = state;
	time_t seconds = real / (int64_t)NSEC_PER_SEC;
	char day[64] = "";
	struct tm tm;

	h->real = real / 1000000 * 1000000;
	if (gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%a %b %d %H:%M:%S UTC %Y", &tm);
	fputs("#[Logged with kvmlat " KVMLAT_VERSION ", in ns]\n", to);
	fprintf(to, "#[Histogram log format version 1.3]\n#[StartTime: %.3f (seconds since epoch), %s]\n",
		h->real / 1e9, day);
	fputs("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
	      to);
	return 0;
}

/* What has a meaning in a line becomes '_'. */
static void put_tag(FILE *to, const char *text)
{
	for (; *text; text++)
		fputc(*text == ',' || *text == '"' || *text <= ' ' ? '_' : *text, to);
}

static int put_line(FILE *to, const struct hlog *h, const struct exported *x, uint32_t vm_id,
		    const struct kvmlat_reason *r)
{
	const struct interval *in = x->in;
	const char *guest = guests_name(in->guests, vm_id);
	char name[64];

	kvmlat_row_name(in->newer->vendor, r->cls, r->code, name, sizeof(name));
	fprintf(to, "Tag=%u/", vm_id);
	put_tag(to, guest ? guest : "");
	fputc('/', to);
	put_tag(to, name);
	fprintf(to, ",%.3f,%.3f,%.3f,", (in->begin.real - h->real) / 1e9,
		(in->end.real - in->begin.real) / 1e9, r->longest_max / 1e6);
	if (put_hdr(to, r))
		return -1;
	fputc('\n', to);
	return 0;
}

static int interval(FILE *to, void *state, const struct exported *x)
{
	const struct kvmlat_snapshot *d = x->delta;
	size_t i, n;
	int ret = 0;

	for (i = 0; !ret && i < d->nr_vcpus;) {
		struct kvmlat_account sum = { 0 };
		uint32_t vm_id = d->vcpus[i].vm_id;

		for (; !ret && i < d->nr_vcpus && d->vcpus[i].vm_id == vm_id; i++)
			ret = kvmlat_merge(&sum, &d->vcpus[i].account);
		for (n = 0; !ret && n < sum.nr_reasons; n++)
			if (sum.reasons[n].nr_buckets)
				ret = put_line(to, state, x, vm_id, &sum.reasons[n]);
		kvmlat_account_free(&sum);
	}
	return ret;
}

static int end(FILE *to, void *state)
{
	(void)to;
	(void)state;
	return 0;
}

const struct export_format hlog_format = {
	.name = "hlog", .state = sizeof(struct hlog), .begin = begin, .interval = interval,
	.end = end,
};
