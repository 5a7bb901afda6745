/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: names that a service has given. */
#include "runtime/isolation/mount_table.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOUNT_TABLE_MAX = 16 * 1024 * 1024 };

static bool is_octal(const char *text)
{
	return strspn(text, "01234567") >= 3;
}

/* The next character, with what the kernel has written as \ooo put back. */
static char table_character(const char **from)
{
	const char *at = *from;

	if (at[0] != '\\' || !is_octal(at + 1)) {
		(*from)++;
		return *at;
	}
	*from += 4;
	return (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
}

/* NULL: the line is over. */
static char *table_word(char **line)
{
	char *word = strsep(line, " "), *to = word;

	for (const char *from = word; from && *from; to++)
		*to = table_character(&from);
	if (to)
		*to = '\0';
	return word;
}

/* "36 35 98:0 /root /point options [shared:1 …] - type source options" */
static int table_line(char *line, struct mount_entry *entry)
{
	const char *id = table_word(&line), *word;

	(void)table_word(&line); /* the parent's number */
	(void)table_word(&line); /* the device's */
	entry->root = table_word(&line);
	entry->point = table_word(&line);
	do
		word = table_word(&line);
	while (word && strcmp(word, "-") != 0);
	entry->type = table_word(&line);
	return entry->type && sscanf(id, "%" SCNu64, &entry->id) == 1 ? 0 : -EINVAL;
}

static int table_add(struct mount_table *table, struct arena *a, const struct mount_entry *entry)
{
	if (table->n == table->room) {
		struct mount_entry *grown = arena_array_grow(a, table->items, &table->room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		table->items = grown;
	}
	table->items[table->n++] = *entry;
	return 0;
}

int mount_table_parse(const char *text, struct arena *a, struct mount_table *ret, struct err *e)
{
	struct mount_table table = {0};
	char *rest = arena_string(a, text), *line;

	if (!rest)
		return err_nomem(e);
	while ((line = strsep(&rest, "\n"))) {
		struct mount_entry entry;

		if (!*line)
			continue;
		if (table_line(line, &entry) < 0)
			return err_set(e, EINVAL, "mountinfo", "a line of mountinfo has not enough words");
		if (table_add(&table, a, &entry) < 0)
			return err_nomem(e);
	}
	*ret = table;
	return 0;
}

int mount_table_of(pid_t pid, struct arena *a, struct mount_table *ret, struct err *e)
{
	own_text text = {0};
	char path[64];
	int r;

	(void)snprintf(path, sizeof path, "/proc/%d/mountinfo", pid); /* fits */
	r = file_read(AT_FDCWD, path, MOUNT_TABLE_MAX, &text, e);
	return r ? r : mount_table_parse(text_string(&text), a, ret, e);
}

const struct mount_entry *mount_table_find(const struct mount_table *table, uint64_t id)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->items[i].id == id)
			return &table->items[i];
	return NULL;
}
