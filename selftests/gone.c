// SPDX-License-Identifier: GPL-2.0-only
/* Whether VMs have ended, as the module sees it. */
#include "host.h"

bool vms_are_gone(void *arg)
{
	struct gone_wait *wait = arg;
	struct vm_list list;
	unsigned int gone = 0;

	if (vms_get(wait->wire, FILTER(.pid = wait->pid), &list))
		return false;
	for (unsigned int i = 0; i < list.nr; i++)
		gone += list.vms[i].gone;
	vms_free(&list);
	return gone == wait->vms;
}
