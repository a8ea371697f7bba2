// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "read.h"

void clean_text(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* A terminal may see all of it. */
static void clean(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((text[i] < ' ' || text[i] > '~') && text[i] != '\n')
			text[i] = text[i] == '\t' ? ' ' : '?';
}

char *read_text(const char *path)
{
	char name[1024], *text;
	size_t used = 0;
	ssize_t n = 0;
	int fd, error;

	snprintf(name, sizeof(name), "%s%s", path_root(), path);
	/* Of a pipe, which no kernel has there, nobody waits for a writer. */
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	text = malloc(FACT_SIZE + 1);
	while (text && used < FACT_SIZE && (n = read(fd, text + used, FACT_SIZE - used)) > 0)
		used += n;
	error = errno;
	close(fd);
	if (text && n < 0) {
		free(text);
		errno = error;
		return NULL;
	}
	if (text) {
		clean(text, used);
		text[used] = 0;
	}
	return text;
}

bool read_line(const char *path, char *line, size_t size)
{
	char *text = read_text(path);

	if (!text)
		return false;
	snprintf(line, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return true;
}

bool read_number(const char *path, int64_t *number)
{
	char line[64], *end;

	if (!read_line(path, line, sizeof(line)))
		return false;
	errno = 0;
	*number = strtoll(line, &end, 10);
	return end != line && !*end && !errno;
}

bool has_folder(const char *path)
{
	struct dirent *entry;
	char name[1024];
	bool has = false;
	DIR *dir;

	snprintf(name, sizeof(name), "%s%s", path_root(), path);
	dir = opendir(name);
	while (dir && !has && (entry = readdir(dir)))
		has = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (dir)
		closedir(dir);
	return has;
}

enum known absent_in(const char *folder)
{
	return errno == ENOENT && has_folder(folder) ? ABSENT : UNREAD;
}

bool each_number(const char *folder, bool (*each)(uint32_t number, void *user), void *user)
{
	struct dirent *entry;
	char name[1024], *end;
	unsigned long number;
	bool good = true;
	DIR *dir;

	snprintf(name, sizeof(name), "%s%s", path_root(), folder);
	dir = opendir(name);
	if (!dir)
		return false;
	while (good && (entry = readdir(dir))) {
		number = strtoul(entry->d_name, &end, 10);
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && !*end &&
		    number <= UINT32_MAX)
			good = each(number, user);
	}
	closedir(dir);
	return good;
}

/* Doubles at each power of two, from 8 on. */
void *add_room(void *array, size_t nr, size_t size)
{
	if (nr && (nr < 8 || (nr & (nr - 1))))
		return array;
	return reallocarray(array, nr ? 2 * nr : 8, size);
}
