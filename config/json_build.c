/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: text from anybody. */
#include "config/json_build.h"

#include "base/own.h"

#include <errno.h>
#include <string.h>

static const struct json_limits json_defaults = {
	.bytes = 4 * 1024 * 1024, .depth = 64, .nodes = 200 * 1000, .string_bytes = 1024 * 1024};

struct json_limits json_limits_of(const struct json_limits *given)
{
	const struct json_limits *d = &json_defaults;

	return (struct json_limits){
		.bytes = given->bytes ? given->bytes : d->bytes,
		.depth = given->depth ? given->depth : d->depth,
		.nodes = given->nodes ? given->nodes : d->nodes,
		.string_bytes = given->string_bytes ? given->string_bytes : d->string_bytes,
	};
}

static void json_append(struct json *parent, struct json *node)
{
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	parent->count++;
}

static int json_add(struct json_builder *b, enum json_kind kind, struct json **ret)
{
	struct json *node;

	b->place = json_cursor_next(&b->cursor);
	if (++b->nodes > b->limits.nodes)
		return err_set(b->e, E2BIG, "json-too-many", "more than %zu values", b->limits.nodes);
	node = arena_alloc(b->arena, sizeof *node);
	if (!node)
		return err_nomem(b->e);
	node->kind = kind;
	node->place = b->key ? b->key_place : b->place;
	node->key = b->key;
	node->parent = b->open;
	b->key = NULL;
	if (b->open)
		json_append(b->open, node);
	else
		b->root = node;
	*ret = node;
	return 0;
}

/* A NUL cannot be in the text, which the scan has refused; if the parser made one up, it is refused here. */
static int json_copy(struct json_builder *b, const char *text, size_t length, const char **ret)
{
	if (length > b->limits.string_bytes)
		return err_set(
			b->e, E2BIG, "json-string-too-long", "a string of more than %zu bytes", b->limits.string_bytes);
	if (memchr(text, '\0', length))
		return err_set(b->e, EINVAL, "json-nul", "a NUL byte is not allowed");
	*ret = arena_text(b->arena, text, length);
	return *ret ? 0 : err_nomem(b->e);
}

int json_build_null(struct json_builder *b)
{
	struct json *node;
	int r = json_add(b, JSON_NULL, &node);

	json_cursor_skip(&b->cursor, strlen("null"));
	return r;
}

int json_build_bool(struct json_builder *b, bool value)
{
	struct json *node;
	int r = json_add(b, JSON_BOOL, &node);

	if (r == 0)
		node->boolean = value;
	json_cursor_skip(&b->cursor, strlen(value ? "true" : "false"));
	return r;
}

int json_build_number(struct json_builder *b, const char *text, size_t length)
{
	struct json *node;
	int r = json_add(b, JSON_NUMBER, &node);

	if (r < 0)
		return r;
	json_cursor_skip(&b->cursor, length);
	node->length = length;
	return json_copy(b, text, length, &node->text);
}

int json_build_string(struct json_builder *b, const char *text, size_t length)
{
	struct json *node;
	int r = json_add(b, JSON_STRING, &node);

	if (r < 0)
		return r;
	json_cursor_skip_string(&b->cursor);
	node->length = length;
	return json_copy(b, text, length, &node->text);
}

int json_build_key(struct json_builder *b, const char *text, size_t length)
{
	b->place = b->key_place = json_cursor_next(&b->cursor);
	json_cursor_skip_string(&b->cursor);
	return json_copy(b, text, length, &b->key);
}

int json_build_begin(struct json_builder *b, enum json_kind kind)
{
	struct json *node;
	int r = json_add(b, kind, &node);

	if (r < 0)
		return r;
	if (++b->depth > b->limits.depth)
		return err_set(b->e, E2BIG, "json-too-deep", "nested more than %zu deep", b->limits.depth);
	b->open = node;
	json_cursor_skip(&b->cursor, 1);
	return 0;
}

static bool json_is_after(const struct json_place *a, const struct json_place *b)
{
	return a->line > b->line || (a->line == b->line && a->column > b->column);
}

/* By key; of equal keys, the one that stands first in the text comes first. */
static int json_compare_members(const void *a, const void *b)
{
	const struct json *first = *(const struct json *const *)a, *second = *(const struct json *const *)b;
	int order = strcmp(first->key, second->key);

	return order ? order : json_is_after(&first->place, &second->place) ? 1 : -1;
}

/* Sorted, so that an object of many keys costs no more than n log n. */
static const struct json *json_find_duplicate(const struct json **members, size_t n)
{
	qsort(members, n, sizeof(const struct json *), json_compare_members);
	for (size_t i = 1; i < n; i++)
		if (strcmp(members[i - 1]->key, members[i]->key) == 0)
			return members[i];
	return NULL;
}

static int json_refuse_duplicate(struct json_builder *b, const struct json *twice)
{
	const struct json key = {.kind = JSON_STRING, .text = twice->key, .length = strlen(twice->key)};
	own_text described = {0};

	json_describe(&key, &described);
	b->place = twice->place;
	return err_set(
		b->e, EINVAL, "json-duplicate", "the key %s stands twice in one object", text_string(&described));
}

static int json_refuse_duplicates(struct json_builder *b, const struct json *object)
{
	own_mem const struct json **members = calloc(object->count, sizeof(const struct json *));
	const struct json *twice;
	size_t n = 0;

	if (!members)
		return err_nomem(b->e);
	for (const struct json *member = object->first; member; member = member->next)
		members[n++] = member;
	twice = json_find_duplicate(members, n);
	return twice ? json_refuse_duplicate(b, twice) : 0;
}

int json_build_end(struct json_builder *b)
{
	const struct json *closed = b->open;
	int r = 0;

	b->place = json_cursor_next(&b->cursor);
	json_cursor_skip(&b->cursor, 1);
	if (closed->kind == JSON_OBJECT && closed->count > 1)
		r = json_refuse_duplicates(b, closed);
	b->open = closed->parent;
	b->depth--;
	return r;
}
