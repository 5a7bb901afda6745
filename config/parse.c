/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a spec from anybody. */
#include "config/parse.h"

#include "base/fd.h"
#include "config/check.h"
#include "config/parse_table.h"

#include <errno.h>

enum { PARSE_FILE_BYTES = 4 * 1024 * 1024 };

/* The text as a tree in the arena; a failure goes to the report too. */
static int parse_tree(const struct json_source *source, struct arena *arena, struct report *report, struct err *e)
{
	struct json_place place = {0};
	int r;

	if (source->name && !report->file)
		report->file = arena_string(&report->arena, source->name);
	r = json_parse_at(source, arena, &report->tree, &place, e);
	if (r == 0 || r == -ENOMEM)
		return r;
	report_add_place(report, e->code, place, e->text);
	(void)report_error(report, e); /* it has one */
	e->no = EINVAL;
	return -EINVAL;
}

/* Fills a struct by its table. The report's tree stays only where it may be used. */
static int parse_struct(struct parse *p, const struct key_table *table, void *to, struct err *e)
{
	int r;

	parse_table(p, table, p->report->tree, to);
	r = p->failed ? err_nomem(e) : report_error(p->report, e);
	if (r < 0)
		p->report->tree = NULL;
	return r;
}

int spec_parse(
	const char *text, size_t length, const char *file, struct spec *ret, struct report *report, struct err *e)
{
	struct json_source source = {.text = text, .length = length, .name = file};
	own_spec spec = {0};
	struct parse p = {.arena = &spec.arena, .report = report};
	int r = parse_tree(&source, &spec.arena, report, e);

	if (r == 0)
		r = parse_struct(&p, &keys_spec, &spec, e);
	if (r < 0)
		return r;
	spec.tree = report->tree;
	spec.file = file ? arena_string(&spec.arena, file) : NULL;
	*ret = spec;
	spec = (struct spec){0};
	return 0;
}

int spec_load(int dirfd, const char *path, struct spec *ret, struct report *report, struct err *e)
{
	own_text text = {0};
	int r = file_read(dirfd, path, PARSE_FILE_BYTES, &text, e);

	return r < 0 ? r : spec_parse(text_string(&text), text.length, path, ret, report, e);
}

int process_parse(const struct json_source *source, struct arena *arena, struct spec_process *ret,
	struct report *report, struct err *e)
{
	struct parse p = {.arena = arena, .report = report};
	struct spec_process process = {0};
	int r = parse_tree(source, arena, report, e);

	if (r == 0)
		r = parse_struct(&p, &keys_process, &process, e);
	if (r < 0)
		return r;
	process_check(&process, "", report);
	r = report_error(report, e);
	if (r == 0)
		*ret = process;
	return r;
}

int process_load(int dirfd, const char *path, struct arena *arena, struct spec_process *ret, struct err *e)
{
	own_text text = {0};
	own_report report = {0};
	int r = file_read(dirfd, path, PARSE_FILE_BYTES, &text, e);

	if (r < 0)
		return r;
	return process_parse(&(struct json_source){.text = text_string(&text), .length = text.length, .name = path},
		arena, ret, &report, e);
}

int resources_parse(const struct json_source *source, struct arena *arena, struct spec_resources *ret,
	struct report *report, struct err *e)
{
	struct parse p = {.arena = arena, .report = report};
	struct spec_resources resources = {0};
	int r = parse_tree(source, arena, report, e);

	if (r == 0)
		r = parse_struct(&p, &keys_resources, &resources, e);
	if (r < 0)
		return r;
	resources_check(&resources, "", report);
	r = report_error(report, e);
	if (r == 0)
		*ret = resources;
	return r;
}
