// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"
#include "modprobe.h"

#define BLANKS	" \t\\\n"

const char *modprobe_module(const struct kvmlat_knob_value *k)
{
	if (k->id <= KVMLAT_KNOB_HALT_POLL_NS_SHRINK)
		return "kvm";
	return k->id <= KVMLAT_KNOB_PLE_GAP ? "kvm_intel" : "kvm_amd";
}

bool modprobe_loaded(const char *module)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/sys/module/%s", path_root(), module);
	return !access(path, F_OK);
}

/* Only modules, not what is built in, have an initial state. */
bool modprobe_takes(const char *module, char *why, size_t size)
{
	char path[512];

	if (!modprobe_loaded(module)) {
		snprintf(why, size, "module \"%s\" is not loaded on this host", module);
		return false;
	}
	snprintf(path, sizeof(path), "%s/sys/module/%s/initstate", path_root(), module);
	if (access(path, F_OK)) {
		snprintf(why, size,
			 "\"%s\" is part of this kernel, not a module: put %s.PARAMETER=VALUE on the kernel's command line",
			 module, module);
		return false;
	}
	return true;
}

int modprobe_add(struct module_options *o, const char *module, const char *name, uint64_t value,
		 char *why, size_t size)
{
	size_t i;

	for (i = 0; i < o->nr; i++) {
		if (strcmp(o->all[i].module, module) || strcmp(o->all[i].name, name))
			continue;
		snprintf(why, size, "knob \"%s\" comes twice", name);
		return -1;
	}
	if (o->nr == KVMLAT_KNOBS_MAX) {
		snprintf(why, size, "more than %d options are too many for one command",
			 KVMLAT_KNOBS_MAX);
		return -1;
	}
	o->all[o->nr++] = (struct module_option){ module, name, value };
	return 0;
}

static bool same_name(const char *word, size_t len, const char *name)
{
	size_t i;

	for (i = 0; i < len && name[i]; i++)
		if (word[i] != name[i] && !(word[i] == '-' && name[i] == '_'))
			return false;
	return i == len && !name[i];
}

/* The next word of a line, of which continuation lines are a part. */
static const char *word(const char **at, const char *end, size_t *len)
{
	const char *p = *at;

	while (p < end && strchr(BLANKS, *p))
		p++;
	*at = p;
	while (*at < end && !strchr(BLANKS, **at))
		(*at)++;
	*len = *at - p;
	return *len ? p : NULL;
}

static const char *line_end(const char *p)
{
	bool goes_on = false;

	for (; *p; p++) {
		if (*p == '\n' && !goes_on)
			return p + 1;
		goes_on = *p == '\\';
	}
	return p;
}

static bool is_options(const char **at, const char *end, const char **module, size_t *len)
{
	const char *w = word(at, end, len);

	if (!w || *len != strlen("options") || strncmp(w, "options", *len))
		return false;
	*module = word(at, end, len);
	return *module;
}

/* Copies a line; of each option found in it, the value is replaced. */
static void edit_line(FILE *to, const char *line, const char *end,
		      const struct module_option *options, size_t nr, bool *found)
{
	const char *at = line, *module, *w, *copied = line;
	size_t len, i, module_len;

	if (is_options(&at, end, &module, &module_len)) {
		while ((w = word(&at, end, &len))) {
			const char *equals = memchr(w, '=', len);
			size_t name = equals ? (size_t)(equals - w) : len;

			for (i = 0; i < nr; i++) {
				if (!same_name(module, module_len, options[i].module) ||
				    !same_name(w, name, options[i].name))
					continue;
				fwrite(copied, 1, w - copied, to);
				fprintf(to, "%s=%" PRIu64, options[i].name, options[i].value);
				copied = at;
				found[i] = true;
			}
		}
	}
	fwrite(copied, 1, end - copied, to);
}

bool modprobe_find(const char *text, const char *module, const char *name, char *value,
		   size_t size)
{
	const char *p, *end, *at, *has, *w;
	size_t len, has_len;
	bool found = false;

	for (p = text; *p; p = end) {
		end = line_end(p);
		at = p;
		if (!is_options(&at, end, &has, &has_len) || !same_name(has, has_len, module))
			continue;
		while ((w = word(&at, end, &len))) {
			const char *equals = memchr(w, '=', len);
			size_t n = equals ? (size_t)(equals - w) : len;

			if (!same_name(w, n, name))
				continue;
			snprintf(value, size, "%.*s", equals ? (int)(len - n - 1) : 0, w + n + 1);
			found = true;
		}
	}
	return found;
}

char *modprobe_edit(const char *old, const struct module_option *options, size_t nr)
{
	bool *found = calloc(nr + 1, sizeof(*found));
	const char *end, *p;
	char *text = NULL;
	size_t len = 0, i;
	FILE *to;

	to = found ? open_memstream(&text, &len) : NULL;
	if (!to) {
		free(found);
		return NULL;
	}
	for (p = old; *p; p = end) {
		end = line_end(p);
		edit_line(to, p, end, options, nr, found);
	}
	if (p > old && p[-1] != '\n')
		fputc('\n', to);
	/* A last line that goes on would take in what is added below it. */
	if (p > old && p[-(p[-1] == '\n' && p - old > 1) - 1] == '\\')
		fputc('\n', to);
	for (i = 0; i < nr; i++)
		if (!found[i])
			fprintf(to, "options %s %s=%" PRIu64 "\n", options[i].module,
				options[i].name, options[i].value);
	free(found);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}

static int replace(const char *path, const struct module_option *options, size_t nr, char *why,
		   size_t size)
{
	char *old = file_read(path), *new;
	int ret = -1;

	if (!old && errno != ENOENT) {
		snprintf(why, size, "cannot read \"%s\": %s", path, strerror(errno));
		return -1;
	}
	new = modprobe_edit(old ? old : "# Written by \"kvmlat set --persist\"; other lines are kept.\n",
			    options, nr);
	if (!new)
		snprintf(why, size, "out of memory");
	else if (file_replace(path, new))
		snprintf(why, size, "cannot write \"%s\": %s", path, strerror(errno));
	else
		ret = 0;
	free(old);
	free(new);
	return ret;
}

int modprobe_write(const char *path, const struct module_option *options, size_t nr, char *why,
		   size_t size)
{
	int lock = lock_take("modprobe.lock", true, why, size), ret;

	if (lock < 0)
		return -1;
	ret = replace(path, options, nr, why, size);
	close(lock);
	return ret;
}
