/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile /etc/passwd. */
#include "runtime/isolation/passwd.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/path.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { PASSWD_BYTES = 1024 * 1024, PASSWD_UID = 2, PASSWD_HOME = 5, PASSWD_FIELDS = 7 };

struct passwd_field {
	const char *data;
	size_t length;
};

/* Splits a line at its colons; false when it has not just seven fields. */
static bool passwd_split(const char *line, size_t length, struct passwd_field fields[PASSWD_FIELDS])
{
	const char *end = line + length;

	for (size_t i = 0; i < PASSWD_FIELDS; i++) {
		const char *colon = memchr(line, ':', (size_t)(end - line));

		if ((colon == NULL) != (i == PASSWD_FIELDS - 1))
			return false;
		fields[i] = (struct passwd_field){line, (size_t)((colon ? colon : end) - line)};
		line = colon ? colon + 1 : end;
	}
	return true;
}

static bool passwd_is_uid(struct passwd_field field, uint32_t uid)
{
	uint64_t number = 0;

	if (field.length == 0 || field.length > 10)
		return false;
	for (size_t i = 0; i < field.length; i++) {
		if (field.data[i] < '0' || field.data[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(field.data[i] - '0');
	}
	return number == uid;
}

static bool passwd_is_home(struct passwd_field field)
{
	return field.length > 0 && field.length < PATH_MAX && field.data[0] == '/' &&
	       !memchr(field.data, '\0', field.length);
}

bool passwd_find_home(const char *data, size_t length, uint32_t uid, struct passwd_home *ret)
{
	struct passwd_field fields[PASSWD_FIELDS];
	const char *end = data + length;

	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		const char *line_end = newline ? newline : end;

		if (passwd_split(data, (size_t)(line_end - data), fields) && passwd_is_uid(fields[PASSWD_UID], uid)) {
			struct passwd_field home = fields[PASSWD_HOME];

			if (!passwd_is_home(home))
				return false;
			memcpy(ret->text, home.data, home.length);
			ret->text[home.length] = '\0';
			return true;
		}
		data = newline ? newline + 1 : end;
	}
	return false;
}

/* What is no regular file is not even opened: a device could take that for an order, a pipe would wait. */
static int passwd_open(int root)
{
	struct err ignored = ERR_NONE;
	struct stat file;
	own_fd there = path_open_in_root(root, "/etc/passwd", O_PATH, &ignored), fd = -1;

	if (there < 0 || fstat(there, &file) < 0 || !S_ISREG(file.st_mode))
		return -1;
	fd = path_open_in_root(root, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, &ignored);
	/* once more, as a process of the service may have put something else there in between */
	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return -1;
	return give_fd(&fd);
}

struct passwd_home passwd_home(int root, uint32_t uid)
{
	struct passwd_home home = {"/"};
	struct err ignored = ERR_NONE;
	own_text content = {0};
	own_fd fd = passwd_open(root);

	if (fd >= 0 && fd_read_all(fd, "/etc/passwd", PASSWD_BYTES, &content, &ignored) == 0)
		(void)passwd_find_home(text_string(&content), content.length, uid, &home); /* "/" without one */
	return home;
}
