// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode.h"
#include "frame.h"
#include "lib/internal.h"
#include "recording.h"

/**
 * struct recording - a file as far as it was read
 * @buf: what was read of it and not used up: @have bytes from @at on
 * @file: the frames' name for the file, which the first has
 * @number: of the last frame
 * @interval: the last that is known; @begun: there is one
 * @partial: since an interval was missed, until the next full frame
 */
struct recording {
	int		fd;
	uint8_t		*buf;
	size_t		room;
	size_t		at;
	size_t		have;
	bool		at_end;
	uint8_t		*content;
	size_t		room_content;
	bool		begun;
	uint64_t	file;
	uint32_t	number;
	uint32_t	interval;
	int64_t		begin;
	bool		partial;
	struct decoder	decoder;
	struct notes	notes;
	struct losses	losses;
};

enum found {
	FOUND,
	FOUND_END,
	FOUND_TROUBLE,
};

static bool reserve(uint8_t **buf, size_t *room, size_t size)
{
	uint8_t *more;

	if (size <= *room)
		return true;
	more = realloc(*buf, size);
	if (!more)
		return false;
	*buf = more;
	*room = size;
	return true;
}

/* So many bytes from r->at on, or all that there are. -1 with the reason. */
static int fill(struct recording *r, size_t size, struct trouble *why)
{
	ssize_t n;

	if (r->have >= size || r->at_end)
		return 0;
	if (r->at) {
		memmove(r->buf, r->buf + r->at, r->have);
		r->at = 0;
	}
	/* What the file does not have needs no memory. */
	while (r->have < size) {
		size_t more = 2 * r->have > 65536 ? 2 * r->have : 65536;

		if (r->have == r->room && !reserve(&r->buf, &r->room, more))
			return trouble_memory(why);
		n = read(r->fd, r->buf + r->have, r->room - r->have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return trouble(why, TROUBLE_REFUSED, "cannot read the recording: %s",
				       strerror(errno));
		if (!n) {
			r->at_end = true;
			break;
		}
		r->have += n;
	}
	return 0;
}

static void use_up(struct recording *r, size_t size)
{
	r->at += size;
	r->have -= size;
}

/* The frames of a file have its name and ascend. */
static bool belongs(const struct recording *r, const struct frame *f)
{
	return !r->begun || (f->file == r->file && f->number > r->number &&
			     f->interval >= r->interval);
}

/*
 * Finds the next frame that is whole up to its content's sum, passing over what is none. What is
 * passed over is damage.
 */
static enum found find_frame(struct recording *r, struct frame *f, struct trouble *why)
{
	uint64_t passed = 0;

	for (;;) {
		if (fill(r, HEAD_SIZE, why))
			return FOUND_TROUBLE;
		if (r->have < HEAD_SIZE)
			break;
		if (!frame_head(r->buf + r->at, f) || !belongs(r, f)) {
			use_up(r, 1);
			passed++;
			continue;
		}
		if (fill(r, HEAD_SIZE + f->len, why))
			return FOUND_TROUBLE;
		if (r->have < HEAD_SIZE + f->len)
			break;
		r->losses.damaged += passed;
		return FOUND;
	}
	r->losses.damaged += passed + r->have;
	r->losses.cut += passed + r->have;
	use_up(r, r->have);
	return FOUND_END;
}

/* DECODED_BAD has the frame passed over. */
static enum decoded open_frame(struct recording *r, const struct frame *f, struct input *content)
{
	const uint8_t *data = r->buf + r->at + HEAD_SIZE;

	if (!reserve(&r->content, &r->room_content, f->content + 1))
		return DECODED_NO_MEMORY;
	if (!frame_unpack(f, data, r->content))
		return DECODED_BAD;
	*content = (struct input){ .at = r->content, .end = r->content + f->content };
	return DECODED;
}

/* What is in a full frame is known already, unless something was missed. */
static enum decoded take_full(struct recording *r, const struct frame *f)
{
	uint32_t missed = f->interval - r->interval;
	bool bad = false;
	struct input content;
	enum decoded ret;

	if (r->decoder.now && r->notes.nr && !missed && !r->partial)
		return DECODED;
	ret = open_frame(r, f, &content);
	if (ret == DECODED && !notes_take(&r->notes, content, &bad))
		ret = bad ? DECODED_BAD : DECODED_NO_MEMORY;
	if (ret == DECODED)
		ret = decode_full(&r->decoder, content);
	if (ret != DECODED)
		return ret;
	r->losses.intervals += missed;
	r->interval = f->interval;
	r->partial = false;
	return ret;
}

static enum decoded take_changes(struct recording *r, const struct frame *f)
{
	uint32_t missed = f->interval - r->interval - 1;
	struct input content;
	enum decoded ret;

	if (f->interval == r->interval || !r->decoder.now)
		return DECODED_BAD;
	ret = open_frame(r, f, &content);
	if (ret == DECODED)
		ret = decode_changes(&r->decoder, content, missed);
	if (ret != DECODED)
		return ret;
	r->losses.intervals += missed;
	r->partial |= missed;
	r->interval = f->interval;
	r->losses.last = f->time;
	return ret;
}

static void begin(struct recording *r, const struct frame *f)
{
	if (r->begun)
		return;
	r->begun = true;
	r->file = f->file;
	r->begin = f->time;
	r->losses.last = f->time;
}

/* One frame. *@is_interval: it was one, and has been taken in. */
static enum decoded take(struct recording *r, const struct frame *f, bool *is_interval)
{
	enum decoded ret = DECODED;

	*is_interval = false;
	begin(r, f);
	switch (f->kind) {
	case FRAME_FULL:
		ret = take_full(r, f);
		break;
	case FRAME_CHANGES:
		ret = take_changes(r, f);
		*is_interval = ret == DECODED;
		break;
	case FRAME_END:
		r->losses.intervals += f->interval - r->interval;
		r->interval = f->interval;
		r->losses.ended = true;
		break;
	}
	r->number = f->number;
	if (ret == DECODED_BAD)
		r->losses.damaged += HEAD_SIZE + f->len;
	use_up(r, HEAD_SIZE + f->len);
	return ret;
}

static int step(struct recording *r, bool *is_interval, struct trouble *why)
{
	struct frame f;

	switch (find_frame(r, &f, why)) {
	case FOUND_END:
		return 0;
	case FOUND_TROUBLE:
		return -1;
	default:
		break;
	}
	if (f.version > FORMAT_VERSION)
		return trouble(why, TROUBLE_REFUSED,
			       "the recording is of version %u of the format, and this kvmlat knows up to %u",
			       f.version, FORMAT_VERSION);
	return take(r, &f, is_interval) == DECODED_NO_MEMORY ? trouble_memory(why) : 1;
}

struct recording *recording_open(const char *path, struct trouble *why)
{
	struct recording *r = calloc(1, sizeof(*r));
	bool is_interval;
	struct stat st;
	int ret;

	if (!r) {
		trouble_memory(why);
		return NULL;
	}
	/* A FIFO may wait for ever, and a device may have no end. */
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &st)) {
		trouble(why, trouble_of_errno(errno), "cannot read \"%.256s\": %s", path,
			strerror(errno));
		recording_close(r);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		trouble(why, TROUBLE_REFUSED, "\"%.256s\" is no file that can be read again", path);
		recording_close(r);
		return NULL;
	}
	ret = step(r, &is_interval, why);
	if (!ret && !r->begun)
		trouble(why, TROUBLE_REFUSED, "\"%.256s\" is no recording of \"kvmlat record\"",
			path);
	if (r->begun && ret >= 0)
		return r;
	recording_close(r);
	return NULL;
}

