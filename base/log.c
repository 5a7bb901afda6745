/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static enum log_level log_level = LOG_LEVEL_WARNING;
static enum log_form log_form = LOG_FORM_TEXT;
static int log_fd = -1;

static const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_DEBUG] = "debug",
};

void log_setup(enum log_level level, enum log_form form, int fd)
{
	log_level = level;
	log_form = form;
	log_fd = fd;
}

bool log_debug_wanted(void)
{
	return log_level >= LOG_LEVEL_DEBUG;
}

/* RFC 8259, section 7: quote, backslash and control characters are escaped. */
static void log_escape(struct text *out, const char *message)
{
	for (const char *c = message; *c; c++) {
		if (*c == '"' || *c == '\\')
			text_format(out, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			text_format(out, "\\u%04x", (unsigned char)*c);
		else
			text_add_bytes(out, c, 1);
	}
}

/* A name out of a spec or a root filesystem must neither begin a line of its own nor steer a terminal: C0, DEL and C1.
 */
static void log_escape_controls(struct text *out, const char *message)
{
	for (const unsigned char *c = (const unsigned char *)message; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			text_format(out, "\\x%02x", *c);
		else if (*c == 0xc2 && (c[1] & 0xe0) == 0x80) /* U+0080 to U+009F in UTF-8 */
			text_format(out, "\\u%04x", *++c);
		else
			text_add_bytes(out, (const char *)c, 1);
	}
}

/* One write a line, so that lines of several processes in one file stay whole. */
static void log_write(int fd, const struct text *line)
{
	if (!line->failed && write(fd, line->data, line->length) < 0)
		return; /* a full disk or a closed pipe: there is nowhere to say so */
}

static void log_line(enum log_form form, int fd, enum log_level level, const char *message)
{
	own_text line = {0};
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm utc;

	if (form == LOG_FORM_TEXT) {
		text_format(&line, "cloche: %s%s", level == LOG_LEVEL_ERROR ? "" : log_level_names[level],
			level == LOG_LEVEL_ERROR ? "" : ": ");
		log_escape_controls(&line, message);
		text_add(&line, "\n");
	} else {
		(void)strftime(
			stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc)); /* fits: 20 characters */
		text_format(&line, "{\"level\":\"%s\",\"msg\":\"", log_level_names[level]);
		log_escape(&line, message);
		text_format(&line, "\",\"time\":\"%s\"}\n", stamp);
	}
	log_write(fd, &line);
}

/*
 * A JSON log is an engine's, and then stderr is the service's own: only the error of a call that failed belongs there,
 * since no service runs that could have it for its own.
 */
static bool log_belongs_on_stderr(enum log_level level)
{
	return level == LOG_LEVEL_ERROR || (level == LOG_LEVEL_WARNING && log_form != LOG_FORM_JSON);
}

__attribute__((format(printf, 2, 0))) static void log_message(
	enum log_level level, const char *format, va_list arguments)
{
	char message[2048];

	if (level > log_level)
		return;
	(void)vsnprintf(message, sizeof message, format, arguments); /* a cut message still says what failed */
	if (log_fd < 0 || log_fd == STDERR_FILENO) {
		log_line(log_form, STDERR_FILENO, level, message);
		return;
	}
	log_line(log_form, log_fd, level, message);
	if (log_belongs_on_stderr(level))
		log_line(LOG_FORM_TEXT, STDERR_FILENO, level, message);
}

#define LOG_FORWARD(level, format)                                                                                     \
	do {                                                                                                           \
		va_list arguments;                                                                                     \
		va_start(arguments, format);                                                                           \
		log_message(level, format, arguments);                                                                 \
		va_end(arguments);                                                                                     \
	} while (0)

void log_error(const char *format, ...)
{
	LOG_FORWARD(LOG_LEVEL_ERROR, format);
}

void log_warning(const char *format, ...)
{
	LOG_FORWARD(LOG_LEVEL_WARNING, format);
}

void log_debug(const char *format, ...)
{
	LOG_FORWARD(LOG_LEVEL_DEBUG, format);
}
