/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/say.h"

#include "base/fd.h"
#include "base/own.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A level of error, which `quiet` lets through. */
#define SAY_PREFIX "<3>cloche-init: "

enum { SAY_BYTES = 900, SAY_COMMAND_LINE_BYTES = 65536 }; /* the kernel takes a line of a thousand */

static bool say_is_debug(int root)
{
	own_text words = {0};
	struct err ignored; /* without a command line nothing is asked for */
	char *rest, *word;

	if (file_read(root, "proc/cmdline", SAY_COMMAND_LINE_BYTES, &words, &ignored) < 0 || !words.length)
		return false;
	for (rest = words.data; (word = strsep(&rest, " \n"));)
		if (strcmp(word, "cloche.debug") == 0)
			return true;
	return false;
}

struct say say_open(const char *root)
{
	own_fd directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return (struct say){
		.kmsg = openat(directory, "dev/kmsg", O_WRONLY | O_CLOEXEC), .debug = say_is_debug(directory)};
}

__attribute__((format(printf, 2, 0))) static void say_line(const struct say *say, const char *format, va_list arguments)
{
	char line[SAY_BYTES] = SAY_PREFIX;
	size_t at = strlen(SAY_PREFIX);
	ssize_t written;

	(void)vsnprintf(line + at, sizeof line - at - 1, format, arguments); /* a cut line is still one */
	at = strlen(line);
	line[at++] = '\n'; /* until then the kernel holds it back, as more may come */
	written = write(say->kmsg, line, at);
	(void)written; /* there is nobody else to tell */
}

void say_error(const struct say *say, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_line(say, format, arguments);
	va_end(arguments);
}

void say_debug(const struct say *say, const char *format, ...)
{
	va_list arguments;

	if (!say->debug)
		return;
	va_start(arguments, format);
	say_line(say, format, arguments);
	va_end(arguments);
}

void say_close(struct say *say)
{
	own_release_fd(&say->kmsg);
}
