/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces: the spec's rules. See cgroup_device.h.
 *
 * The kernel's devices controller has one default (allow or deny all) and a list of
 * exceptions with one mask for each type, major and minor. It cannot keep an exception to an
 * exception ("all of 8:*, but not 8:0"): it would take the rule and ignore it.
 */
#include "runtime/isolation/cgroup_device.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

enum { ACCESS_ALL = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD };

/* One type, and -1 for any number. */
struct exception {
	char type;
	int64_t major, minor;
	unsigned int access;
};

struct table {
	bool allow; /* the default; the exceptions say the contrary */
	size_t n;
	struct exception *items;
};

static struct exception exception_of(const struct spec_device_rule *rule, char type)
{
	return (struct exception){.type = type,
		.major = rule->major.set && rule->major.value >= 0 ? rule->major.value : -1,
		.minor = rule->minor.set && rule->minor.value >= 0 ? rule->minor.value : -1,
		.access = cgroup_device_access(rule)};
}

static bool same(const struct exception *a, const struct exception *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

static bool overlaps_number(int64_t a, int64_t b)
{
	return a == b || a < 0 || b < 0;
}

static bool overlaps(const struct exception *a, const struct exception *b)
{
	return a->type == b->type && (a->access & b->access) && overlaps_number(a->major, b->major) &&
	       overlaps_number(a->minor, b->minor);
}

/* The access of `wanted` that `by` does not cover, by being the same or wider. */
static unsigned int access_beyond(const struct exception *wanted, const struct exception *by)
{
	bool wider = wanted->type == by->type && (by->major < 0 || by->major == wanted->major) &&
		     (by->minor < 0 || by->minor == wanted->minor);

	return wider ? wanted->access & ~by->access : wanted->access;
}

/* A rule against the default becomes an exception. */
static void add_exception(struct table *table, struct exception wanted)
{
	for (size_t i = 0; i < table->n; i++)
		wanted.access = access_beyond(&wanted, &table->items[i]);
	for (size_t i = 0; wanted.access && i < table->n; i++)
		if (same(&table->items[i], &wanted)) {
			table->items[i].access |= wanted.access;
			return;
		}
	if (wanted.access)
		table->items[table->n++] = wanted;
}

/* A rule that agrees with the default takes exceptions back: whole ones only. false: it would need a part of one. */
static bool take_back(struct table *table, const struct exception *rule)
{
	size_t kept = 0;
	bool whole = true;

	for (size_t i = 0; i < table->n; i++) {
		struct exception *item = &table->items[i];
		unsigned int beyond = access_beyond(item, rule);

		if (overlaps(item, rule) && beyond == item->access)
			whole = false;
		item->access = beyond;
		if (item->access)
			table->items[kept++] = *item;
	}
	table->n = kept;
	return whole;
}

static bool table_add(struct table *table, const struct spec_device_rule *rule)
{
	static const char types[] = "bc";
	bool whole = true;

	if (cgroup_device_is_all(rule) && cgroup_device_access(rule) == ACCESS_ALL) {
		table->allow = rule->allow;
		table->n = 0;
		return true;
	}
	for (const char *type = types; *type; type++) {
		struct exception exception = exception_of(rule, *type);

		if ((rule->type == 'b' || rule->type == 'c') && rule->type != *type)
			continue;
		if (rule->allow != table->allow)
			add_exception(table, exception);
		else
			whole = take_back(table, &exception) && whole;
	}
	return whole;
}

static unsigned int access_of_letter(char letter)
{
	switch (letter) {
	case 'r':
		return BPF_DEVCG_ACC_READ;
	case 'w':
		return BPF_DEVCG_ACC_WRITE;
	case 'm':
		return BPF_DEVCG_ACC_MKNOD;
	default:
		return 0;
	}
}

static const char *number_text(struct arena *arena, int64_t number)
{
	return number < 0 ? "*" : arena_format(arena, "%" PRId64, number);
}

static const char *exception_text(struct arena *arena, const struct exception *item)
{
	const char *major = number_text(arena, item->major), *minor = number_text(arena, item->minor);

	if (!major || !minor)
		return NULL;
	return arena_format(arena, "%c %s:%s %s%s%s", item->type, major, minor,
		item->access & BPF_DEVCG_ACC_READ ? "r" : "", item->access & BPF_DEVCG_ACC_WRITE ? "w" : "",
		item->access & BPF_DEVCG_ACC_MKNOD ? "m" : "");
}

static int add_write(struct cgroup_writes *to, struct arena *arena, bool allow, const char *text, struct err *e)
{
	const struct cgroup_write write = {.controller = CGROUP_DEVICES,
		.file = allow ? "devices.allow" : "devices.deny",
		.text = text,
		.pointer = "/linux/resources/devices"};

	return text ? cgroup_writes_add(to, arena, &write, e) : err_nomem(e);
}

static int refuse(size_t rule, struct err *e)
{
	(void)err_set(e, EOPNOTSUPP, "not-with-this-cgroup-version",
		"cannot honour the device rule: cgroup version 1 cannot take a part out of what a rule before it said; "
		"name the devices one by one");
	return err_at(e, "/linux/resources/devices/%zu", rule);
}

static int table_make(const struct cgroup_device_rules *rules, struct arena *arena, struct table *ret, struct err *e)
{
	/* a rule of both types makes two exceptions */
	struct table table = {.items = arena_array(arena, 2 * rules->n + 1, sizeof *table.items)};

	if (!table.items)
		return err_nomem(e);
	/* beyond the spec's rules a part that cannot be had stays as the spec's rules left it: denied */
	for (size_t i = 0; i < rules->n; i++)
		if (!table_add(&table, &rules->items[i]) && i < rules->spec_n)
			return refuse(i, e);
	*ret = table;
	return 0;
}

/* A number of devices.list, and what follows it. */
static int64_t list_number(const char **at)
{
	char *end;
	int64_t number = -1;

	if (**at == '*') {
		++*at;
		return number;
	}
	number = strtoll(*at, &end, 10);
	*at = end;
	return number;
}

/* devices.list of a group that denies by default: "c 1:3 rwm" a line. A group that allows by default has "a *:* rwm".
 */
static int table_read(const char *text, struct arena *arena, struct table *ret, struct err *e)
{
	struct table table = {.items = arena_array(arena, strlen(text) / sizeof "c 1:3 r" + 1, sizeof *table.items)};

	if (!table.items)
		return err_nomem(e);
	for (; *text; text += strspn(text, "\n")) {
		struct exception item = {.type = *text};

		table.allow = table.allow || *text == 'a';
		text += strcspn(text, " \n");
		text += *text == ' ';
		item.major = list_number(&text);
		text += *text == ':';
		item.minor = list_number(&text);
		for (; *text && *text != '\n'; text++)
			item.access |= access_of_letter(*text);
		add_exception(&table, item);
	}
	*ret = table;
	return 0;
}

/* "a" sets the default and drops every exception. */
static int add_anew(const struct table *table, struct arena *arena, struct cgroup_writes *to, struct err *e)
{
	int r = add_write(to, arena, table->allow, "a", e);

	for (size_t i = 0; r == 0 && i < table->n; i++)
		r = add_write(to, arena, !table->allow, exception_text(arena, &table->items[i]), e);
	return r;
}

/* For each exception the part that the other table has not, as writes. */
static int add_beyond(
	const struct table *table, const struct table *other, bool allow, struct arena *arena, struct cgroup_writes *to)
{
	struct err out_of_memory;

	for (size_t i = 0; i < table->n; i++) {
		struct exception item = table->items[i];

		for (size_t k = 0; k < other->n; k++)
			if (same(&item, &other->items[k]))
				item.access &= ~other->items[k].access;
		if (item.access && add_write(to, arena, allow, exception_text(arena, &item), &out_of_memory) < 0)
			return -ENOMEM;
	}
	return 0;
}

int cgroup_device_writes(const struct cgroup_device_rules *rules, const char *now, struct arena *arena,
	struct cgroup_writes *to, struct err *e)
{
	struct table table, old;
	int r = table_make(rules, arena, &table, e);

	if (r < 0 || !now)
		return r < 0 ? r : add_anew(&table, arena, to, e);
	r = table_read(now, arena, &old, e);
	if (r < 0 || old.allow || table.allow)
		return r < 0 ? r : add_anew(&table, arena, to, e);
	/* a running service must not lose /dev/null for a moment: what is new first, then what goes */
	r = add_beyond(&table, &old, true, arena, to);
	if (r == 0)
		r = add_beyond(&old, &table, false, arena, to);
	return r < 0 ? err_nomem(e) : 0;
}
