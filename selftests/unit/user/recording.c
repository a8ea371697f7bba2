// SPDX-License-Identifier: GPL-2.0-only
/* What is read from a recording is what was written, whatever becomes of the file. */
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "record/notes.h"
#include "recorded.h"
#include "tap.h"

#define PATH	"user_recording.rec"

static bool same_rows(const struct kvmlat_account *x, const struct kvmlat_account *y)
{
	size_t i, n;

	for (i = 0; i < x->nr_reasons; i++) {
		struct kvmlat_reason a = x->reasons[i], b = y->reasons[i];

		for (n = 0; n < a.nr_buckets && n < b.nr_buckets; n++)
			if (a.buckets[n].index != b.buckets[n].index ||
			    a.buckets[n].count != b.buckets[n].count)
				return false;
		a.buckets = b.buckets;
		/* Means nothing without the time. */
		if (!a.longest_at)
			a.longest_cpu = b.longest_cpu;
		if (memcmp(&a, &b, sizeof(a)))
			return false;
	}
	return true;
}

static bool same_account(const struct kvmlat_account *x, const struct kvmlat_account *y)
{
	struct kvmlat_account a = *x, b = *y;

	if (a.nr_reasons != b.nr_reasons || a.nr_preemptors != b.nr_preemptors ||
	    a.nr_details != b.nr_details || !same_rows(x, y) ||
	    memcmp(a.preemptors, b.preemptors, a.nr_preemptors * sizeof(*a.preemptors)) ||
	    memcmp(a.details, b.details, a.nr_details * sizeof(*a.details)))
		return false;
	a.reasons = b.reasons;
	a.preemptors = b.preemptors;
	a.details = b.details;
	a.store = b.store;
	return !memcmp(&a, &b, sizeof(a));
}

/* @partly: what is not there is all right, if that is said. */
static bool same_snapshot(const struct kvmlat_snapshot *x, const struct kvmlat_snapshot *y,
			  bool partly)
{
	size_t i, n = 0;

	if (x->now != y->now || x->monotonic != y->monotonic || x->vendor != y->vendor)
		return false;
	if (x->nr_vms != y->nr_vms || memcmp(x->vms, y->vms, x->nr_vms * sizeof(*x->vms)))
		return false;
	for (i = 0; i < y->nr_vcpus; i++, n++) {
		struct kvmlat_vcpu a, b = y->vcpus[i];

		while (partly && x->interrupted && n < x->nr_vcpus &&
		       (x->vcpus[n].vm_id != b.vm_id || x->vcpus[n].vcpu_id != b.vcpu_id))
			n++;
		if (n >= x->nr_vcpus)
			return false;
		a = x->vcpus[n];
		if (!same_account(&a.account, &b.account))
			return false;
		a.account = b.account;
		if (memcmp(&a, &b, sizeof(a)))
			return false;
	}
	return partly || n == x->nr_vcpus;
}

/* A row that came in an interval that is missing is not known until something happens again. */
static void drop_zeros(struct kvmlat_snapshot *s)
{
	struct kvmlat_account *a;
	size_t i, n, nr;

	for (i = 0; i < s->nr_vcpus; i++) {
		a = &s->vcpus[i].account;
		for (n = nr = 0; n < a->nr_reasons; n++)
			if (a->reasons[n].count)
				a->reasons[nr++] = a->reasons[n];
		a->nr_reasons = nr;
	}
}

/* What happened is what happened, whether or not more is known. */
static bool same_interval(const struct played *p, const struct interval *in)
{
	const struct reading *newer = &p->readings[in->number], *older = newer - 1;
	struct kvmlat_snapshot *is, *was;
	bool same;

	if (!in->number || in->number >= p->nr || in->end.real != newer->moment.real ||
	    in->begin.real != older->moment.real)
		return false;
	is = kvmlat_delta(in->newer, in->older);
	was = kvmlat_delta(newer->snap, older->snap);
	drop_zeros(is);
	drop_zeros(was);
	same = same_snapshot(was, is, is->interrupted);
	kvmlat_snapshot_free(is);
	kvmlat_snapshot_free(was);
	return same;
}

