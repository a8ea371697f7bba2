// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tracefs.h"

int tracefs_mount(void)
{
	if (!access(TRACEFS "/events", F_OK))
		return 0;
	return mount("tracefs", TRACEFS, "tracefs", 0, NULL) ? errno : 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static int set_trigger(const char *event, const char *sign, const char *spec)
{
	char path[160], text[200];

	snprintf(path, sizeof(path), TRACEFS "/events/%s/trigger", event);
	snprintf(text, sizeof(text), "%shist:%s", sign, spec);
	return write_file(path, text);
}

int hist_start(const char *event, const char *spec)
{
	return set_trigger(event, "", spec);
}

void hist_stop(const char *event, const char *spec)
{
	set_trigger(event, "!", spec);
}

/* The number behind the next colon, or false */
static bool next_number(char **s, uint64_t *n)
{
	char *colon = strchr(*s, ':'), *end;

	if (!colon)
		return false;
	*n = strtoull(colon + 1, &end, 0);
	if (end == colon + 1)
		return false;
	*s = end;
	return true;
}

/* { common_pid:        123, exit_reason:        114 } hitcount:       5000  ns:     123456 */
static bool parse_key(char *line, struct hist_key *k)
{
	char *values = strchr(line, '}');

	memset(k, 0, sizeof(*k));
	if (line[0] != '{' || !values)
		return false;
	*values++ = '\0';
	line++;
	if (!next_number(&line, &k->key[0]) || !next_number(&values, &k->hits))
		return false;
	next_number(&line, &k->key[1]);
	next_number(&values, &k->sum);
	return true;
}

int hist_read(const char *event, struct hist *hist)
{
	char path[160], line[512];
	FILE *f;

	snprintf(path, sizeof(path), TRACEFS "/events/%s/hist", event);
	memset(hist, 0, sizeof(*hist));
	f = fopen(path, "r");
	if (!f)
		return errno;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, " Hits: %" SCNu64, &hist->hits);
		sscanf(line, " Dropped: %" SCNu64, &hist->dropped);
		if (hist->nr < HIST_MAX_KEYS)
			hist->nr += parse_key(line, &hist->keys[hist->nr]);
	}
	fclose(f);
	return hist->dropped || hist->nr == HIST_MAX_KEYS ? EOVERFLOW : 0;
}

static uint64_t add_up(const struct hist *hist, uint64_t key0, uint64_t key1, bool hits)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < hist->nr; i++)
		if (hist->keys[i].key[0] == key0 && hist->keys[i].key[1] == key1)
			n += hits ? hist->keys[i].hits : hist->keys[i].sum;
	return n;
}

uint64_t hist_hits(const struct hist *hist, uint64_t key0, uint64_t key1)
{
	return add_up(hist, key0, key1, true);
}

uint64_t hist_sum(const struct hist *hist, uint64_t key0, uint64_t key1)
{
	return add_up(hist, key0, key1, false);
}

#define CALLS "kvmlat_calls"

int calls_watch(const char *function)
{
	char text[128];
	int err = tracefs_mount();

	if (err)
		return err;
	snprintf(text, sizeof(text), "p:" CALLS " %s\n", function);
	return write_file(TRACEFS "/kprobe_events", text) ?:
	       write_file(TRACEFS "/events/kprobes/" CALLS "/enable", "1");
}

int calls_unwatch(void)
{
	return write_file(TRACEFS "/events/kprobes/" CALLS "/enable", "0") ?:
	       write_file(TRACEFS "/kprobe_events", "-:" CALLS "\n");
}

int calls_seen(void)
{
	FILE *f = fopen(TRACEFS "/kprobe_profile", "r");
	char line[256], *at;
	int times = -1;

	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, CALLS);
		if (at)
			times = atoi(at + strlen(CALLS));
	}
	if (f)
		fclose(f);
	return times;
}

/* Those that come into what is traced, so that it can be told what they came into */
static const char *const interrupts[] = { "__sysvec_apic_timer_interrupt", "__common_interrupt" };

static int empty_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return close(fd) ? errno : 0;
}

int graph_start(const char *function)
{
	int err = tracefs_mount();

	err = err ?: empty_file(TRACEFS "/set_ftrace_filter");
	err = err ?: write_file(TRACEFS "/set_ftrace_filter", function);
	for (size_t i = 0; i < sizeof(interrupts) / sizeof(*interrupts); i++)
		err = err ?: write_file(TRACEFS "/set_ftrace_filter", interrupts[i]);
	err = err ?: write_file(TRACEFS "/current_tracer", "function_graph");
	return err ?: write_file(TRACEFS "/options/sleep-time", "0");
}

static bool is_interrupt(const char *line)
{
	for (size_t i = 0; i < sizeof(interrupts) / sizeof(*interrupts); i++)
		if (strstr(line, interrupts[i]))
			return true;
	return false;
}

/*
 * One that nothing came into: "0)   0.812 us    |  kvmlat_thread_end [kvmlat]();". One that an
 * interrupt came into: "0)               |  kvmlat_thread_end [kvmlat]() {". Where the module is
 * gone there is an address instead of a name.
 */
static void add_call(const char *line, struct graph *graph)
{
	bool alone = strstr(line, "();"), with = strstr(line, "() {");
	uint64_t ns;

	if (line[0] == '#' || (!alone && !with) || is_interrupt(line))
		return;
	graph->calls++;
	if (with) {
		graph->interrupted++;
		return;
	}
	line = strchr(line, ')') + 1;
	line += strspn(line, " +!#*@$");
	ns = strtod(line, NULL) * 1000 + 0.5;
	graph->sum += ns;
	if (ns > graph->longest)
		graph->longest = ns;
}

int graph_stop(struct graph *graph)
{
	FILE *f = fopen(TRACEFS "/trace", "r");
	int err = f ? 0 : errno, failed;
	char line[256];

	memset(graph, 0, sizeof(*graph));
	while (f && fgets(line, sizeof(line), f))
		add_call(line, graph);
	if (f)
		fclose(f);
	failed = write_file(TRACEFS "/current_tracer", "nop");
	err = err ?: failed;
	failed = empty_file(TRACEFS "/set_ftrace_filter");
	return err ?: failed;
}
