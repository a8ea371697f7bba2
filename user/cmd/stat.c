// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "../command.h"
#include "../guests.h"
#include "../options.h"
#include "../out/out.h"
#include "../workload.h"

/* How often to look for VMs whose names must be learnt before their processes end. */
#define LEARN_NS	(NSEC_PER_SEC / 20)

static const char usage[] =
"Usage: kvmlat stat [OPTION]... [[--] COMMAND [ARG]...]\n"
"\n"
"Show where the time of vCPUs goes and what exits cost, per VM, every second; or, with\n"
"COMMAND, what happened while COMMAND ran.\n"
"\n"
"  -1, --once          once, since the start of the accounts\n"
"  -i, --interval SEC  show every SEC seconds (1)\n"
"  -d, --duration SEC  end after SEC seconds\n"
"  -a, --all           all VMs in one\n"
"      --per-vcpu      each vCPU on its own\n"
"      --vcpu N        only the vCPUs of this id, each on its own\n"
"  -p, --pid PID       only the VMs of this process\n"
"  -g, --guest NAME    only the VM of this guest name\n"
"      --vm ID         only the VM of this id, which list shows\n"
"  -k, --key KEY       sort by count (default), time, mean, max, p99 or reason\n"
"  -z, --skip-zero-records\n"
"                      leave out reasons, and VMs, without any exit\n"
"  -o, --output FILE   write to FILE\n"
"      --json          one JSON object a line\n"
"      --csv           comma separated, with one header\n";

enum {
	OPT_PER_VCPU = 256,
	OPT_VCPU,
	OPT_VM,
	OPT_JSON,
	OPT_CSV,
};

static const struct option long_options[] = {
	{ "once", no_argument, NULL, '1' },
	{ "interval", required_argument, NULL, 'i' },
	{ "duration", required_argument, NULL, 'd' },
	{ "all", no_argument, NULL, 'a' },
	{ "per-vcpu", no_argument, NULL, OPT_PER_VCPU },
	{ "vcpu", required_argument, NULL, OPT_VCPU },
	{ "pid", required_argument, NULL, 'p' },
	{ "vm", required_argument, NULL, OPT_VM },
	{ "guest", required_argument, NULL, 'g' },
	{ "key", required_argument, NULL, 'k' },
	{ "skip-zero-records", no_argument, NULL, 'z' },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ 0 }
};

struct stat {
	bool			once;
	bool			all;
	bool			per_vcpu;
	bool			skip_zeros;
	uint64_t		interval;
	uint64_t		duration;
	enum sort_key		key;
	struct selection	sel;
	struct kvmlat_filter	filter;
	const char		*output;
	const struct format	*format;
	char			**command;

	FILE			*to;
	struct kvmlat		*k;
	struct guests		guests;
	bool			selected;
	bool			shown;
};

static int parse_options(struct stat *s, int argc, char **argv)
{
	struct kvmlat_filter *f = &s->filter;
	char why[256];
	int c;

	while ((c = next_option(argc, argv, "+:1i:d:ap:g:k:zo:", long_options)) != -1) {
		bool ok = true;

		switch (c) {
		case '1':
			s->once = true;
			break;
		case 'i':
			ok = parse_seconds("interval", optarg, &s->interval, why, sizeof(why));
			break;
		case 'd':
			ok = parse_seconds("duration", optarg, &s->duration, why, sizeof(why));
			break;
		case 'a':
			s->all = true;
			break;
		case OPT_PER_VCPU:
			s->per_vcpu = true;
			break;
		case OPT_VCPU:
			ok = parse_u32("vCPU", optarg, 0, &f->vcpu_id, why, sizeof(why));
			f->has_vcpu_id = true;
			break;
		case 'p':
			ok = parse_u32("pid", optarg, 1, &s->sel.pid, why, sizeof(why));
			break;
		case OPT_VM:
			ok = parse_u32("VM", optarg, 1, &s->sel.vm_id, why, sizeof(why));
			break;
		case 'g':
			ok = parse_guest(optarg, why, sizeof(why));
			s->sel.guest = optarg;
			break;
		case 'k':
			ok = parse_key(optarg, &s->key, why, sizeof(why));
			break;
		case 'z':
			s->skip_zeros = true;
			break;
		case 'o':
			s->output = optarg;
			break;
		case OPT_JSON:
			s->format = &json_format;
			break;
		case OPT_CSV:
			s->format = &csv_format;
			break;
		default:
			return EXIT_USAGE;
		}
		if (!ok)
			return complain(EXIT_USAGE, "stat: %s", why);
	}
	if (optind < argc)
		s->command = argv + optind;
	return EXIT_OK;
}

