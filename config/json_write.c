/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_write.h"

#include "config/utf8.h"

#include <inttypes.h>
#include <string.h>

static void json_write_line(struct json_writer *w)
{
	if (!w->indented)
		return;
	text_add(w->out, "\n");
	for (unsigned int i = 0; i < w->depth; i++)
		text_add(w->out, "\t");
}

/* What stands before a key, or before a value that has none. */
static void json_write_separator(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->filled)
		text_add(w->out, ",");
	if (w->depth > 0)
		json_write_line(w);
	w->filled = true;
}

static void json_write_begin(struct json_writer *w, const char *bracket)
{
	json_write_separator(w);
	text_add(w->out, bracket);
	w->depth++;
	w->filled = false;
}

static void json_write_end(struct json_writer *w, const char *bracket)
{
	w->depth--;
	if (w->filled)
		json_write_line(w);
	text_add(w->out, bracket);
	w->filled = true;
}

void json_write_begin_object(struct json_writer *w)
{
	json_write_begin(w, "{");
}

void json_write_end_object(struct json_writer *w)
{
	json_write_end(w, "}");
}

void json_write_begin_array(struct json_writer *w)
{
	json_write_begin(w, "[");
}

void json_write_end_array(struct json_writer *w)
{
	json_write_end(w, "]");
}

/* Bytes from here that stand for themselves. */
static size_t json_write_plain(const char *bytes, size_t length)
{
	size_t n = 0;

	while (n < length && (unsigned char)bytes[n] >= 0x20 && (unsigned char)bytes[n] < 0x7f && bytes[n] != '"' &&
		bytes[n] != '\\')
		n++;
	return n;
}

/* One character that needs thought: returns its bytes. */
static size_t json_write_character(struct text *out, const char *bytes, size_t length)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, its escape */
	size_t n = utf8_length(bytes, length);

	for (const char *pair = letters; n == 1 && *pair; pair += 2)
		if (*bytes == pair[0]) {
			text_format(out, "\\%c", pair[1]);
			return 1;
		}
	if (n == 0)
		text_add(out, "\xef\xbf\xbd");
	else if ((unsigned char)*bytes < 0x20)
		text_format(out, "\\u%04x", (unsigned int)*bytes);
	else
		text_add_bytes(out, bytes, n);
	return n ? n : 1;
}

static void json_write_quoted(struct text *out, const char *bytes, size_t length)
{
	text_add(out, "\"");
	while (length > 0) {
		size_t n = json_write_plain(bytes, length);

		if (n > 0)
			text_add_bytes(out, bytes, n);
		else
			n = json_write_character(out, bytes, length);
		bytes += n;
		length -= n;
	}
	text_add(out, "\"");
}

void json_write_key(struct json_writer *w, const char *key)
{
	json_write_separator(w);
	json_write_quoted(w->out, key, strlen(key));
	text_add(w->out, w->indented ? ": " : ":");
	w->after_key = true;
}

void json_write_bytes(struct json_writer *w, const char *bytes, size_t length)
{
	json_write_separator(w);
	json_write_quoted(w->out, bytes, length);
}

void json_write_string(struct json_writer *w, const char *string)
{
	if (string)
		json_write_bytes(w, string, strlen(string));
	else
		json_write_null(w);
}

void json_write_int(struct json_writer *w, int64_t value)
{
	json_write_separator(w);
	text_format(w->out, "%" PRId64, value);
}

void json_write_uint(struct json_writer *w, uint64_t value)
{
	json_write_separator(w);
	text_format(w->out, "%" PRIu64, value);
}

void json_write_hundredths(struct json_writer *w, uint64_t value)
{
	json_write_separator(w);
	text_format(w->out, "%" PRIu64 ".%02" PRIu64, value / 100, value % 100);
}

void json_write_bool(struct json_writer *w, bool value)
{
	json_write_separator(w);
	text_add(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w)
{
	json_write_separator(w);
	text_add(w->out, "null");
}

void json_write_member_string(struct json_writer *w, const char *key, const char *value)
{
	json_write_key(w, key);
	json_write_string(w, value);
}

void json_write_member_int(struct json_writer *w, const char *key, int64_t value)
{
	json_write_key(w, key);
	json_write_int(w, value);
}

void json_write_member_uint(struct json_writer *w, const char *key, uint64_t value)
{
	json_write_key(w, key);
	json_write_uint(w, value);
}

void json_write_member_bool(struct json_writer *w, const char *key, bool value)
{
	json_write_key(w, key);
	json_write_bool(w, value);
}
