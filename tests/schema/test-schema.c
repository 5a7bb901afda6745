/* SPDX-License-Identifier: Apache-2.0 */
/* The key tables held against the JSON schema of the OCI runtime-spec (see README.md). Argument: this folder. */
#include "base/fd.h"
#include "config/check.h"
#include "config/json.h"
#include "config/keys.h"
#include "config/parse.h"
#include "config/write.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *schema_folder;

/* Other platforms' schemas are not here: their objects are known by name only. */
static const char *const foreign_platforms[] = {"/solaris", "/windows", "/zos", "/freebsd"};

/* Required by the schema, but not by the tables. */
static const char *const required_later[] = {
	"/ociVersion",  /* the short form leaves it out; config/check.h asks for it */
	"/root/path",   /* likewise */
	"/process/cwd", /* likewise */
	"/vm/kernel",   /* without one, the microVM brings its own */
};

/* Names that the tables have and the schema has not. */
static const char *const extra_names[] = {"rprivate", "rshared", "rslave", "runbindable"};

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

/* Schema files that were read, by name. */
struct schema {
	struct arena arena;
	size_t n;
	struct {
		const char *name;
		const struct json *tree;
	} files[8];
	struct text found; /* each property's path, a line each */
};

/* A place in a schema: the node, and the file that its own references are relative to. */
struct spot {
	const struct json *node, *file;
};

static const struct json *schema_file(struct schema *s, const char *name, size_t length)
{
	char path[512];
	own_text text = {0};
	struct err e = ERR_NONE;
	struct json_source source = {.name = path};

	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->files[i].name, name, length) == 0 && !s->files[i].name[length])
			return s->files[i].tree;
	(void)snprintf(path, sizeof path, "%s/%.*s", schema_folder, (int)length, name);
	if (s->n == sizeof s->files / sizeof *s->files || file_read(AT_FDCWD, path, 1 << 20, &text, &e) < 0)
		fail_msg("%s: %s", path, e.text);
	source.text = text_string(&text);
	source.length = text.length;
	s->files[s->n].name = arena_text(&s->arena, name, length);
	if (json_parse(&source, &s->arena, &s->files[s->n].tree, &e) < 0)
		fail_msg("%s", e.text);
	return s->files[s->n++].tree;
}

/* Follows $ref to where the schema says something. */
static struct spot schema_resolve(struct schema *s, struct spot at)
{
	const struct json *ref;

	while ((ref = json_member(at.node, "$ref"))) {
		const char *hash = strchr(ref->text, '#');

		assert_non_null(hash);
		if (hash != ref->text)
			at.file = schema_file(s, ref->text, (size_t)(hash - ref->text));
		at.node = json_at(at.file, hash + 1);
		if (!at.node)
			fail_msg("%s: no such place", ref->text);
	}
	return at;
}

static void check_required(const struct spot *at, const struct key_table *table, const char *path)
{
	const struct json *required = json_member(at->node, "required");

	for (const struct json *name = required ? required->first : NULL; name; name = name->next) {
		const struct key *key = key_find(table, name->text);
		char whole[256];

		(void)snprintf(whole, sizeof whole, "%s/%s", path, name->text);
		assert_non_null(key);
		/* a bare bool or number has no absent state: its absence is an error, as it is for required ones */
		if (key->required == IS_ONE_OF(whole, required_later))
			fail_msg("%s: required is %d in the tables", whole, key->required);
	}
}

static void check_names(const struct json *enumeration, const struct key *key, const char *path)
{
	size_t named = 0;

	assert_non_null(key->names);
	for (const struct json *name = enumeration->first; name; name = name->next)
		if (names_find(key->names, name->text) < 0)
			fail_msg("%s: '%s' is not in the tables", path, name->text);
	for (size_t i = 0; i < key->names->n; i++)
		named += key->names->items[i] && !IS_ONE_OF(key->names->items[i], extra_names);
	if (named != enumeration->count)
		fail_msg("%s: %zu names, in the schema %zu", path, named, enumeration->count);
}

static void walk(struct schema *s, struct spot at, const struct key *key, const char *path);

static void walk_properties(struct schema *s, struct spot at, const struct key_table *table, const char *path)
{
	const struct json *properties = json_member(at.node, "properties");

	if (!table)
		fail_msg("%s: has properties, but no table", path);
	check_required(&at, table, path);
	for (const struct json *p = properties->first; p; p = p->next) {
		const struct key *key = key_find(table, p->key);
		char below[256];

		(void)snprintf(below, sizeof below, "%s/%s", path, p->key);
		text_format(&s->found, "%s\n", below);
		if (!key)
			fail_msg("%s: is not in the tables", below);
		if (!IS_ONE_OF(below, foreign_platforms))
			walk(s, (struct spot){p, at.file}, key, below);
	}
}

