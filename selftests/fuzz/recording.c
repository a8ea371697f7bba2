// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of frames, each behind its kind and its length: with right sums around them, without
 * which hardly anything would be read.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/cause.h"
#include "record/frame.h"
#include "record/recording.h"

static void use(const struct interval *in)
{
	struct kvmlat_snapshot *delta = kvmlat_delta(in->newer, in->older), *kept;
	struct causes causes;
	size_t i, n;

	MUST(in->number);
	MUST(delta);
	for (i = 0; i < in->newer->nr_vcpus; i++) {
		const struct kvmlat_account *a = &in->newer->vcpus[i].account;

		for (n = 1; n < a->nr_reasons; n++)
			MUST(a->reasons[n - 1].cls < a->reasons[n].cls ||
			     a->reasons[n - 1].code < a->reasons[n].code);
		MUST(memchr(labels_thread(in->labels, in->newer->vcpus[i].vm_id,
					  in->newer->vcpus[i].vcpu_id), 0, THREAD_SIZE));
	}
	for (i = 0; i < in->nr_outliers; i++)
		causes_of(&in->outliers[i], in->newer->vendor, &causes);
	kept = recording_keep(in->newer);
	MUST(kept);
	kvmlat_snapshot_free(kept);
	kvmlat_snapshot_free(delta);
}

static void read_all(const char *path)
{
	struct trouble why;
	struct recording *r = recording_open(path, &why);
	struct interval in;
	uint32_t last = 0;
	char text[256];

	if (!r)
		return;
	while (recording_next(r, &in, &why) > 0) {
		MUST(in.number > last);
		last = in.number;
		use(&in);
	}
	losses_tell(recording_losses(r), text, sizeof(text));
	recording_close(r);
}

static void put_frames(struct bytes *file, const uint8_t *data, size_t size)
{
	struct packer *packer = packer_new();
	struct frame f = { .version = FORMAT_VERSION, .file = 1 };

	MUST(packer);
	while (size >= 3) {
		size_t len = data[1] | data[2] << 8;
		struct bytes content;

		f.kind = data[0] & 3;
		f.interval += f.kind == FRAME_CHANGES ? 1 + (data[0] >> 6) : 0;
		data += 3;
		size -= 3;
		len = len < size ? len : size;
		content = (struct bytes){ .data = (uint8_t *)data, .nr = len };
		MUST(frame_pack(packer, &f, &content, file));
		f.number++;
		data += len;
		size -= len;
	}
	packer_free(packer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = { 0 };
	char path[64];
	int fd;

	fd = memfd_create("recording", MFD_CLOEXEC);
	MUST(fd >= 0);
	/* Of an odd length it is a file as it is. */
	if (size & 1)
		put_raw(&file, data, size);
	else
		put_frames(&file, data, size);
	MUST(write(fd, file.data, file.nr) == (ssize_t)file.nr);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(path);
	close(fd);
	bytes_free(&file);
	return 0;
}
