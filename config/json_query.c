/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json.h"

#include "config/json_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DESCRIBE_BYTES = 60 };

const struct json *json_member(const struct json *node, const char *key)
{
	if (!node || node->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *child = node->first; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

/* Whether a reference token of a pointer (up to "/" or the end), unescaped, is the key. */
static bool json_token_is(const char *token, size_t length, const char *key)
{
	const char *end = token + length;

	while (token < end && *key) {
		char c = *token++;

		if (c == '~' && token < end)
			c = *token++ == '1' ? '/' : '~';
		if (c != *key++)
			return false;
	}
	return token == end && !*key;
}

static const struct json *json_element(const struct json *array, const char *token, size_t length)
{
	const struct json *child = array->first;
	size_t index = 0;

	for (size_t i = 0; i < length; i++) {
		if (token[i] < '0' || token[i] > '9' || index > array->count)
			return NULL;
		index = index * 10 + (size_t)(token[i] - '0');
	}
	for (; child && index > 0; index--)
		child = child->next;
	return length > 0 ? child : NULL;
}

static const struct json *json_child(const struct json *node, const char *token, size_t length)
{
	if (node->kind == JSON_ARRAY)
		return json_element(node, token, length);
	for (const struct json *child = node->first; child; child = child->next)
		if (json_token_is(token, length, child->key))
			return child;
	return NULL;
}

/* Goes down as far as the pointer leads; *ret_rest is what of it is left. */
static const struct json *json_descend(const struct json *tree, const char *pointer, const char **ret_rest)
{
	while (tree && *pointer == '/') {
		size_t length = strcspn(pointer + 1, "/");
		const struct json *child = json_child(tree, pointer + 1, length);

		if (!child)
			break;
		tree = child;
		pointer += 1 + length;
	}
	*ret_rest = pointer;
	return tree;
}

const struct json *json_at(const struct json *tree, const char *pointer)
{
	const char *rest;
	const struct json *node = json_descend(tree, pointer, &rest);

	return *rest ? NULL : node;
}

const struct json *json_nearest(const struct json *tree, const char *pointer)
{
	const char *rest;

	return json_descend(tree, pointer, &rest);
}

void json_pointer_add(struct text *out, const char *key)
{
	text_add(out, "/");
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			text_add(out, *key == '~' ? "~0" : "~1");
		else
			text_add_bytes(out, key, 1);
	}
}

static size_t json_index(const struct json *node)
{
	size_t index = 0;

	for (const struct json *child = node->parent->first; child != node; child = child->next)
		index++;
	return index;
}

/* Recursion is as deep as the tree, which has a limit. */
void json_pointer(const struct json *node, struct text *out)
{
	if (!node->parent)
		return;
	json_pointer(node->parent, out);
	if (node->key)
		json_pointer_add(out, node->key);
	else
		text_format(out, "/%zu", json_index(node));
}

static bool json_is_integer(const struct json *node)
{
	return node->kind == JSON_NUMBER && !strpbrk(node->text, ".eE");
}

int json_int64(const struct json *node, int64_t *ret)
{
	long long value;

	if (!json_is_integer(node))
		return -EINVAL;
	errno = 0;
	value = strtoll(node->text, NULL, 10);
	if (errno == ERANGE)
		return -ERANGE;
	*ret = value;
	return 0;
}

int json_uint64(const struct json *node, uint64_t *ret)
{
	unsigned long long value;

	if (!json_is_integer(node))
		return -EINVAL;
	errno = 0;
	value = strtoull(node->text, NULL, 10);
	/* strtoull(3) takes "-1" for the largest number */
	if (errno == ERANGE || (node->text[0] == '-' && value != 0))
		return -ERANGE;
	*ret = value;
	return 0;
}

int json_double(const struct json *node, double *ret)
{
	double value;

	if (node->kind != JSON_NUMBER)
		return -EINVAL;
	value = strtod(node->text, NULL);
	if (value > __DBL_MAX__ || value < -__DBL_MAX__)
		return -ERANGE;
	*ret = value;
	return 0;
}

const char *json_kind_name(enum json_kind kind)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "true or false",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[kind];
}

static void json_describe_string(const struct json *node, struct text *out)
{
	struct json_writer w = {.out = out};
	size_t length = node->length;

	if (length <= DESCRIBE_BYTES) {
		json_write_bytes(&w, node->text, length);
		return;
	}
	for (length = DESCRIBE_BYTES; (node->text[length] & 0xc0) == 0x80;)
		length--; /* not in the middle of a character */
	json_write_bytes(&w, node->text, length);
	text_add(out, "…");
}

void json_describe(const struct json *node, struct text *out)
{
	if (node->kind == JSON_STRING)
		json_describe_string(node, out);
	else if (node->kind == JSON_NUMBER)
		text_format(out, "%.*s%s", DESCRIBE_BYTES, node->text, node->length > DESCRIBE_BYTES ? "…" : "");
	else if (node->kind == JSON_BOOL)
		text_add(out, node->boolean ? "true" : "false");
	else
		text_add(out, json_kind_name(node->kind));
}