int recording_next(struct recording *r, struct interval *to, struct trouble *why)
{
	const struct decoder *d = &r->decoder;
	const struct events *e = &d->events;
	bool is_interval = false;
	int ret;

	do {
		ret = step(r, &is_interval, why);
	} while (ret > 0 && !is_interval);
	if (ret <= 0)
		return ret;
	*to = (struct interval){
		.number = r->interval, .older = d->before, .newer = d->now,
		.begin = d->begin, .end = d->end, .guests = &d->guests, .labels = &d->labels,
		.nr_outliers = e->nr_outliers, .outliers = e->outliers,
		.dropped_outliers = e->dropped_outliers,
		.nr_changes = e->nr_changes, .changes = e->changes,
		.dropped_changes = e->dropped_changes,
		.quotas = &e->quotas, .older_quotas = &e->older_quotas,
	};
	return 1;
}

int64_t recording_begin(const struct recording *r)
{
	return r->begin;
}

const struct notes *recording_notes(const struct recording *r)
{
	return &r->notes;
}

const struct losses *recording_losses(const struct recording *r)
{
	return &r->losses;
}

void recording_close(struct recording *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	decoder_free(&r->decoder);
	notes_free(&r->notes);
	free(r->buf);
	free(r->content);
	free(r);
}

bool losses_tell(const struct losses *l, char *text, size_t size)
{
	time_t seconds = l->last / (int64_t)NSEC_PER_SEC;
	char when[32] = "-";
	size_t n = 0;
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	text[0] = 0;
	if (l->intervals)
		n += snprintf(text, size, "%u interval%s missing: the file is damaged",
			      l->intervals, l->intervals == 1 ? " is" : "s are");
	if (!l->ended && n < size)
		n += snprintf(text + n, size - n, "%sthe recording has no end: what came after %s, less than an interval, is missing, or is still to come",
			      n ? "; " : "", when);
	else if (l->damaged && !n)
		n += snprintf(text, size, "%llu bytes of the file are damaged, and no interval is missing",
			      (unsigned long long)l->damaged);
	return n;
}

struct kvmlat_snapshot *recording_keep(const struct kvmlat_snapshot *snap)
{
	struct kvmlat_snapshot *s = malloc(sizeof(*s));
	size_t i;

	if (!s)
		return NULL;
	*s = *snap;
	s->vms = malloc((snap->nr_vms + 1) * sizeof(*s->vms));
	s->vcpus = malloc((snap->nr_vcpus + 1) * sizeof(*s->vcpus));
	if (!s->vms || !s->vcpus) {
		s->nr_vcpus = 0;
		kvmlat_snapshot_free(s);
		return NULL;
	}
	if (s->nr_vms)
		memcpy(s->vms, snap->vms, s->nr_vms * sizeof(*s->vms));
	for (i = 0; i < s->nr_vcpus; i++) {
		s->vcpus[i] = snap->vcpus[i];
		kvmlat_store_share(s->vcpus[i].account.store);
	}
	return s;
}
