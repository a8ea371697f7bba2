// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "frame.h"
#include "writer.h"

/* No two files of a host begin at the same time, by its clock, by the same process. */
static uint64_t new_id(const struct writer *w)
{
	return (uint64_t)w->last.moment.real * 31 + (uint64_t)getpid() + (w->id << 1);
}

static int cannot_write(const struct writer *w, struct trouble *why)
{
	return trouble(why, trouble_of_errno(errno), "cannot write \"%.256s\": %s", w->file.path,
		       strerror(errno));
}

/* A frame at the end of interval @interval. -1 with the reason, and then the file is as it was. */
static int append(struct writer *w, unsigned int kind, uint32_t interval, int64_t time,
		  const struct bytes *content, struct trouble *why)
{
	struct frame f = {
		.version = FORMAT_VERSION, .kind = kind, .file = w->id, .number = w->number,
		.interval = interval, .time = time,
	};
	struct bytes data = { 0 };
	int ret;

	if (!frame_pack(w->packer, &f, content, &data)) {
		bytes_free(&data);
		return trouble(why, TROUBLE_REFUSED, "an interval of %zu bytes is too long to be recorded, or memory is short",
			       content->nr);
	}
	ret = output_append(&w->file, &data);
	if (ret)
		cannot_write(w, why);
	else
		w->number++;
	if (data.nr > w->longest)
		w->longest = data.nr;
	bytes_free(&data);
	return ret;
}

/* All of the last reading. What was told of it before stays told. */
static int append_full(struct writer *w, const struct guests *g, struct trouble *why)
{
	struct bytes content = { 0 };
	struct told told = { 0 };
	int ret = -1;

	put_raw(&content, w->facts.data, w->facts.nr);
	if (encode_full(&content, &w->last, g, &told))
		ret = append(w, FRAME_FULL, w->interval, w->last.moment.real, &content, why);
	else
		trouble_memory(why);
	bytes_free(&content);
	if (!ret)
		w->since_full = 0;
	if (!ret && !w->told.vcpus)
		w->told = told;
	else
		told_free(&told);
	return ret;
}

int writer_begin(struct writer *w, struct reading *first, const struct guests *g,
		 struct trouble *why)
{
	w->last = *first;
	memset(first, 0, sizeof(*first));
	w->packer = packer_new();
	if (!w->packer)
		return trouble_memory(why);
	w->id = new_id(w);
	if (output_begin(&w->file, why))
		return -1;
	return append_full(w, g, why);
}

static int append_end(struct writer *w)
{
	struct bytes content = { 0 };
	struct trouble why;
	size_t at = record_begin(&content, RECORD_END);
	int ret;

	record_end(&content, at);
	ret = append(w, FRAME_END, w->interval, w->last.moment.real, &content, &why);
	bytes_free(&content);
	return ret;
}

/* The next file, which is whole without the one before it. -1 if that goes on. */
static int next_file(struct writer *w, struct trouble *why)
{
	append_end(w);
	if (output_begin(&w->file, why))
		return -1;
	w->id = new_id(w);
	w->number = 0;
	w->interval = 0;
	return 0;
}

static void keep(struct writer *w, struct reading *r, struct told *told)
{
	reading_free(&w->last);
	told_free(&w->told);
	w->last = *r;
	w->told = *told;
	memset(r, 0, sizeof(*r));
	w->interval++;
	w->since_full++;
	pending_clear(&w->pending);
}

/* In the second frame full accounts come again: the first may be what is damaged. */
static bool is_full_due(const struct writer *w)
{
	return w->interval == 1 || w->since_full >= FULL_EVERY;
}

static enum written write_changes(struct writer *w, struct reading *r, const struct guests *g,
				  struct trouble *why)
{
	struct bytes content = { 0 };
	struct told told = { 0 };
	enum written ret = WRITTEN;

	put_pending(&content, &w->pending);
	if (!encode_changes(&content, r, &w->last, g, &w->told, &told)) {
		trouble_memory(why);
		ret = WRITE_FAILED;
	} else if (append(w, FRAME_CHANGES, w->interval + 1, r->moment.real, &content, why)) {
		ret = NOT_WRITTEN;
	} else {
		keep(w, r, &told);
	}
	if (ret != WRITTEN)
		told_free(&told);
	bytes_free(&content);
	return ret;
}

enum written writer_interval(struct writer *w, struct reading *r, const struct guests *g,
			     struct trouble *why)
{
	struct trouble unused;
	enum written ret;

	/* An interval and full accounts may follow. One that no other can follow grows. */
	if (w->interval && w->file.size + 2 * w->longest > w->max_size)
		next_file(w, &unused);
	/* Of a file that was begun when nothing could be written. */
	if (!w->number && append_full(w, g, why)) {
		reading_free(r);
		return NOT_WRITTEN;
	}
	ret = write_changes(w, r, g, why);
	if (ret == WRITTEN && is_full_due(w))
		append_full(w, g, &unused);
	reading_free(r);
	return ret;
}

void writer_end(struct writer *w, bool as_it_should)
{
	if (as_it_should && w->file.fd >= 0)
		append_end(w);
	output_end(&w->file);
	packer_free(w->packer);
	bytes_free(&w->facts);
	pending_free(&w->pending);
	reading_free(&w->last);
	told_free(&w->told);
}
