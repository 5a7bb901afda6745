/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON (RFC 8259) into a text. The caller keeps the grammar: a key before each
 * value in an object, begin and end in pairs. Lack of memory stays in out->failed.
 *
 *	struct json_writer w = {.out = &text, .indented = true};
 *
 *	json_write_begin_object(&w);
 *	json_write_member_string(&w, "id", id);
 *	json_write_key(&w, "pids");
 *	json_write_begin_array(&w);
 *	json_write_int(&w, pid);
 *	json_write_end_array(&w);
 *	json_write_end_object(&w);
 */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
	struct text *out; /* borrowed */
	bool indented;    /* a line for each value, tabs; else compact */
	unsigned int depth;
	bool filled;    /* the open container has a value already */
	bool after_key; /* the value belongs on the key's line */
};

void json_write_begin_object(struct json_writer *w);
void json_write_end_object(struct json_writer *w);
void json_write_begin_array(struct json_writer *w);
void json_write_end_array(struct json_writer *w);
void json_write_key(struct json_writer *w, const char *key);

/* What is not well-formed UTF-8 in a string is written as U+FFFD. NULL is written as null. */
void json_write_string(struct json_writer *w, const char *string);
void json_write_bytes(struct json_writer *w, const char *bytes, size_t length);
void json_write_int(struct json_writer *w, int64_t value);
void json_write_uint(struct json_writer *w, uint64_t value);
void json_write_hundredths(struct json_writer *w, uint64_t value); /* 150 as 1.50 */
void json_write_bool(struct json_writer *w, bool value);
void json_write_null(struct json_writer *w);

/* Key and value. */
void json_write_member_string(struct json_writer *w, const char *key, const char *value);
void json_write_member_int(struct json_writer *w, const char *key, int64_t value);
void json_write_member_uint(struct json_writer *w, const char *key, uint64_t value);
void json_write_member_bool(struct json_writer *w, const char *key, bool value);
