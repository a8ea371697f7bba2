// SPDX-License-Identifier: GPL-2.0-only
/* The tiny VMM: runs guests whose exits are known to the last one, and says what it made happen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "vmm.h"

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(unsigned int nr)
{
	struct vm *vms = calloc(nr, sizeof(*vms));
	bool ok = true;

	if (!vms)
		die(EXIT_SYSTEM, "no memory for '%u' VMs", nr);
	for (unsigned int i = 0; i < nr; i++)
		vm_create(&vms[i], opt.index + i);
	workers_start(vms, nr);
	wait_for_gate();
	pesters_start(vms, nr);
	workers_go();
	wait_for_workers(vms, nr);
	pesters_stop();

	for (unsigned int i = 0; i < nr; i++)
		if (!report_vm(&vms[i]))
			ok = false;
	if (fflush(stdout))
		die(EXIT_SYSTEM, "cannot write the report: %s", strerror(errno));
	if (opt.hold)
		wait_for_release();
	workers_join(vms, nr);
	return ok ? 0 : EXIT_WRONG;
}

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	signals_block();
	if (opt.fork)
		return run_forked(argv);
	raise_file_limit();
	kvm_open();
	return run(opt.vms);
}
