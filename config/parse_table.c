/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a spec from anybody. One function for each kind of row. */
#include "config/parse_table.h"

#include "config/spec_resources.h"
#include "config/spec_types.h"

#include <assert.h>
#include <string.h>

/* The field of a row in the struct that is filled. */
static void *parse_field(const struct key *key, void *to)
{
	return (char *)to + key->at;
}

static size_t *parse_count(const struct key *key, void *to)
{
	return (size_t *)(void *)((char *)to + key->count_at);
}

static void *parse_array(struct parse *p, size_t n, size_t size)
{
	void *items = arena_array(p->arena, n, size);

	if (!items)
		p->failed = true;
	return items;
}

static bool parse_is(struct parse *p, const struct json *node, enum json_kind kind)
{
	if (node->kind != kind)
		report_refuse_node(p->report, "spec-type", node, "want %s", json_kind_name(kind));
	return node->kind == kind;
}

static void parse_string(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	if (parse_is(p, node, JSON_STRING))
		*(const char **)parse_field(key, to) = node->text;
}

static void parse_bool(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	if (parse_is(p, node, JSON_BOOL))
		*(bool *)parse_field(key, to) = node->boolean;
}

static void parse_opt_bool(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	if (parse_is(p, node, JSON_BOOL))
		*(struct opt_bool *)parse_field(key, to) = (struct opt_bool){true, node->boolean};
}

static void parse_int64(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	(void)parse_signed(p, key, node, parse_field(key, to)); /* the report says it */
}

static void parse_uint64(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	(void)parse_unsigned(p, key, node, parse_field(key, to)); /* the report says it */
}

static void parse_uint32(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct key narrow = *key;
	uint64_t value;

	if (!narrow.range)
		narrow.range = &key_range_uint32;
	if (parse_unsigned(p, &narrow, node, &value))
		*(uint32_t *)parse_field(key, to) = (uint32_t)value;
}

static void parse_opt_int(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct opt_int *field = parse_field(key, to);

	field->set = parse_signed(p, key, node, &field->value);
}

static void parse_opt_uint(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct opt_uint *field = parse_field(key, to);

	field->set = parse_unsigned(p, key, node, &field->value);
}

static void parse_strings(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct strings list = {.set = true};

	if (!parse_is(p, node, JSON_ARRAY))
		return;
	if (node->count > 0)
		list.items = parse_array(p, node->count + 1, sizeof *list.items);
	for (const struct json *item = node->first; item && list.items; item = item->next)
		if (parse_is(p, item, JSON_STRING))
			list.items[list.n++] = item->text;
	*(struct strings *)parse_field(key, to) = list;
}

static void parse_string_map(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct string_map map = {.set = true};

	if (!parse_is(p, node, JSON_OBJECT))
		return;
	if (node->count > 0)
		map.items = parse_array(p, node->count, sizeof *map.items);
	for (const struct json *item = node->first; item && map.items; item = item->next)
		if (parse_is(p, item, JSON_STRING))
			map.items[map.n++] = (struct string_pair){item->key, item->text};
	*(struct string_map *)parse_field(key, to) = map;
}

/* "want one of 'a', 'b'", as far as a message has room for it. */
static void parse_name_refuse(struct parse *p, const struct names *names, const struct json *node)
{
	bool room = report_has_room(p->report, REPORT_ERROR);
	const char *nearest = room ? names_nearest(names, node->text) : NULL;
	own_text all = {0};

	for (size_t i = 0; room && i < names->n; i++)
		if (names->items[i])
			text_format(&all, "%s'%s'", all.length ? ", " : "", names->items[i]);
	if (nearest)
		report_refuse_node(p->report, "spec-enum", node, "unknown, did you mean '%s'", nearest);
	else
		report_refuse_node(p->report, "spec-enum", node, "want one of %s", text_string(&all));
}

static void parse_enum(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	int value;

	if (!parse_is(p, node, JSON_STRING))
		return;
	value = names_find(key->names, node->text);
	if (value < 0)
		parse_name_refuse(p, key->names, node);
	else
		*(int *)parse_field(key, to) = value;
}

/* config.md: a capability that is not known is no reason to fail. */
static void parse_name_ignore(struct parse *p, const struct names *names, const struct json *node)
{
	bool room = report_has_room(p->report, REPORT_WARNING);
	const char *nearest = room ? names_nearest(names, node->text) : NULL;

	if (nearest)
		report_warn_node(p->report, "spec-unknown", node, "unknown and ignored, did you mean '%s'", nearest);
	else
		report_warn_node(p->report, "spec-unknown", node, "unknown and ignored");
}

static void parse_bit(struct parse *p, const struct key *key, const struct json *node, uint64_t *bits)
{
	int value = names_find(key->names, node->text);

	if (value >= 0)
		*bits |= UINT64_C(1) << value;
	else if (key->lenient)
		parse_name_ignore(p, key->names, node);
	else
		parse_name_refuse(p, key->names, node);
}

static void parse_bits(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct opt_bits *field = parse_field(key, to);

	assert(key->names->n <= 64);
	if (!parse_is(p, node, JSON_ARRAY))
		return;
	field->set = true;
	for (const struct json *item = node->first; item; item = item->next)
		if (parse_is(p, item, JSON_STRING))
			parse_bit(p, key, item, &field->bits);
}

static void parse_letter(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	if (!parse_is(p, node, JSON_STRING))
		return;
	if (node->length == 1 && strchr(key->letters, node->text[0]))
		*(char *)parse_field(key, to) = node->text[0];
	else
		report_refuse_node(p->report, "spec-enum", node, "want one letter of '%s'", key->letters);
}

