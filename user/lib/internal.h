/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KVMLAT_INTERNAL_H
#define _KVMLAT_INTERNAL_H

#include <libmnl/libmnl.h>

#include "kvmlat.h"
#include "printable.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * A dump fills messages of up to 32 KiB, and the kernel sizes them by the largest buffer it has
 * seen a caller use: a generous one means fewer system calls, and never a cut message.
 */
#define KVMLAT_RECV_SIZE	(256 * 1024)

/* What a newer module sent that this library has no name for: so much, and the first of it. */
struct kvmlat_unknown {
	uint64_t	count;
	const char	*what;
	uint32_t	value;
};

/* send and recv are members so that a test can play the kernel's part. */
struct kvmlat {
	struct mnl_socket	*sock;
	ssize_t			(*send)(struct kvmlat *k, const void *buf, size_t len);
	ssize_t			(*recv)(struct kvmlat *k, void *buf, size_t len);
	void			*priv;
	uint16_t		family;
	uint32_t		seq;
	unsigned int		retries;
	struct kvmlat_unknown	unknown;
	char			*buf;
};

typedef int (*kvmlat_msg_fn)(const struct nlmsghdr *nlh, void *ctx, struct kvmlat_error *err);

/* error.c */
int kvmlat_fail(struct kvmlat_error *err, enum kvmlat_status status, int error,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int kvmlat_fail_ack(struct kvmlat_error *err, const struct nlmsghdr *reply,
		    const struct nlmsghdr *request);

/* unknown.c */
void kvmlat_skip(struct kvmlat_unknown *unknown, const char *what, uint32_t value);

/* socket.c */
int kvmlat_socket_open(struct kvmlat *k, struct kvmlat_error *err);
int kvmlat_talk(struct kvmlat *k, struct nlmsghdr *request, kvmlat_msg_fn fn, void *ctx,
		bool *interrupted, struct kvmlat_error *err);

/* mnl_nlmsg_ok() takes a length of 2 GiB and more for a negative one, and lets it through. */
static inline bool kvmlat_message_ok(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (uint32_t)len;
}

/* handle.c */
struct nlmsghdr *kvmlat_request(char *buf, uint16_t type, uint8_t cmd, uint8_t version,
				uint16_t flags);

/* knob.c */
/* Returns 1 for an event of a knob that is unknown, which @unknown has. */
int kvmlat_parse_event(const struct nlmsghdr *nlh, struct kvmlat_knob_event *event,
		       struct kvmlat_unknown *unknown, struct kvmlat_error *err);

/* What a dump with a cursor ends with. */
struct kvmlat_end {
	bool		seen;
	uint64_t	cursor;
	uint64_t	now;
	bool		changes;
};

/* parse.c */
int kvmlat_parse_end(const struct nlattr *nest, struct kvmlat_end *end, struct kvmlat_error *err);
void *kvmlat_grow(void *array, size_t n, size_t size);
int kvmlat_parse_info(const struct nlmsghdr *nlh, void *info, struct kvmlat_error *err);
int kvmlat_parse_vm(const struct nlmsghdr *nlh, struct kvmlat_vm *vm, struct kvmlat_error *err);

/* draft.c */
/*
 * Where a vCPU is put together, of as many messages as it takes. Its arrays are used again for the
 * next one, so that there is no allocation for each row.
 */
struct kvmlat_draft {
	struct kvmlat_vcpu	vcpu;
	bool			more;		/* the next message goes on with it */
	size_t			room_reasons;
	size_t			room_preemptors;
	size_t			room_details;
	size_t			room_buckets;
	size_t			nr_buckets;
	struct kvmlat_bucket	*buckets;	/* of all rows */
};

/* A vCPU of which nothing is known yet. */
void kvmlat_draft_begin(struct kvmlat_draft *draft);
/* The array with room for one more than @n; NULL if memory is short. */
void *kvmlat_draft_array(void *array, size_t n, size_t *room, size_t size);
/* Room for so many buckets more. -1 if memory is short. */
int kvmlat_draft_buckets(struct kvmlat_draft *draft, size_t n);
/* The draft as a vCPU in memory of its own, sorted. */
int kvmlat_draft_done(struct kvmlat_draft *draft, struct kvmlat_vcpu *vcpu,
		      struct kvmlat_error *err);
void kvmlat_draft_free(struct kvmlat_draft *draft);

/* parse_vcpu.c */
/* A further message of a vCPU, or the end of a dump with a cursor. */
int kvmlat_parse_vcpu(const struct nlmsghdr *nlh, struct kvmlat_draft *draft,
		      struct kvmlat_end *end, struct kvmlat_unknown *unknown,
		      struct kvmlat_error *err);

/* snapshot.c */
struct kvmlat_builder {
	struct kvmlat_snapshot	*snap;
	struct kvmlat_unknown	*unknown;
	struct kvmlat_draft	draft;
	struct kvmlat_end	end;
};

int kvmlat_add_vm(const struct nlmsghdr *nlh, void *builder, struct kvmlat_error *err);
int kvmlat_add_vcpu(const struct nlmsghdr *nlh, void *builder, struct kvmlat_error *err);
int kvmlat_finish(struct kvmlat_builder *b, struct kvmlat_error *err);
void kvmlat_drop_unreadable(struct kvmlat_snapshot *snap);
void kvmlat_clear_vms(struct kvmlat_snapshot *snap);
void kvmlat_clear_vcpus(struct kvmlat_snapshot *snap);

/*
 * refresh.c: makes what @snap, with the answer to a cursor of @old, has in full. Its VMs are those
 * that there are.
 */
int kvmlat_apply(struct kvmlat_snapshot *snap, const struct kvmlat_snapshot *old, uint64_t now);

/* store.c */
/* Sets the arrays of @a, with room for so many; returns that of the buckets, or NULL. */
struct kvmlat_bucket *kvmlat_store_new(struct kvmlat_account *a, size_t reasons, size_t buckets,
				       size_t preemptors, size_t details);
void kvmlat_store_share(struct kvmlat_store *store);
void kvmlat_store_put(struct kvmlat_store *store);
/* Copies @rows, and the preemptors and details of @a, to a new store. Those of before stay. */
int kvmlat_store_pack(struct kvmlat_account *a, const struct kvmlat_reason * const *rows,
		      size_t nr);
int kvmlat_store_leave(struct kvmlat_account *a);

/* account.c */
int kvmlat_cmp_reason(const struct kvmlat_reason *a, const struct kvmlat_reason *b);
int kvmlat_account_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			 const struct kvmlat_account *older);

/* detail.c */
void kvmlat_sort_details(struct kvmlat_account *account);
void kvmlat_details_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			  const struct kvmlat_account *older);
int kvmlat_details_merge(struct kvmlat_account *into, const struct kvmlat_account *from);

/* preemptor.c */
void kvmlat_preemptors_delta(struct kvmlat_account *to, const struct kvmlat_account *newer,
			     const struct kvmlat_account *older);
int kvmlat_preemptors_merge(struct kvmlat_account *into, const struct kvmlat_account *from);

/* exit_names.c; NULL for one that has no name */
const char *kvmlat_exit_name(uint32_t vendor, uint32_t code);

/* guest.c */
int kvmlat_parse_stat(const char *text, uint32_t *threads, uint64_t *start_ticks);

#endif /* _KVMLAT_INTERNAL_H */