static void write_all(struct played *p, const char *path)
{
	struct writer w = new_writer(path);
	struct kvmlat_part parts[2] = {
		{ .comm = "hog", .id = 7, .time = 5, .took = true },
		{ .comm = "other", .has_idle = true, .idle_state = 2, .prio = 120 },
	};
	struct kvmlat_waker waker = { .comm = "vhost", .tid = 9, .at = 77 };
	struct kvmlat_outlier o = {
		.kind = KVMLAT_OUTLIER_KIND_GAP, .total = 70000, .parts = parts, .waker = &waker,
	};
	struct trouble why = { 0 };
	struct reading r;
	size_t i;

	unlink(path);
	put_note(&w.facts, "kernel", "6.1");
	r = again(&p->readings[0]);
	EXPECT_EQ(writer_begin(&w, &r, &p->guests, &why), 0);
	for (i = 1; i < p->nr; i++) {
		/* Two, the later first, one of which has neither parts nor a waker. */
		o.end = 2 * i;
		o.nr_parts = 2;
		o.waker = &waker;
		pending_outlier(&w.pending, &o);
		o.end = 2 * i - 1;
		o.nr_parts = 0;
		o.waker = NULL;
		pending_outlier(&w.pending, &o);
		r = again(&p->readings[i]);
		EXPECT_EQ(writer_interval(&w, &r, &p->guests, &why), WRITTEN);
	}
	writer_end(&w, true);
}

static void begin(struct played *p, uint32_t vms, uint32_t vcpus, unsigned int active,
		  bool churns, size_t intervals)
{
	*p = (struct played){
		.random = 4711, .clock = 1000000, .active = active, .nr_vms = vms,
		.nr_vcpus = vcpus, .churns = churns,
	};
	play_guests(p);
	while (p->nr <= intervals)
		play(p);
}

static void expect_all(const struct played *p, const char *path)
{
	struct trouble why = { 0 };
	struct recording *r = recording_open(path, &why);
	struct interval in;
	uint32_t last = 0;
	int ret;

	EXPECT(r);
	if (!r)
		return;
	EXPECT_STR(notes_find(recording_notes(r), "kernel"), "6.1");
	while ((ret = recording_next(r, &in, &why)) > 0) {
		EXPECT_EQ(in.number, last + 1);
		last = in.number;
		EXPECT(same_snapshot(p->readings[last].snap, in.newer, false));
		EXPECT(same_snapshot(p->readings[last - 1].snap, in.older, false));
		EXPECT(same_interval(p, &in));
		EXPECT_EQ(in.end.real, p->readings[last].moment.real);
		EXPECT_EQ(in.nr_outliers, 2);
		EXPECT_EQ(in.outliers[0].end, 2 * last - 1);
		EXPECT_EQ(in.outliers[0].nr_parts, 0);
		EXPECT(!in.outliers[0].waker);
		EXPECT_EQ(in.outliers[1].end, 2 * last);
		EXPECT_EQ(in.outliers[1].nr_parts, 2);
		EXPECT_STR(in.outliers[1].parts[0].comm, "hog");
		EXPECT_EQ(in.outliers[1].parts[1].idle_state, 2);
		EXPECT_STR(in.outliers[1].waker->comm, "vhost");
		EXPECT_STR(guests_name(in.guests, in.newer->vms[0].vm_id),
			   in.newer->vms[0].vm_id == 1 ? "guest1" : "guest2");
		EXPECT_STR(labels_thread(in.labels, in.newer->vcpus[0].vm_id,
					 in.newer->vcpus[0].vcpu_id),
			   in.newer->vcpus[0].vcpu_id ? "CPU 1/KVM" : "CPU 0/KVM");
	}
	EXPECT_EQ(ret, 0);
	EXPECT_EQ(last, p->nr - 1);
	EXPECT(recording_losses(r)->ended);
	EXPECT_EQ(recording_losses(r)->intervals, 0);
	EXPECT_EQ(recording_losses(r)->damaged, 0);
	recording_close(r);
}

static void what_is_read_is_what_was_written(void)
{
	struct played p;

	begin(&p, 4, 8, 20, false, 40);
	write_all(&p, PATH);
	expect_all(&p, PATH);
	played_free(&p);
}

static void guests_may_come_and_go(void)
{
	struct played p;

	begin(&p, 6, 4, 40, true, 60);
	p.readings[20].snap->vms[0].gone = 5;
	write_all(&p, PATH);
	expect_all(&p, PATH);
	played_free(&p);
}

/** struct bytes_of - a file's, which is made anew with other ones */
struct bytes_of {
	size_t	len;
	uint8_t	*data;
};

static struct bytes_of slurp(const char *path)
{
	struct bytes_of b = { 0 };
	FILE *f = fopen(path, "re");
	struct stat st;

	if (!f || fstat(fileno(f), &st))
		abort();
	b.data = malloc(st.st_size);
	b.len = fread(b.data, 1, st.st_size, f);
	fclose(f);
	return b;
}

static void spill(const char *path, const uint8_t *data, size_t len)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		abort();
}

