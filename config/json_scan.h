/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a JSON text without its grammar: which bytes and escapes it may
 * have, and where each token begins. config/json.c uses it so that neither the
 * strings nor the places of a tree rest on the parser library's word.
 */
#pragma once

#include "config/json.h"

/* Walks over a text from token to token, counting lines. */
struct json_cursor {
	const char *text;
	size_t length, at;
	uint32_t line;
	size_t line_start; /* offset of the line's first byte */
};

/* Refuses bad UTF-8, NUL and \u0000, and half of a surrogate pair, before any of it is parsed. */
int json_scan_text(struct json_cursor *cursor, struct err *e);

/* Goes to the next token: past blanks and at most one comma or colon. */
struct json_place json_cursor_next(struct json_cursor *cursor);

/* Goes past the string that begins here. */
void json_cursor_skip_string(struct json_cursor *cursor);

/* Goes past `length` bytes, or to the end. */
void json_cursor_skip(struct json_cursor *cursor, size_t length);

struct json_place json_cursor_place(const struct json_cursor *cursor);
