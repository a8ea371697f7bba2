// SPDX-License-Identifier: GPL-2.0-only
#include "replay.h"

/* grow_halt_poll_ns() of virt/kvm/kvm_main.c in Linux 6.1 to 7.3: 0 leaves the window as it is. */
static void grow(const struct replay_policy *p, struct replay *r)
{
	if (!p->grow)
		return;
	r->window *= p->grow;
	if (r->window < p->grow_start)
		r->window = p->grow_start;
}

/* shrink_halt_poll_ns(): 0 ends polling at once. */
static void shrink(const struct replay_policy *p, struct replay *r)
{
	r->window = p->shrink ? r->window / p->shrink : 0;
	if (r->window < p->grow_start)
		r->window = 0;
}

/* kvm_vcpu_halt(), of which the maximum bounds what a halt polls, not what has grown. */
void replay_halt(const struct replay_policy *p, struct replay *r, uint64_t ns)
{
	if (p->fixed || r->window > p->max)
		r->window = p->max;
	if (ns <= r->window) {
		r->polled++;
		r->burnt += ns;
		return;
	}
	r->slept++;
	r->burnt += r->window;
	if (p->fixed || !p->max)
		return;
	if (r->window && ns > p->max)
		shrink(p, r);
	else if (r->window < p->max && ns < p->max)
		grow(p, r);
}

void replay_all(const struct replay_policy *p, const uint64_t *halts, size_t nr, struct replay *r)
{
	size_t i;

	*r = (struct replay){ 0 };
	for (i = 0; i < nr; i++)
		replay_halt(p, r, halts[i]);
}
