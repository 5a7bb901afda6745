/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces: text from anybody. The only user of yajl, which has no maintainer: it is
 * trusted with the grammar and nothing else. Before it sees the text, json_scan_text()
 * has refused the bytes and escapes that it decodes badly (halves of surrogate pairs,
 * overlong UTF-8); the limits, the duplicates and the places are ours.
 */
#include "config/json.h"

#include "base/own.h"
#include "config/json_scan.h"

#include <errno.h>
#include <string.h>
#include <yajl/yajl_parse.h>

static const struct json_limits json_defaults = {
	.bytes = 4 * 1024 * 1024, .depth = 64, .nodes = 200 * 1000, .string_bytes = 1024 * 1024};

struct json_builder {
	struct json_limits limits;
	struct arena *arena;
	struct json_cursor cursor;
	struct json_place place;  /* of the token at hand */
	struct json *root, *open; /* the container that is being filled */
	size_t depth, nodes;
	const char *key; /* of the member whose value comes next */
	struct json_place key_place;
	struct err *e;
};

static void json_handle_free(yajl_handle *handle)
{
	if (*handle)
		yajl_free(*handle);
}

static struct json_limits json_limits_fill(const struct json_limits *given)
{
	const struct json_limits *d = &json_defaults;

	return (struct json_limits){
		.bytes = given->bytes ? given->bytes : d->bytes,
		.depth = given->depth ? given->depth : d->depth,
		.nodes = given->nodes ? given->nodes : d->nodes,
		.string_bytes = given->string_bytes ? given->string_bytes : d->string_bytes,
	};
}

/* What yajl's callbacks return to stop it. */
enum { JSON_STOP = 0, JSON_GO = 1 };

static struct json *json_add(struct json_builder *b, enum json_kind kind)
{
	struct json *node;

	b->place = json_cursor_next(&b->cursor);
	if (++b->nodes > b->limits.nodes) {
		(void)err_set(b->e, E2BIG, "json-too-many", "more than %zu values", b->limits.nodes);
		return NULL;
	}
	node = arena_alloc(b->arena, sizeof *node);
	if (!node) {
		(void)err_nomem(b->e);
		return NULL;
	}
	*node = (struct json){
		.kind = kind, .place = b->key ? b->key_place : b->place, .key = b->key, .parent = b->open};
	b->key = NULL;
	if (!b->open) {
		b->root = node;
		return node;
	}
	if (b->open->last)
		b->open->last->next = node;
	else
		b->open->first = node;
	b->open->last = node;
	b->open->count++;
	return node;
}

/* A copy in the arena. A NUL cannot be in it: the scan has refused them; if yajl made one up, so do we. */
static const char *json_copy(struct json_builder *b, const char *text, size_t length)
{
	const char *copy;

	if (length > b->limits.string_bytes) {
		(void)err_set(
			b->e, E2BIG, "json-string-too-long", "a string of more than %zu bytes", b->limits.string_bytes);
		return NULL;
	}
	if (memchr(text, '\0', length)) {
		(void)err_set(b->e, EINVAL, "json-nul", "a NUL byte is not allowed");
		return NULL;
	}
	copy = arena_text(b->arena, text, length);
	if (!copy)
		(void)err_nomem(b->e);
	return copy;
}

static int json_on_literal(struct json_builder *b, enum json_kind kind, const char *literal, bool value)
{
	struct json *node = json_add(b, kind);

	if (!node)
		return JSON_STOP;
	node->boolean = value;
	json_cursor_skip(&b->cursor, strlen(literal));
	return JSON_GO;
}

static int json_on_null(void *context)
{
	return json_on_literal(context, JSON_NULL, "null", false);
}

static int json_on_boolean(void *context, int value)
{
	return json_on_literal(context, JSON_BOOL, value ? "true" : "false", value != 0);
}

static int json_on_number(void *context, const char *text, size_t length)
{
	struct json_builder *b = context;
	struct json *node = json_add(b, JSON_NUMBER);

	if (!node)
		return JSON_STOP;
	node->text = json_copy(b, text, length);
	node->length = length;
	json_cursor_skip(&b->cursor, length);
	return node->text ? JSON_GO : JSON_STOP;
}