/** struct outcome - how many intervals were read, all of them right; which was missing */
struct outcome {
	bool		opened;
	uint32_t	read;
	uint32_t	last;
	struct losses	losses;
	bool		right;
	bool		told;
};

static struct outcome read_all(const struct played *p, const char *path)
{
	struct trouble why = { 0 };
	struct recording *r = recording_open(path, &why);
	struct outcome o = { .opened = r, .right = true };
	struct interval in;
	char text[256];

	if (!r)
		return o;
	while (recording_next(r, &in, &why) > 0) {
		o.right &= in.number > o.last && same_interval(p, &in);
		o.last = in.number;
		o.read++;
	}
	o.losses = *recording_losses(r);
	o.told = losses_tell(&o.losses, text, sizeof(text));
	recording_close(r);
	return o;
}

/* At each byte: what is whole before it is there. */
static void a_file_may_end_anywhere(void)
{
	struct outcome o, before = { 0 };
	struct bytes_of b;
	struct played p;
	size_t len;

	begin(&p, 2, 3, 50, false, 6);
	write_all(&p, PATH);
	b = slurp(PATH);
	for (len = 0; len < b.len; len++) {
		spill(PATH, b.data, len);
		o = read_all(&p, PATH);
		EXPECT(o.right);
		EXPECT_EQ(o.losses.intervals, 0);
		EXPECT_EQ(o.last, o.read);
		EXPECT(o.read >= before.read);
		EXPECT(!o.opened || o.told);
		EXPECT(!o.losses.ended);
		before = o;
	}
	EXPECT_EQ(before.read, 6);
	free(b.data);
	played_free(&p);
}

/* One bit of each byte: at most one interval is missing, no figure is wrong, and it is said. */
static void a_bit_may_flip_anywhere(void)
{
	struct bytes_of b;
	struct outcome o;
	struct played p;
	size_t at;

	begin(&p, 2, 3, 50, true, 6);
	write_all(&p, PATH);
	b = slurp(PATH);
	for (at = 0; at < b.len; at++) {
		b.data[at] ^= 1 << at % 8;
		spill(PATH, b.data, b.len);
		b.data[at] ^= 1 << at % 8;
		o = read_all(&p, PATH);
		EXPECT(o.opened);
		EXPECT(o.right);
		EXPECT(o.read >= 5);
		EXPECT_EQ(o.losses.intervals, (o.losses.ended ? 6 : o.last) - o.read);
		EXPECT(o.read == 6 || o.told);
		if (tap_failed) {
			printf("# byte %zu of %zu: %u read\n", at, b.len, o.read);
			break;
		}
	}
	free(b.data);
	played_free(&p);
}

/* A full disk, at each byte of each write. Then there is room again, and nothing is missing. */
static void a_disk_may_be_full(void)
{
	struct rlimit old, limit;
	struct trouble why = { 0 };
	struct outcome o;
	struct bytes_of b;
	struct played p;
	struct writer w;
	struct reading r;
	size_t room, i;

	begin(&p, 2, 3, 50, false, 3);
	write_all(&p, PATH);
	b = slurp(PATH);
	free(b.data);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	for (room = 0; room < b.len; room += 1 + room / 97) {
		unlink(PATH);
		w = new_writer(PATH);
		limit.rlim_cur = room;
		setrlimit(RLIMIT_FSIZE, &limit);
		r = again(&p.readings[0]);
		if (!writer_begin(&w, &r, &p.guests, &why)) {
			for (i = 1; i + 1 < p.nr; i++) {
				r = again(&p.readings[i]);
				writer_interval(&w, &r, &p.guests, &why);
			}
			o = read_all(&p, PATH);
			EXPECT(o.opened && o.right && !o.losses.intervals && !o.losses.damaged);
			setrlimit(RLIMIT_FSIZE, &old);
			r = again(&p.readings[i]);
			EXPECT_EQ(writer_interval(&w, &r, &p.guests, &why), WRITTEN);
		}
		writer_end(&w, true);
		setrlimit(RLIMIT_FSIZE, &old);
	}
	played_free(&p);
}

int main(void)
{
	static const struct tap_case cases[] = {
		{ "what is read is what was written", what_is_read_is_what_was_written },
		{ "guests may come and go", guests_may_come_and_go },
		{ "a file may end anywhere", a_file_may_end_anywhere },
		{ "a bit may flip anywhere", a_bit_may_flip_anywhere },
		{ "a disk may be full", a_disk_may_be_full },
	};

	int ret = tap_run(cases, TAP_CASES(cases));

	unlink(PATH);
	return ret;
}
