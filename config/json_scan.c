/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: text from anybody. */
#include "config/json_scan.h"

#include "config/utf8.h"

#include <errno.h>
#include <string.h>

enum { ESCAPE_LENGTH = 6 /* \uXXXX */ };

struct json_place json_cursor_place(const struct json_cursor *cursor)
{
	return (struct json_place){cursor->line, (uint32_t)(cursor->at - cursor->line_start) + 1};
}

void json_cursor_skip(struct json_cursor *cursor, size_t length)
{
	size_t left = cursor->length - cursor->at;

	cursor->at += length < left ? length : left;
}

static void json_cursor_line(struct json_cursor *cursor)
{
	cursor->line++;
	cursor->line_start = cursor->at + 1;
}

static bool json_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void json_cursor_skip_blanks(struct json_cursor *cursor)
{
	for (; cursor->at < cursor->length && json_is_blank(cursor->text[cursor->at]); cursor->at++)
		if (cursor->text[cursor->at] == '\n')
			json_cursor_line(cursor);
}

struct json_place json_cursor_next(struct json_cursor *cursor)
{
	json_cursor_skip_blanks(cursor);
	if (cursor->at < cursor->length && (cursor->text[cursor->at] == ',' || cursor->text[cursor->at] == ':')) {
		cursor->at++;
		json_cursor_skip_blanks(cursor);
	}
	return json_cursor_place(cursor);
}

/* Most strings have no escape: then the next quote is the end. */
void json_cursor_skip_string(struct json_cursor *cursor)
{
	const char *quote, *escape;

	json_cursor_skip(cursor, 1);
	for (;;) {
		const char *at = cursor->text + cursor->at;

		quote = memchr(at, '"', cursor->length - cursor->at);
		escape = quote ? memchr(at, '\\', (size_t)(quote - at)) : NULL;
		json_cursor_skip(cursor, escape  ? (size_t)(escape - at) + 2
					 : quote ? (size_t)(quote - at) + 1
						 : SIZE_MAX);
		if (!escape)
			return;
	}
}

/* The four hexadecimal digits of the \u escape here, or -1 where there is no such escape. */
static int32_t json_scan_unit(const struct json_cursor *cursor, size_t at)
{
	int32_t value = 0;

	if (cursor->length - at < ESCAPE_LENGTH || cursor->text[at] != '\\' || cursor->text[at + 1] != 'u')
		return -1;
	for (size_t i = 2; i < ESCAPE_LENGTH; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = cursor->text[at + i];
		const char *digit = memchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c, sizeof digits - 1);

		if (!digit)
			return -1;
		value = value * 16 + (int32_t)(digit - digits);
	}
	return value;
}

/* What is no escape at all is left to the parser, which knows what it is in the middle of. */
static int json_scan_escape(struct json_cursor *cursor, struct err *e)
{
	int32_t unit = json_scan_unit(cursor, cursor->at), low;

	if (unit < 0 || (unit != 0 && (unit & 0xf800) != 0xd800)) {
		json_cursor_skip(cursor, 2);
		return 0;
	}
	if (unit == 0)
		return err_set(e, EINVAL, "json-nul", "the escape '\\u0000' is not allowed in a string");
	low = json_scan_unit(cursor, cursor->at + ESCAPE_LENGTH);
	if ((unit & 0xfc00) == 0xdc00 || low < 0 || (low & 0xfc00) != 0xdc00)
		return err_set(e, EINVAL, "json-escape", "the escape '\\u%04x' is half of a surrogate pair",
			(unsigned int)unit);
	json_cursor_skip(cursor, (size_t)2 * ESCAPE_LENGTH);
	return 0;
}

static int json_scan_character(struct json_cursor *cursor, struct err *e)
{
	size_t length = utf8_length(cursor->text + cursor->at, cursor->length - cursor->at);

	if (length == 0)
		return err_set(e, EINVAL, "json-utf8", "byte 0x%02x is not well-formed UTF-8",
			(unsigned char)cursor->text[cursor->at]);
	json_cursor_skip(cursor, length);
	return 0;
}

/* A character by itself that does not end the line. */
static bool json_is_plain(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 0x20 && byte < 0x80 && byte != '\\';
}

/* One byte, or what belongs together with it. */
static int json_scan_step(struct json_cursor *cursor, struct err *e)
{
	char c = cursor->text[cursor->at];

	if (c == '\0')
		return err_set(e, EINVAL, "json-nul", "a NUL byte is not allowed");
	if (c == '\\')
		return json_scan_escape(cursor, e);
	if ((unsigned char)c >= 0x80)
		return json_scan_character(cursor, e);
	if (c == '\n')
		json_cursor_line(cursor);
	cursor->at++;
	return 0;
}

int json_scan_text(struct json_cursor *cursor, struct err *e)
{
	int r = 0;

	while (r == 0 && cursor->at < cursor->length) {
		/* nearly all bytes are of this kind */
		while (cursor->at < cursor->length && json_is_plain(cursor->text[cursor->at]))
			cursor->at++;
		if (cursor->at < cursor->length)
			r = json_scan_step(cursor, e);
	}
	return r;
}
