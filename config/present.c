/* SPDX-License-Identifier: Apache-2.0 */
#include "config/present.h"

#include "config/json.h"
#include "config/spec_types.h"

#include <string.h>

/* The rest of a path behind its first part, "" at the end. */
struct present_step {
	const struct key *key;
	const char *rest;
};

static struct present_step present_step(const struct key_table *table, const char *path)
{
	size_t length = strcspn(path + 1, "/");

	for (size_t i = 0; i < table->n; i++)
		if (strncmp(table->keys[i].name, path + 1, length) == 0 && !table->keys[i].name[length])
			return (struct present_step){&table->keys[i], path + 1 + length};
	return (struct present_step){0};
}

static bool present_value(const struct key *key, const char *field)
{
	switch (key->kind) {
	case KEY_STRING:
	case KEY_OBJECT:
		return *(const void *const *)(const void *)field;
	case KEY_OPT_BOOL:
		return ((const struct opt_bool *)(const void *)field)->set;
	case KEY_OPT_INT:
		return ((const struct opt_int *)(const void *)field)->set;
	case KEY_OPT_UINT:
		return ((const struct opt_uint *)(const void *)field)->set;
	case KEY_STRINGS:
		return ((const struct strings *)(const void *)field)->set;
	case KEY_STRING_MAP:
		return ((const struct string_map *)(const void *)field)->set;
	case KEY_BITS:
		return ((const struct opt_bits *)(const void *)field)->set;
	case KEY_ENUM:
		return *(const unsigned int *)(const void *)field;
	case KEY_FOREIGN:
		return false; /* it is not kept */
	default:
		return true;
	}
}

static size_t present_count(const struct key *key, const char *from)
{
	return *(const size_t *)(const void *)(from + key->count_at);
}

static bool present_in_items(const struct key *key, const char *from, const char *rest, struct text *ret_pointer)
{
	const char *items = *(const char *const *)(const void *)(from + key->at);
	size_t length = ret_pointer->length;

	for (size_t i = 0; i < present_count(key, from); i++, items += key->table->size) {
		if (key->kind == KEY_OBJECT_MAP)
			json_pointer_add(ret_pointer, *(const char *const *)(const void *)items);
		else
			text_format(ret_pointer, "/%zu", i);
		if (table_has(key->table, items, rest, ret_pointer))
			return true;
		text_cut(ret_pointer, length);
	}
	return false;
}

static bool present_below(const struct key *key, const char *from, const char *rest, struct text *ret_pointer)
{
	const char *field = from + key->at;

	if (key->kind == KEY_OBJECTS || key->kind == KEY_OBJECT_MAP) {
		if (!*rest)
			return present_count(key, from) > 0;
		return present_in_items(key, from, rest + strlen("/*"), ret_pointer);
	}
	if (key->kind == KEY_NUMBERS)
		return present_count(key, from) > 0;
	if (!*rest)
		return present_value(key, field);
	if (key->kind == KEY_OBJECT)
		field = *(const char *const *)(const void *)field;
	return field && table_has(key->table, field, rest, ret_pointer);
}

/* Recursion is as deep as the path. */
bool table_has(const struct key_table *table, const void *from, const char *path, struct text *ret_pointer)
{
	struct present_step step = present_step(table, path);
	size_t length = ret_pointer->length;

	if (!step.key)
		return false;
	text_format(ret_pointer, "/%s", step.key->name);
	if (present_below(step.key, from, step.rest, ret_pointer))
		return true;
	text_cut(ret_pointer, length);
	return false;
}