static void parse_access(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	struct spec_device_rule *rule = to;

	(void)key; /* the one property of its kind */
	if (!parse_is(p, node, JSON_STRING))
		return;
	if (strspn(node->text, "rwm") != node->length)
		report_refuse_node(p->report, "spec-enum", node, "want letters of 'rwm'");
	rule->read = strchr(node->text, 'r');
	rule->write = strchr(node->text, 'w');
	rule->mknod = strchr(node->text, 'm');
}

static void parse_numbers(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	uint64_t *items = NULL;
	size_t n = 0;

	if (!parse_is(p, node, JSON_ARRAY))
		return;
	if (node->count > 0)
		items = parse_array(p, node->count, sizeof *items);
	for (const struct json *item = node->first; item && items; item = item->next)
		if (parse_unsigned(p, key, item, &items[n]))
			n++;
	*(uint64_t **)parse_field(key, to) = items;
	*parse_count(key, to) = n;
}

static void parse_object(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	void *object;

	if (!parse_is(p, node, JSON_OBJECT))
		return;
	object = parse_array(p, 1, key->table->size);
	if (object)
		parse_table(p, key->table, node, object);
	*(void **)parse_field(key, to) = object;
}

static void parse_inline(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	parse_table(p, key->table, node, parse_field(key, to));
}

static void parse_objects(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	char *items = NULL;
	size_t n = 0;

	if (!parse_is(p, node, JSON_ARRAY))
		return;
	if (node->count > 0)
		items = parse_array(p, node->count, key->table->size);
	for (const struct json *item = node->first; item && items; item = item->next)
		parse_table(p, key->table, item, items + key->table->size * n++);
	*(void **)parse_field(key, to) = items;
	*parse_count(key, to) = n;
	if (key->has_set)
		*((bool *)to + key->set_at) = true;
}

static void parse_object_map(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	char *items = NULL;
	size_t n = 0;

	if (!parse_is(p, node, JSON_OBJECT))
		return;
	if (node->count > 0)
		items = parse_array(p, node->count, key->table->size);
	for (const struct json *item = node->first; item && items; item = item->next) {
		void *at = items + key->table->size * n++;

		*(const char **)at = item->key;
		if (item->kind != JSON_NULL)
			parse_table(p, key->table, item, at);
	}
	*(void **)parse_field(key, to) = items;
	*parse_count(key, to) = n;
}

static void parse_foreign(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	(void)key;
	(void)to;
	report_warn_node(p->report, "spec-foreign", node, "another platform's property is ignored");
}

static void (*const parse_kinds[])(struct parse *p, const struct key *key, const struct json *node, void *to) = {
	[KEY_STRING] = parse_string,
	[KEY_BOOL] = parse_bool,
	[KEY_OPT_BOOL] = parse_opt_bool,
	[KEY_INT64] = parse_int64,
	[KEY_UINT64] = parse_uint64,
	[KEY_UINT32] = parse_uint32,
	[KEY_OPT_INT] = parse_opt_int,
	[KEY_OPT_UINT] = parse_opt_uint,
	[KEY_STRINGS] = parse_strings,
	[KEY_STRING_MAP] = parse_string_map,
	[KEY_ENUM] = parse_enum,
	[KEY_BITS] = parse_bits,
	[KEY_LETTER] = parse_letter,
	[KEY_ACCESS] = parse_access,
	[KEY_NUMBERS] = parse_numbers,
	[KEY_OBJECT] = parse_object,
	[KEY_INLINE] = parse_inline,
	[KEY_OBJECTS] = parse_objects,
	[KEY_OBJECT_MAP] = parse_object_map,
	[KEY_FOREIGN] = parse_foreign,
};
static_assert(sizeof parse_kinds / sizeof *parse_kinds == KEY_KIND_COUNT, "each kind of row has its parser");

static void parse_unknown(struct parse *p, const struct key_table *table, const struct json *node)
{
	bool room = report_has_room(p->report, REPORT_WARNING);
	const struct key *nearest = room ? key_nearest(table, node->key) : NULL;

	if (nearest)
		report_warn_node(p->report, "spec-unknown", node, "unknown property, did you mean '%s'", nearest->name);
	else
		report_warn_node(p->report, "spec-unknown", node, "unknown property");
}

static void parse_missing(struct parse *p, const struct key *key, const struct json *node)
{
	own_text pointer = {0};

	if (report_has_room(p->report, REPORT_ERROR)) {
		json_pointer(node, &pointer);
		json_pointer_add(&pointer, key->name);
	}
	report_refuse(p->report, "spec-missing", text_string(&pointer), "required");
}

/* What a property stands for when it is absent. */
static void parse_absent(struct parse *p, const struct key *key, const struct json *node, void *to)
{
	if (key->required)
		parse_missing(p, key, node);
	if (key->kind == KEY_LETTER)
		*(char *)parse_field(key, to) = key->letters[0];
	if (key->kind == KEY_ACCESS) {
		struct spec_device_rule *rule = to;

		rule->read = rule->write = rule->mknod = true;
	}
}

/* Recursion is as deep as the tables are. */
void parse_table(struct parse *p, const struct key_table *table, const struct json *node, void *to)
{
	uint64_t seen = 0;

	assert(table->n <= 64);
	if (!parse_is(p, node, JSON_OBJECT))
		return;
	for (const struct json *member = node->first; member; member = member->next) {
		const struct key *key = key_find(table, member->key);

		if (!key) {
			parse_unknown(p, table, member);
		} else if (member->kind != JSON_NULL) {
			seen |= UINT64_C(1) << (key - table->keys);
			parse_kinds[key->kind](p, key, member, to);
		}
	}
	for (size_t i = 0; i < table->n; i++)
		if (!(seen >> i & 1))
			parse_absent(p, &table->keys[i], node, to);
}
