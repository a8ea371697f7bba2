// SPDX-License-Identifier: GPL-2.0-only
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "ledger/ledger.h"
#include "lock.h"
#include "reserve.h"
#include "vcpu.h"
#include "worker.h"

/*
 * How many objects wait: enough for 256 vCPUs that start at once, before the worker gets a
 * CPU that they leave it. Each needs up to 16 cells and twice as many segments.
 */
struct reserve {
	const char *name;
	size_t size;
	u32 target;
	u32 ready;
	raw_spinlock_t lock;
	void *first;			/* linked through the first word, else zeroed */
	struct kmem_cache *cache;
	atomic_t used;
};

enum { VM, VCPU, CELL, SEG, KINDS };

static struct reserve reserves[KINDS] = {
	[VM]	= { .name = "kvmlat_vm",   .size = sizeof(struct kvmlat_vm),   .target = 64 },
	[VCPU]	= { .name = "kvmlat_vcpu", .size = sizeof(struct kvmlat_vcpu), .target = 256 },
	[CELL]	= { .name = "kvmlat_cell", .size = sizeof(struct kvmlat_cell), .target = 4096 },
	[SEG]	= { .name = "kvmlat_seg",  .size = sizeof(struct kvmlat_seg),  .target = 8192 },
};

/* Cells that a reset threw away; a reader may still look at them under kvmlat_mutex. */
static struct kvmlat_cell *buried;
static DEFINE_RAW_SPINLOCK(buried_lock);

static void fill_all(void);
static void sweep(void);

static struct kvmlat_job fill_job = KVMLAT_JOB(fill_all);
static struct kvmlat_job sweep_job = KVMLAT_JOB(sweep);

static void *take(struct reserve *r)
{
	unsigned long flags;
	void **object;
	bool low;

	raw_spin_lock_irqsave(&r->lock, flags);
	object = r->first;
	if (object) {
		r->first = *object;
		*object = NULL;
		r->ready--;
	}
	low = r->ready < r->target - r->target / 8;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (low)
		kvmlat_worker_ask(&fill_job);
	if (object)
		atomic_inc(&r->used);
	return object;
}

static void put(struct reserve *r, void *object)
{
	kmem_cache_free(r->cache, object);
	atomic_dec(&r->used);
}

static int fill(struct reserve *r)
{
	unsigned long flags;

	while (READ_ONCE(r->ready) < r->target) {
		void **object = kmem_cache_zalloc(r->cache, GFP_KERNEL | __GFP_NOWARN);

		if (!object)
			return -ENOMEM;
		raw_spin_lock_irqsave(&r->lock, flags);
		*object = r->first;
		r->first = object;
		r->ready++;
		raw_spin_unlock_irqrestore(&r->lock, flags);
	}
	return 0;
}

struct kvmlat_cell *kvmlat_reserve_cell(void)
{
	return take(&reserves[CELL]);
}

struct kvmlat_seg *kvmlat_reserve_seg(void)
{
	return take(&reserves[SEG]);
}

struct kvmlat_vcpu *kvmlat_reserve_vcpu(void)
{
	return take(&reserves[VCPU]);
}

struct kvmlat_vm *kvmlat_reserve_vm(void)
{
	return take(&reserves[VM]);
}

/* Called by probes. */
void kvmlat_reserve_bury(struct kvmlat_cell *first)
{
	struct kvmlat_cell *last = first;
	unsigned long flags;

	while (last->next_dead)
		last = last->next_dead;
	raw_spin_lock_irqsave(&buried_lock, flags);
	last->next_dead = buried;
	buried = first;
	raw_spin_unlock_irqrestore(&buried_lock, flags);
	kvmlat_worker_ask(&sweep_job);
}

static void free_cell(struct kvmlat_cell *cell)
{
	u32 i;

	for (i = 0; i < KVMLAT_SEGS; i++) {
		if (cell->seg[i])
			put(&reserves[SEG], cell->seg[i]);
	}
	put(&reserves[CELL], cell);
}

/* Frees what resets threw away. The writer has let go of it, and readers hold kvmlat_mutex. */
static void sweep(void)
{
	struct kvmlat_cell *cell, *next;

	mutex_lock(&kvmlat_mutex);
	raw_spin_lock_irq(&buried_lock);
	cell = buried;
	buried = NULL;
	raw_spin_unlock_irq(&buried_lock);
	for (; cell; cell = next) {
		next = cell->next_dead;
		free_cell(cell);
	}
	mutex_unlock(&kvmlat_mutex);
}

void kvmlat_reserve_free_vcpu(struct kvmlat_vcpu *vcpu)
{
	u32 i;

	for (i = 0; i < vcpu->ledger.cells; i++)
		free_cell(vcpu->ledger.cell[i]);
	put(&reserves[VCPU], vcpu);
}

void kvmlat_reserve_free_vm(struct kvmlat_vm *vm)
{
	put(&reserves[VM], vm);
}

/* Without memory now, the next probe that takes something asks again. */
static void fill_all(void)
{
	int i;

	for (i = 0; i < KINDS; i++)
		fill(&reserves[i]);
}

/**
 * kvmlat_reserve_memory() - bytes of all objects, in use and waiting
 */
u64 kvmlat_reserve_memory(void)
{
	u64 bytes = 0;
	int i;

	for (i = 0; i < KINDS; i++)
		bytes += ((u64)READ_ONCE(reserves[i].ready) + atomic_read(&reserves[i].used)) *
			 reserves[i].size;
	return bytes;
}

int kvmlat_reserve_init(void)
{
	int i;

	for (i = 0; i < KINDS; i++) {
		struct reserve *r = &reserves[i];

		raw_spin_lock_init(&r->lock);
		r->cache = kmem_cache_create(r->name, r->size, 0, SLAB_HWCACHE_ALIGN, NULL);
		if (!r->cache || fill(r)) {
			kvmlat_reserve_exit();
			return -ENOMEM;
		}
	}
	kvmlat_worker_register(&fill_job);
	kvmlat_worker_register(&sweep_job);
	return 0;
}

/* Everything that was taken has been freed. kmem_cache_destroy() complains otherwise. */
void kvmlat_reserve_exit(void)
{
	int i;

	sweep();
	for (i = 0; i < KINDS; i++) {
		struct reserve *r = &reserves[i];
		void **object;

		while ((object = r->first)) {
			r->first = *object;
			r->ready--;
			kmem_cache_free(r->cache, object);
		}
		kmem_cache_destroy(r->cache);
		r->cache = NULL;
	}
}
