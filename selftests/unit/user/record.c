// SPDX-License-Identifier: GPL-2.0-only
#include "top/record.h"
#include "tap.h"
#include "text.h"
#include "top.h"

/* A host after two seconds, or, if @once, all that was until then. */
static struct top begin(enum level level, bool once)
{
	struct host h = host_new();
	struct top t = { .once = once, .taken = 1700000000, .track.since_start = once };
	int i;

	pane_init(&t.pane);
	pane_go(&t.pane, level);
	for (i = 0; i < 2; i++) {
		host_second(&h);
		if (i || !once)
			EXPECT(!track_feed(&t.track, host_snapshot(&h), true, h.now / SECOND));
	}
	EXPECT(!pane_collect(&t.pane, &t.track));
	return t;
}

static void end(struct top *t)
{
	pane_free(&t->pane);
	track_free(&t->track);
}

static void csv_of(enum level level, bool once)
{
	struct top t = begin(level, once);
	FILE *to = open_text();

	record_csv(to, &t, true);
	fclose(to);
	end(&t);
}

static void columns_of_csv_are_fixed(void)
{
	csv_of(LEVEL_VMS, false);
	EXPECT(before("time,scope,vm_id,pid,guest,vcpu_id,tid,exits_per_s,guest_percent,exit_percent,user_percent,poll_percent,wait_percent,runq_percent,off_percent,wake_p99_ns,runq_p99_ns,wake_max_bound_ns,runq_max_bound_ns\n",
		      "1700000000,all,,,,,,4000.0,46.667,3.333,0.000,0.000,33.333,16.667,0.000,"));
	EXPECT(before("1700000000,vm,2,502,web,,,4000.0,",
		      "1700000000,vm,1,501,db,,,0.0,0.000,0.000,0.000,0.000,100.000,0.000,"
		      "0.000,,,,\n"));
	EXPECT_EQ(nr_lines(), 4);
	csv_of(LEVEL_VCPUS, false);
	EXPECT(before("1700000000,vcpu,2,502,web,1,1002,3000.0,50.000,",
		      "1700000000,vcpu,2,502,web,0,1001,1000.0,90.000,"));
}

static void once_is_since_the_start(void)
{
	csv_of(LEVEL_VCPUS, true);
	EXPECT(before("1700000000,vcpu,2,502,web,1,1002,3000.0,50.000,",
		      "1700000000,vcpu,2,502,web,0,1001,1000.0,90.000,10.000,"));
	EXPECT(strstr(text, ",0,1001,1000.0,90.000,10.000,0.000,0.000,0.000,"
			    "0.000,0.000,9700,,10000,\n"));
	free(text);
	text = NULL;
}

static void json_is_as_its_schema(void)
{
	enum level level;

	for (level = LEVEL_VMS; level <= LEVEL_VCPUS; level++) {
		struct top t = begin(level, level == LEVEL_VCPUS);
		FILE *to = open_text();

		record_json(to, &t);
		fclose(to);
		EXPECT(valid("top"));
		EXPECT(strstr(text, level == LEVEL_VMS ?
			      "{\"scope\":\"vm\",\"vm_id\":2,\"pid\":502," :
			      "\"vcpu_id\":1,\"tid\":1002,\"thread\":null,\"vcpus\":1,"));
		EXPECT(strstr(text, level == LEVEL_VMS ? "\"cumulative\":false" :
							"\"cumulative\":true"));
		end(&t);
	}
	free(text);
	text = NULL;
}

static const struct tap_case cases[] = {
	{ "columns of CSV are fixed", columns_of_csv_are_fixed },
	{ "once is since the start", once_is_since_the_start },
	{ "JSON is as its schema", json_is_as_its_schema },
};

int main(void)
{
	return tap_run(cases, TAP_CASES(cases));
}
