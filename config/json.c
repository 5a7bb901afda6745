/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces: text from anybody. The only user of yajl, which has no maintainer: it is
 * trusted with the grammar and nothing else. Before it sees the text, json_scan_text()
 * has refused the bytes and escapes that it decodes badly (halves of surrogate pairs,
 * overlong UTF-8); limits, duplicates and places are ours (config/json_build.h).
 */
#include "config/json.h"

#include "config/json_build.h"

#include <errno.h>
#include <string.h>
#include <yajl/yajl_parse.h>

static void json_handle_free(yajl_handle *handle)
{
	if (*handle)
		yajl_free(*handle);
}

/* What a callback returns: whether yajl is to go on. */
static int json_go(int r)
{
	return r == 0;
}

static int json_on_null(void *builder)
{
	return json_go(json_build_null(builder));
}

static int json_on_boolean(void *builder, int value)
{
	return json_go(json_build_bool(builder, value != 0));
}

static int json_on_number(void *builder, const char *text, size_t length)
{
	return json_go(json_build_number(builder, text, length));
}

static int json_on_string(void *builder, const unsigned char *text, size_t length)
{
	return json_go(json_build_string(builder, (const char *)text, length));
}

static int json_on_key(void *builder, const unsigned char *text, size_t length)
{
	return json_go(json_build_key(builder, (const char *)text, length));
}

static int json_on_begin_array(void *builder)
{
	return json_go(json_build_begin(builder, JSON_ARRAY));
}

static int json_on_begin_object(void *builder)
{
	return json_go(json_build_begin(builder, JSON_OBJECT));
}

static int json_on_end(void *builder)
{
	return json_go(json_build_end(builder));
}

static const yajl_callbacks json_callbacks = {
	.yajl_null = json_on_null,
	.yajl_boolean = json_on_boolean,
	.yajl_number = json_on_number,
	.yajl_string = json_on_string,
	.yajl_start_map = json_on_begin_object,
	.yajl_map_key = json_on_key,
	.yajl_end_map = json_on_end,
	.yajl_start_array = json_on_begin_array,
	.yajl_end_array = json_on_end,
};

/* In yajl's own words, the first line of them. */
static int json_syntax_error(struct json_builder *b, yajl_handle handle)
{
	unsigned char *words;

	b->place = json_cursor_next(&b->cursor);
	if (b->root && !b->open)
		return err_set(b->e, EINVAL, "json-trailing", "text after the end of the JSON value");
	words = yajl_get_error(handle, 0, NULL, 0);
	(void)err_set(b->e, EINVAL, "json-syntax", "%.*s", words ? (int)strcspn((const char *)words, "\n") : 12,
		words ? (const char *)words : "syntax error");
	if (words)
		yajl_free_error(handle, words);
	return -EINVAL;
}

static int json_run(struct json_builder *b)
{
	__attribute__((cleanup(json_handle_free))) yajl_handle handle = yajl_alloc(&json_callbacks, NULL, b);
	yajl_status status;

	if (!handle)
		return err_nomem(b->e);
	(void)yajl_config(handle, yajl_dont_validate_strings, 1); /* json_scan_text() was stricter */
	status = yajl_parse(handle, (const unsigned char *)b->cursor.text, b->cursor.length);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(handle);
	if (status == yajl_status_client_canceled)
		return -b->e->no;
	return status == yajl_status_ok && b->root && !b->open ? 0 : json_syntax_error(b, handle);
}

int json_parse_at(const struct json_source *source, struct arena *arena, const struct json **ret,
	struct json_place *ret_place, struct err *e)
{
	struct json_cursor start = {.text = source->text, .length = source->length, .line = 1}, scan = start;
	struct json_builder b = {
		.limits = json_limits_of(&source->limits), .arena = arena, .cursor = start, .place = {1, 1}, .e = e};
	int r;

	if (source->length > b.limits.bytes) {
		r = err_set(e, EFBIG, "json-too-large", "larger than %zu bytes", b.limits.bytes);
	} else {
		r = json_scan_text(&scan, e);
		b.place = json_cursor_place(&scan);
	}
	if (r == 0)
		r = json_run(&b);
	if (r == 0)
		*ret = b.root;
	else
		*ret_place = b.place;
	return r;
}

int json_parse(const struct json_source *source, struct arena *arena, const struct json **ret, struct err *e)
{
	struct json_place place;

	if (json_parse_at(source, arena, ret, &place, e) < 0)
		return err_ctx(e, "%s:%u:%u", source->name ? source->name : "JSON", place.line, place.column);
	return 0;
}