static int check_options(const struct stat *s)
{
	if (s->once && (s->interval || s->duration))
		return complain(EXIT_USAGE, "stat: --once shows one table: --interval and --duration do not go with it");
	if (s->command && (s->once || s->duration))
		return complain(EXIT_USAGE, "stat: \"%s\" says how long to measure: --once and --duration do not go with a command",
				s->command[0]);
	if (s->all && (s->per_vcpu || s->filter.has_vcpu_id))
		return complain(EXIT_USAGE, "stat: --all does not go with --per-vcpu or --vcpu");
	return EXIT_OK;
}

static enum scope scope_of(const struct stat *s)
{
	if (s->all)
		return SCOPE_ALL;
	return s->per_vcpu || s->filter.has_vcpu_id ? SCOPE_VCPU : SCOPE_VM;
}

static int learn(struct stat *s)
{
	struct kvmlat_error err = { 0 };
	struct kvmlat_snapshot *snap;
	int ret;

	if (kvmlat_get_vms(s->k, NULL, &snap, &err))
		return complain_kvmlat(&err);
	ret = guests_learn(&s->guests, snap);
	if (!ret && !s->selected && !s->command)
		ret = guests_select(&s->guests, snap, &s->sel, &s->filter);
	else if (ret)
		ret = complain(EXIT_REFUSED, "out of memory");
	s->selected = !s->command;
	kvmlat_snapshot_free(snap);
	return ret;
}

/* Leaves only what matches: a command may start the VM that the user asked for. */
static int narrow(struct stat *s, struct kvmlat_snapshot *snap)
{
	struct kvmlat_filter f = { 0 };
	size_t i, n;
	int ret;

	ret = guests_select(&s->guests, snap, &s->sel, &f);
	if (ret)
		return ret;
	for (i = n = 0; i < snap->nr_vcpus; i++) {
		struct kvmlat_vcpu *v = &snap->vcpus[i];

		if ((f.pid && v->pid != f.pid) || (f.vm_id && v->vm_id != f.vm_id))
			kvmlat_account_free(&v->account);
		else
			snap->vcpus[n++] = *v;
	}
	snap->nr_vcpus = n;
	return EXIT_OK;
}

static int take(struct stat *s, struct kvmlat_snapshot **snap)
{
	struct kvmlat_error err = { 0 };

	if (kvmlat_get_snapshot(s->k, &s->filter, snap, &err))
		return complain_kvmlat(&err);
	if (guests_learn(&s->guests, *snap))
		return complain(EXIT_REFUSED, "out of memory");
	return EXIT_OK;
}

static int show(struct stat *s, const struct kvmlat_snapshot *snap, bool cumulative)
{
	struct sample *sample;

	sample = sample_make(snap, &s->guests, scope_of(s), s->key, s->skip_zeros, cumulative);
	if (!sample)
		return complain(EXIT_REFUSED, "out of memory");
	if (sample->nr_blocks || cumulative || !s->skip_zeros) {
		s->format->stat(s->to, sample, !s->shown);
		s->shown = true;
	}
	sample_free(sample);
	if (fflush(s->to))
		return complain(EXIT_REFUSED, "cannot write the output: %s", strerror(errno));
	return EXIT_OK;
}

static int show_delta(struct stat *s, const struct kvmlat_snapshot *newer,
		      const struct kvmlat_snapshot *older)
{
	struct kvmlat_snapshot *delta = kvmlat_delta(newer, older);
	int ret = EXIT_OK;

	if (!delta)
		return complain(EXIT_REFUSED, "out of memory");
	if (s->command)
		ret = narrow(s, delta);
	if (ret == EXIT_OK)
		ret = show(s, delta, false);
	kvmlat_snapshot_free(delta);
	return ret;
}

static int show_once(struct stat *s)
{
	struct kvmlat_snapshot *snap;
	int ret = take(s, &snap);

	if (ret)
		return ret;
	if (!snap->nr_vcpus && s->filter.has_vcpu_id)
		ret = complain(EXIT_NO_VM, "no VM that is asked for has a vCPU %u",
			       s->filter.vcpu_id);
	else
		ret = show(s, snap, true);
	kvmlat_snapshot_free(snap);
	return ret;
}