static int json_on_string(void *context, const unsigned char *text, size_t length)
{
	struct json_builder *b = context;
	struct json *node = json_add(b, JSON_STRING);

	if (!node)
		return JSON_STOP;
	node->text = json_copy(b, (const char *)text, length);
	node->length = length;
	json_cursor_skip_string(&b->cursor);
	return node->text ? JSON_GO : JSON_STOP;
}

static int json_on_key(void *context, const unsigned char *text, size_t length)
{
	struct json_builder *b = context;

	b->place = b->key_place = json_cursor_next(&b->cursor);
	b->key = json_copy(b, (const char *)text, length);
	json_cursor_skip_string(&b->cursor);
	return b->key ? JSON_GO : JSON_STOP;
}

static int json_on_begin(struct json_builder *b, enum json_kind kind)
{
	struct json *node = json_add(b, kind);

	if (!node)
		return JSON_STOP;
	if (++b->depth > b->limits.depth) {
		(void)err_set(b->e, E2BIG, "json-too-deep", "nested more than %zu deep", b->limits.depth);
		return JSON_STOP;
	}
	b->open = node;
	json_cursor_skip(&b->cursor, 1);
	return JSON_GO;
}

static int json_on_end(void *context)
{
	struct json_builder *b = context;

	b->place = json_cursor_next(&b->cursor);
	json_cursor_skip(&b->cursor, 1);
	b->open = b->open->parent;
	b->depth--;
	return JSON_GO;
}

static int json_on_begin_array(void *context)
{
	return json_on_begin(context, JSON_ARRAY);
}

static int json_on_begin_object(void *context)
{
	return json_on_begin(context, JSON_OBJECT);
}

static int json_compare_members(const void *a, const void *b)
{
	const struct json *first = *(const struct json *const *)a, *second = *(const struct json *const *)b;

	return strcmp(first->key, second->key);
}

/* Sorted, so that an object of many keys costs no more than n log n. qsort(3) is stable here only by luck:
 * the later of the two is found by its place. */
static const struct json *json_find_duplicate(const struct json **members, size_t n)
{
	qsort(members, n, sizeof *members, json_compare_members);
	for (size_t i = 1; i < n; i++) {
		const struct json *a = members[i - 1], *b = members[i];

		if (strcmp(a->key, b->key) == 0)
			return a->place.line > b->place.line ||
					       (a->place.line == b->place.line && a->place.column > b->place.column)
				       ? a
				       : b;
	}
	return NULL;
}

static int json_refuse_duplicates(struct json_builder *b, const struct json *object)
{
	own_mem const struct json **members = malloc(object->count * sizeof(const struct json *));
	const struct json *twice;
	size_t n = 0;

	if (!members)
		return err_nomem(b->e), JSON_STOP;
	for (const struct json *member = object->first; member; member = member->next)
		members[n++] = member;
	twice = json_find_duplicate(members, n);
	if (!twice)
		return JSON_GO;
	b->place = twice->place;
	(void)err_set(b->e, EINVAL, "json-duplicate", "the key '%s' stands twice in one object", twice->key);
	return JSON_STOP;
}

static int json_on_end_object(void *context)
{
	struct json_builder *b = context;
	const struct json *object = b->open;

	if (object->count > 1 && json_refuse_duplicates(b, object) == JSON_STOP)
		return JSON_STOP;
	return json_on_end(context);
}

static const yajl_callbacks json_callbacks = {
	.yajl_null = json_on_null,
	.yajl_boolean = json_on_boolean,
	.yajl_number = json_on_number,
	.yajl_string = json_on_string,
	.yajl_start_map = json_on_begin_object,
	.yajl_map_key = json_on_key,
	.yajl_end_map = json_on_end_object,
	.yajl_start_array = json_on_begin_array,
	.yajl_end_array = json_on_end,
};

/* yajl's own words, one line without its newline. */
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
		.limits = json_limits_fill(&source->limits), .arena = arena, .cursor = start, .place = {1, 1}, .e = e};
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
