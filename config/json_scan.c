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

static void json_cursor_skip_blanks(struct json_cursor *cursor)
{
	for (; cursor->at < cursor->length && strchr(" \t\r\n", cursor->text[cursor->at]); cursor->at++) {
		if (cursor->text[cursor->at] == '\0')
			return;
		if (cursor->text[cursor->at] == '\n') {
			cursor->line++;
			cursor->line_start = cursor->at + 1;
		}
	}
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

void json_cursor_skip_string(struct json_cursor *cursor)
{
	json_cursor_skip(cursor, 1);
	while (cursor->at < cursor->length && cursor->text[cursor->at] != '"')
		json_cursor_skip(cursor, cursor->text[cursor->at] == '\\' ? 2 : 1);
	json_cursor_skip(cursor, 1);
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

int json_scan_text(struct json_cursor *cursor, struct err *e)
{
	int r = 0;

	while (r == 0 && cursor->at < cursor->length) {
		char c = cursor->text[cursor->at];

		if (c == '\0')
			return err_set(e, EINVAL, "json-nul", "a NUL byte is not allowed");
		if (c == '\n')
			cursor->line_start = cursor->at + 1, cursor->line++;
		if (c == '\\')
			r = json_scan_escape(cursor, e);
		else if (c > 0)
			cursor->at++;
		else
			r = json_scan_character(cursor, e);
	}
	return r;
}