/* The VM that was asked for ended, and with it what can be shown of it. */
static bool is_over(const struct stat *s, const struct kvmlat_snapshot *snap)
{
	size_t i;

	if (s->command || !selects(&s->sel))
		return false;
	for (i = 0; i < snap->nr_vms; i++)
		if (!snap->vms[i].gone)
			return false;
	return true;
}

/* Shows an interval after the other; @older is what the first begins at, and is freed. */
static int show_intervals(struct stat *s, struct kvmlat_snapshot *older, struct workload *w)
{
	uint64_t interval = s->interval ? s->interval : NSEC_PER_SEC;
	uint64_t start = monotonic_ns(), next = start + interval;
	uint64_t end = s->duration ? start + s->duration : UINT64_MAX;
	struct kvmlat_snapshot *newer;
	bool last;
	int ret;

	do {
		enum wake wake = wait_until(next < end ? next : end, w);

		ret = take(s, &newer);
		if (ret)
			break;
		last = wake != WAKE_TIME || next >= end || is_over(s, newer);
		ret = show_delta(s, newer, older);
		kvmlat_snapshot_free(older);
		older = newer;
		/* An interval that the machine slept through is not caught up with. */
		while (next <= monotonic_ns())
			next += interval;
	} while (!ret && !last);
	kvmlat_snapshot_free(older);
	return ret;
}

/* One table for all the time of the command, as perf stat without -I. */
static int show_whole(struct stat *s, struct kvmlat_snapshot *older, struct workload *w)
{
	struct kvmlat_snapshot *newer;
	int ret = EXIT_OK;

	while (wait_until(monotonic_ns() + LEARN_NS, w) == WAKE_TIME && !ret)
		ret = learn(s);
	if (!ret)
		ret = take(s, &newer);
	if (!ret) {
		ret = show_delta(s, newer, older);
		kvmlat_snapshot_free(newer);
	}
	kvmlat_snapshot_free(older);
	return ret;
}

static int measure_command(struct stat *s)
{
	struct kvmlat_snapshot *older;
	struct workload w = { 0 };
	int ret, error;

	if (workload_start(&w, s->command))
		return complain(EXIT_REFUSED, "cannot start \"%s\": %s", s->command[0],
				strerror(errno));
	ret = take(s, &older);
	if (ret)
		return ret;
	guests_expect(&s->guests, w.pid, s->command);
	error = workload_release(&w);
	if (error) {
		kvmlat_snapshot_free(older);
		workload_exit_code(&w);
		return complain(error == ENOENT ? 127 : 126, "cannot run \"%s\": %s",
				s->command[0], strerror(error));
	}
	ret = s->interval ? show_intervals(s, older, &w) : show_whole(s, older, &w);
	/* What could not be shown was told; the command's own verdict goes before it. */
	error = workload_exit_code(&w);
	return error ? error : ret;
}

static int measure(struct stat *s)
{
	struct kvmlat_snapshot *older;
	int ret = learn(s);

	if (ret)
		return ret;
	signals_hold();
	if (s->command)
		return measure_command(s);
	if (s->once)
		return show_once(s);
	ret = take(s, &older);
	return ret ? ret : show_intervals(s, older, NULL);
}

static int run(int argc, char **argv)
{
	struct stat s = { .format = &table_format, .filter.histograms = true };
	struct kvmlat_error err = { 0 };
	int ret;

	ret = parse_options(&s, argc, argv);
	if (!ret)
		ret = check_options(&s);
	if (ret)
		return ret;
	if (kvmlat_open(&s.k, &err))
		return complain_kvmlat(&err);

	/* The command's own output stays as it is without us. */
	s.to = s.command ? stderr : stdout;
	if (s.output)
		s.to = fopen(s.output, "we");
	if (s.to)
		ret = measure(&s);
	else
		ret = complain(EXIT_REFUSED, "cannot write \"%s\": %s", s.output,
			       strerror(errno));
	if (s.output && s.to)
		fclose(s.to);
	guests_free(&s.guests);
	kvmlat_close(s.k);
	return ret;
}

COMMAND(stat, run, "show what exits cost, live or of a command", usage);