/* key is the row of the property whose schema this is. */
static void walk(struct schema *s, struct spot at, const struct key *key, const char *path)
{
	static const char *const inner[] = {"items", "additionalProperties"};
	static const char *const several[] = {"allOf", "anyOf"};
	char below[256];

	at = schema_resolve(s, at);
	if (json_member(at.node, "enum"))
		check_names(json_member(at.node, "enum"), key, path);
	if (json_member(at.node, "properties"))
		walk_properties(s, at, key->table, path);
	(void)snprintf(below, sizeof below, "%s/*", path);
	for (size_t i = 0; i < 2; i++)
		if (json_member(at.node, inner[i]))
			walk(s, (struct spot){json_member(at.node, inner[i]), at.file}, key, below);
	for (size_t i = 0; i < 2; i++)
		for (const struct json *one = json_member(at.node, several[i]) ? json_member(at.node, several[i])->first
									       : NULL;
			one; one = one->next)
			walk(s, (struct spot){one, at.file}, key, path);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of a text, sorted and each once. */
static size_t split_lines(struct text *text, const char **lines, size_t room)
{
	size_t n = 0, kept = 0;

	for (char *line = strtok(text->data, "\n"); line && n < room; line = strtok(NULL, "\n"))
		lines[n++] = line;
	qsort(lines, n, sizeof *lines, compare_lines);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(lines[i], lines[kept - 1]) != 0)
			lines[kept++] = lines[i];
	return kept;
}

static void the_tables_have_the_properties_of_the_schema_and_no_others(void **state)
{
	struct schema s = {0};
	const struct json *top = schema_file(&s, "config-schema.json", strlen("config-schema.json"));
	const struct key whole = {.kind = KEY_OBJECT, .table = &keys_spec};
	const char *of_schema[512], *of_tables[512];
	own_text list = {0};
	size_t n, m;

	(void)state;
	walk(&s, (struct spot){top, top}, &whole, "");
	keys_list(&keys_spec, &list);
	n = split_lines(&s.found, of_schema, 512);
	m = split_lines(&list, of_tables, 512);
	for (size_t i = 0; i < n && i < m; i++)
		assert_string_equal(of_tables[i], of_schema[i]);
	assert_int_equal(m, n);
	assert_true(n > 200);
	text_free(&s.found);
	arena_free(&s.arena);
}

/* Each sample of a folder through the parser. */
static void each_sample(const char *folder, void (*look)(int dirfd, const char *name))
{
	char path[512];
	const struct dirent *entry;
	DIR *samples;
	size_t n = 0;

	(void)snprintf(path, sizeof path, "%s/test/config/%s", schema_folder, folder);
	samples = opendir(path);
	assert_non_null(samples);
	while ((entry = readdir(samples)))
		if (strstr(entry->d_name, ".json")) {
			look(dirfd(samples), entry->d_name);
			n++;
		}
	assert_true(n > 3);
	(void)closedir(samples);
}

static void sample_is_taken_and_written_back(int folder, const char *name)
{
	own_spec spec = {0}, again = {0};
	own_report report = {0};
	own_text first = {0}, second = {0};
	struct err e = ERR_NONE;

	if (spec_load(folder, name, &spec, &report, &e) < 0 || spec_write(&spec, true, &first, &e) < 0 ||
		spec_parse(text_string(&first), first.length, NULL, &again, &report, &e) < 0 ||
		spec_write(&again, true, &second, &e) < 0)
		fail_msg("%s: %s", name, e.text);
	assert_string_equal(text_string(&first), text_string(&second));
}

static void the_schemas_good_samples_are_taken_and_written_back(void **state)
{
	(void)state;
	each_sample("good", sample_is_taken_and_written_back);
}

static void sample_is_refused(int folder, const char *name)
{
	own_spec spec = {0};
	own_report report = {0};
	struct err e = ERR_NONE;

	if (spec_load(folder, name, &spec, &report, &e) == 0)
		spec_check(&spec, &report);
	if (report_error(&report, &e) == 0)
		fail_msg("%s was taken", name);
	assert_true(report.errors_n > 0);
}

static void the_schemas_bad_samples_are_refused(void **state)
{
	(void)state;
	each_sample("bad", sample_is_refused);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_have_the_properties_of_the_schema_and_no_others),
		cmocka_unit_test(the_schemas_good_samples_are_taken_and_written_back),
		cmocka_unit_test(the_schemas_bad_samples_are_refused),
	};

	if (argc != 2)
		return 2;
	schema_folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
