/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what spec_expand() makes of each <case>.json with <case>.expanded.json; "rootless…" is for a rootless
 * caller. */
#include "base/fd.h"
#include "base/own.h"
#include "config/check.h"
#include "config/defaults.h"
#include "config/parse.h"
#include "config/write.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { GOLDEN_BYTES = 1 << 20 };

/* A case: its folder, and its name without the ending. */
struct golden {
	int folder;
	char name[200];
	bool write;
};

/* The expansion as text, which keeps every rule. */
static int golden_expand(const struct golden *c, struct text *out, struct err *e)
{
	struct expand_options options = {.rootless = strncmp(c->name, "rootless", 8) == 0, .uid = 1000, .gid = 100};
	own_spec spec = {0};
	own_report report = {0};
	char file[220];
	int r;

	(void)snprintf(file, sizeof file, "%s.json", c->name);
	r = spec_load(c->folder, file, &spec, &report, e);
	if (r == 0)
		r = spec_expand_for(&spec, &options, e);
	if (r == 0)
		spec_check(&spec, &report);
	if (r == 0)
		r = report_error(&report, e);
	if (r == 0)
		r = spec_write(&spec, true, out, e);
	text_add(out, "\n");
	return r;
}

static int golden_compare(const struct golden *c, const struct text *have, struct err *e)
{
	own_text want = {0};
	char file[220];
	int r;

	(void)snprintf(file, sizeof file, "%s.expanded.json", c->name);
	if (c->write)
		return file_replace(c->folder, file, have->data, have->length, 0644, e);
	r = file_read(c->folder, file, GOLDEN_BYTES, &want, e);
	if (r == 0 && strcmp(text_string(&want), text_string(have)) != 0)
		r = err_set(e, 1, "golden-differs", "%s differs, see test-expand --write", file);
	return r;
}

/* Whether it is a case, whose name it cuts out. */
static bool golden_name(const char *file, struct golden *c)
{
	const char *dot = strchr(file, '.');

	if (!dot || dot == file || strcmp(dot, ".json") != 0 || (size_t)(dot - file) >= sizeof c->name)
		return false;
	(void)snprintf(c->name, sizeof c->name, "%.*s", (int)(dot - file), file);
	return true;
}

int main(int argc, char **argv)
{
	struct golden c = {.write = argc > 2 && strcmp(argv[1], "--write") == 0};
	own_dir folder = opendir(argc > 1 ? argv[argc - 1] : ".");
	const struct dirent *entry;
	unsigned int n = 0, failed = 0;

	if (!folder)
		return 2;
	c.folder = dirfd(folder);
	while ((entry = readdir(folder))) {
		own_text have = {0};
		struct err e = ERR_NONE;
		int r;

		if (!golden_name(entry->d_name, &c))
			continue;
		r = golden_expand(&c, &have, &e);
		if (r == 0)
			r = golden_compare(&c, &have, &e);
		failed += r < 0;
		printf("%s %u - %s is expanded%s%s\n", r < 0 ? "not ok" : "ok", ++n, c.name, r < 0 ? "\n# " : "",
			e.text);
	}
	printf("1..%u\n", n);
	return failed > 0 || n == 0;
}
