/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the spec's annotations. See systemd_property.h. */
#include "runtime/isolation/systemd_property.h"

#include "runtime/isolation/systemd_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEMD_INFINITY    "18446744073709551615"
#define PROPERTY_ANNOTATION "org.systemd.property."

int systemd_add(struct systemd_properties *to, struct arena *arena, struct systemd_property property, struct err *e)
{
	if (!property.name || !property.value)
		return err_nomem(e);
	if (to->n == to->room) {
		struct systemd_property *items = arena_array_grow(arena, to->items, &to->room, sizeof *items);

		if (!items)
			return err_nomem(e);
		to->items = items;
	}
	to->items[to->n++] = property;
	return 0;
}

static int annotation_bad(const char *name, const char *value, struct err *e)
{
	(void)err_set(e, EINVAL, "bad-systemd-property",
		"annotation '" PROPERTY_ANNOTATION "%s': '%s' is not true, false, a 'text' or a number such as "
		"'uint64 5'",
		name, value);
	return err_at(e, "/annotations");
}

static const struct {
	const char *prefix, *type;
} number_types[] = {{"uint64 ", "t"}, {"int64 ", "x"}, {"uint32 ", "u"}, {"int32 ", "i"}, {"", "i"}};

static bool is_decimal(const char *text)
{
	text += *text == '-';
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* GVariant's text form, as far as runc and crun take it: a boolean, a quoted text, a number with its type. */
static int annotation_value(
	const char *name, const char *value, struct arena *arena, struct systemd_property *ret, struct err *e)
{
	const size_t length = strlen(value);

	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
		ret->type = "b";
		ret->value = *value == 't' ? "1" : "0";
		return 0;
	}
	if (length >= 2 && *value == '\'' && value[length - 1] == '\'' && !memchr(value + 1, '\'', length - 2)) {
		ret->type = "s";
		ret->value = arena_text(arena, value + 1, length - 2);
		return 0;
	}
	for (size_t i = 0; i < sizeof number_types / sizeof *number_types; i++) {
		const size_t prefix = strlen(number_types[i].prefix);

		if (strncmp(value, number_types[i].prefix, prefix) != 0 || !is_decimal(value + prefix))
			continue;
		ret->type = number_types[i].type;
		ret->value = value + prefix;
		return 0;
	}
	return annotation_bad(name, value, e);
}

/* "TimeoutStopSec" is what people write; systemd's own name counts microseconds. */
static int in_microseconds(struct systemd_property *property, struct arena *arena)
{
	const size_t length = strlen(property->name);

	if (length < 4 || strcmp(property->name + length - 3, "Sec") != 0 || property->name[length - 4] == 'U' ||
		*property->type == 's' || *property->type == 'b')
		return 0;
	property->name = arena_format(arena, "%.*sUSec", (int)length - 3, property->name);
	property->type = "t";
	property->value = arena_format(arena, "%s000000", property->value);
	return property->name && property->value ? 0 : -ENOMEM;
}

static int add_annotations(
	const struct string_map *annotations, struct arena *arena, struct systemd_properties *to, struct err *e)
{
	int r = 0;

	for (size_t i = 0; annotations && r == 0 && i < annotations->n; i++) {
		const struct string_pair *pair = &annotations->items[i];
		struct systemd_property property = {0};

		if (strncmp(pair->key, PROPERTY_ANNOTATION, strlen(PROPERTY_ANNOTATION)) != 0)
			continue;
		property.name = pair->key + strlen(PROPERTY_ANNOTATION);
		if (property.name[strspn(property.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] ||
			!*property.name)
			return annotation_bad(property.name, pair->value, e);
		r = annotation_value(property.name, pair->value, arena, &property, e);
		if (r == 0 && in_microseconds(&property, arena) < 0)
			return err_nomem(e);
		if (r == 0)
			r = systemd_add(to, arena, property, e);
	}
	return r;
}

int systemd_unit_properties(
	const struct systemd_unit *unit, struct arena *arena, struct systemd_properties *to, struct err *e)
{
	const struct systemd_property properties[] = {
		{"Description", "s", arena_format(arena, "cloche service %s", unit->id)},
		/* a scope hangs in its slice; a slice is in its parent by its name, and has it started */
		unit->pid ? (struct systemd_property){"Slice", "s", unit->slice}
			  : (struct systemd_property){"Wants", "as", unit->slice},
		/* what is below is ours: systemd leaves it alone */
		{"Delegate", "b", unit->pid ? "1" : NULL},
		{"PIDs", "au", unit->pid},
		/* the controllers are there for limits that come later, and for the statistics */
		{"MemoryAccounting", "b", "1"},
		{"CPUAccounting", "b", "1"},
		{unit->v2 ? "IOAccounting" : "BlockIOAccounting", "b", "1"},
		{"TasksAccounting", "b", "1"},
		/* a scope has systemd's default limit else; the spec's own comes after this one, and the last one
		   counts */
		{"TasksMax", "t", unit->pid ? SYSTEMD_INFINITY : NULL},
		/* it ends with its service, not before the host's other units */
		{"DefaultDependencies", "b", "0"},
	};
	int r = 0;

	if (!properties[0].value)
		return err_nomem(e);
	for (size_t i = 0; r == 0 && i < sizeof properties / sizeof *properties; i++)
		if (properties[i].value)
			r = systemd_add(to, arena, properties[i], e);
	return r < 0 ? r : add_annotations(unit->annotations, arena, to, e);
}
