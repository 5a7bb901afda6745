/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"

#include "config/near.h"

#include <string.h>

const struct key_range key_range_int32 = {INT32_MIN, INT32_MAX};
const struct key_range key_range_uint16 = {0, UINT16_MAX};
const struct key_range key_range_uint32 = {0, UINT32_MAX};

const struct key *key_find(const struct key_table *table, const char *name)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->keys[i].name, name) == 0)
			return &table->keys[i];
	return NULL;
}

const struct key *key_nearest(const struct key_table *table, const char *name)
{
	size_t least = near_allowed(name);
	const struct key *nearest = NULL;

	for (size_t i = 0; i < table->n; i++) {
		size_t distance = near_distance(name, table->keys[i].name, least);

		if (distance < least || (distance == least && !nearest)) {
			least = distance;
			nearest = &table->keys[i];
		}
	}
	return nearest;
}

/* What stands between a property and those of its table, in a path. */
static const char *keys_list_step(enum key_kind kind)
{
	return kind == KEY_OBJECTS || kind == KEY_OBJECT_MAP ? "/*" : "";
}

/* The tables are a tree, a few levels deep. */
static void keys_list_below(const struct key_table *table, struct text *path, struct text *out)
{
	size_t length = path->length;

	for (size_t i = 0; i < table->n && !path->failed; i++) {
		const struct key *key = &table->keys[i];

		text_format(path, "/%s", key->name);
		text_format(out, "%s\n", text_string(path));
		text_add(path, keys_list_step(key->kind));
		if (key->table)
			keys_list_below(key->table, path, out);
		text_cut(path, length);
	}
}

void keys_list(const struct key_table *table, struct text *out)
{
	own_text path = {0};

	keys_list_below(table, &path, out);
	out->failed |= path.failed;
}
