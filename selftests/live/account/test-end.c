// SPDX-License-Identifier: GPL-2.0-only
/*
 * For how long the module has IRQs off when a VM of many vCPUs ends. In the lab with --icount a
 * nanosecond is an instruction.
 */
#include "lib/host.h"
#include "lib/many.h"
#include "lib/tracefs.h"

#define MANY	1024
/* What security.rst promises; the tracer's own share is in what is measured */
#define OFF_NS	20000
/* A tick each 4 ms comes into few of them */
#define INTERRUPTED	50

FIXTURE(end)
{
	struct host host;
	struct many many;
};

FIXTURE_SETUP(end)
{
	HOST_UP(&self->host, NULL);
	self->many.vm = -1;
}

FIXTURE_TEARDOWN(end)
{
	if (self->many.vm >= 0)
		many_end(&self->many);
	HOST_DOWN(&self->host);
}

/*
 * Where KVM ends the VM no tracer looks into the module, which a kprobe has called. An unload ends
 * VMs by the same code.
 */
TEST_F_TIMEOUT(end, keeps_irqs_off_for_one_vcpu_at_a_time, TEST_S)
{
	struct graph graph;

	ASSERT_EQ(0, many_start(&self->many, MANY, 1));
	for (unsigned int v = 0; v < MANY; v++)
		ASSERT_EQ(0, many_run(&self->many, v));
	wire_close(&self->host.wire);
	ASSERT_EQ(0, graph_start("kvmlat_thread_end"));
	EXPECT_EQ(0, kvmlat_unload());
	ASSERT_EQ(0, graph_stop(&graph));
	TH_LOG("%u times, %llu ns in all and %llu at most with the tracer, %u times interrupted",
	       graph.calls, (unsigned long long)graph.sum, (unsigned long long)graph.longest,
	       graph.interrupted);
	EXPECT_EQ(MANY, graph.calls);
	EXPECT_GE(INTERRUPTED, graph.interrupted);
	EXPECT_LT(0, graph.longest);
	EXPECT_GE(OFF_NS, graph.longest);
	many_end(&self->many);
}

TEST_HARNESS_MAIN
