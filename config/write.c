/* SPDX-License-Identifier: Apache-2.0 */
#include "config/write.h"

#include <assert.h>
#include <string.h>

/* A field of the struct that is written, which stays as it is. */
static const void *write_field(const struct key *key, const void *from)
{
	return (const char *)from + key->at;
}

static size_t write_count(const struct key *key, const void *from)
{
	return *(const size_t *)(const void *)((const char *)from + key->count_at);
}

static bool write_has_set(const struct key *key, const void *from)
{
	return key->has_set && *((const bool *)from + key->set_at);
}

static void write_string(const struct key *key, const void *from, struct json_writer *w)
{
	const char *string = *(const char *const *)write_field(key, from);

	if (string)
		json_write_member_string(w, key->name, string);
}

static void write_bool(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_member_bool(w, key->name, *(const bool *)write_field(key, from));
}

static void write_opt_bool(const struct key *key, const void *from, struct json_writer *w)
{
	const struct opt_bool *value = write_field(key, from);

	if (value->set)
		json_write_member_bool(w, key->name, value->value);
}

static void write_int64(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_member_int(w, key->name, *(const int64_t *)write_field(key, from));
}

static void write_uint64(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_member_uint(w, key->name, *(const uint64_t *)write_field(key, from));
}

static void write_uint32(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_member_uint(w, key->name, *(const uint32_t *)write_field(key, from));
}

static void write_opt_int(const struct key *key, const void *from, struct json_writer *w)
{
	const struct opt_int *value = write_field(key, from);

	if (value->set)
		json_write_member_int(w, key->name, value->value);
}

static void write_opt_uint(const struct key *key, const void *from, struct json_writer *w)
{
	const struct opt_uint *value = write_field(key, from);

	if (value->set)
		json_write_member_uint(w, key->name, value->value);
}

static void write_strings(const struct key *key, const void *from, struct json_writer *w)
{
	const struct strings *list = write_field(key, from);

	if (!list->set)
		return;
	json_write_key(w, key->name);
	json_write_begin_array(w);
	for (size_t i = 0; i < list->n; i++)
		json_write_string(w, list->items[i]);
	json_write_end_array(w);
}

static void write_string_map(const struct key *key, const void *from, struct json_writer *w)
{
	const struct string_map *map = write_field(key, from);

	if (!map->set)
		return;
	json_write_key(w, key->name);
	json_write_begin_object(w);
	for (size_t i = 0; i < map->n; i++)
		json_write_member_string(w, map->items[i].key, map->items[i].value);
	json_write_end_object(w);
}

static void write_enum(const struct key *key, const void *from, struct json_writer *w)
{
	const char *name = names_of(key->names, (size_t) * (const unsigned int *)write_field(key, from));

	if (name)
		json_write_member_string(w, key->name, name);
}

static void write_bits(const struct key *key, const void *from, struct json_writer *w)
{
	const struct opt_bits *field = write_field(key, from);

	if (!field->set)
		return;
	json_write_key(w, key->name);
	json_write_begin_array(w);
	for (size_t i = 0; i < key->names->n; i++)
		if (field->bits >> i & 1)
			json_write_string(w, key->names->items[i]);
	json_write_end_array(w);
}

static void write_letter(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_key(w, key->name);
	json_write_bytes(w, write_field(key, from), 1);
}

static void write_access(const struct key *key, const void *from, struct json_writer *w)
{
	const struct spec_device_rule *rule = from;
	const char letters[] = {'r', rule->read, 'w', rule->write, 'm', rule->mknod};
	char access[4] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof letters; i += 2)
		if (letters[i + 1])
			access[n++] = letters[i];
	json_write_member_string(w, key->name, access);
}

static void write_numbers(const struct key *key, const void *from, struct json_writer *w)
{
	const uint64_t *items = *(const uint64_t *const *)write_field(key, from);
	size_t n = write_count(key, from);

	if (n == 0)
		return;
	json_write_key(w, key->name);
	json_write_begin_array(w);
	for (size_t i = 0; i < n; i++)
		json_write_uint(w, items[i]);
	json_write_end_array(w);
}

static void write_object(const struct key *key, const void *from, struct json_writer *w)
{
	const void *object = *(const void *const *)write_field(key, from);

	if (!object)
		return;
	json_write_key(w, key->name);
	table_write(key->table, object, w);
}

static void write_inline(const struct key *key, const void *from, struct json_writer *w)
{
	json_write_key(w, key->name);
	table_write(key->table, write_field(key, from), w);
}

static void write_objects(const struct key *key, const void *from, struct json_writer *w)
{
	const char *items = *(const char *const *)write_field(key, from);
	size_t n = write_count(key, from);

	if (n == 0 && !write_has_set(key, from))
		return;
	json_write_key(w, key->name);
	json_write_begin_array(w);
	for (size_t i = 0; i < n; i++)
		table_write(key->table, items + i * key->table->size, w);
	json_write_end_array(w);
}

static void write_object_map(const struct key *key, const void *from, struct json_writer *w)
{
	const char *items = *(const char *const *)write_field(key, from);
	size_t n = write_count(key, from);

	if (n == 0)
		return;
	json_write_key(w, key->name);
	json_write_begin_object(w);
	for (size_t i = 0; i < n; i++, items += key->table->size) {
		json_write_key(w, *(const char *const *)(const void *)items);
		table_write(key->table, items, w);
	}
	json_write_end_object(w);
}

/* Another platform's property was not kept. */
static void write_foreign(const struct key *key, const void *from, struct json_writer *w)
{
	(void)key;
	(void)from;
	(void)w;
}

static void (*const write_kinds[])(const struct key *key, const void *from, struct json_writer *w) = {
	[KEY_STRING] = write_string,
	[KEY_BOOL] = write_bool,
	[KEY_OPT_BOOL] = write_opt_bool,
	[KEY_INT64] = write_int64,
	[KEY_UINT64] = write_uint64,
	[KEY_UINT32] = write_uint32,
	[KEY_OPT_INT] = write_opt_int,
	[KEY_OPT_UINT] = write_opt_uint,
	[KEY_STRINGS] = write_strings,
	[KEY_STRING_MAP] = write_string_map,
	[KEY_ENUM] = write_enum,
	[KEY_BITS] = write_bits,
	[KEY_LETTER] = write_letter,
	[KEY_ACCESS] = write_access,
	[KEY_NUMBERS] = write_numbers,
	[KEY_OBJECT] = write_object,
	[KEY_INLINE] = write_inline,
	[KEY_OBJECTS] = write_objects,
	[KEY_OBJECT_MAP] = write_object_map,
	[KEY_FOREIGN] = write_foreign,
};
static_assert(sizeof write_kinds / sizeof *write_kinds == KEY_KIND_COUNT, "each kind of row has its writer");

/* Recursion is as deep as the tables are. */
void table_write(const struct key_table *table, const void *from, struct json_writer *w)
{
	json_write_begin_object(w);
	for (size_t i = 0; i < table->n; i++)
		write_kinds[table->keys[i].kind](&table->keys[i], from, w);
	json_write_end_object(w);
}

int spec_write(const struct spec *spec, bool indented, struct text *out, struct err *e)
{
	struct json_writer w = {.out = out, .indented = indented};

	table_write(&keys_spec, spec, &w);
	return out->failed ? err_nomem(e) : 0;
}
