/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/source.h"

#include "base/own.h"
#include "config/check.h"
#include "config/parse.h"
#include "runtime/service/expand.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#define BUNDLE_SPEC "config.json"

/* The absolute directory of a file, or of a bundle. */
static int source_bundle(const struct source *source, struct arena *a, const char **ret, struct err *e)
{
	const char *slash = source->file ? strrchr(source->file, '/') : NULL;
	const char *directory = source->bundle ? source->bundle : ".";
	char resolved[PATH_MAX];

	if (source->file)
		directory = slash ? arena_text(a, source->file, (size_t)(slash - source->file) + 1) : ".";
	if (!directory)
		return err_nomem(e);
	if (!realpath(directory, resolved))
		return err_sys(e, "the bundle '%s'", directory);
	*ret = arena_string(a, resolved);
	return *ret ? 0 : err_nomem(e);
}

static int source_read(const struct source *source, struct source_loaded *loaded, struct report *report, struct err *e)
{
	const char *file = source->file ? source->file : source->config ? source->config : BUNDLE_SPEC;

	if (!source->file && source->bundle && file[0] != '/')
		file = arena_format(&loaded->spec.arena, "%s/%s", source->bundle, file);
	return file ? spec_load(AT_FDCWD, file, &loaded->spec, report, e) : err_nomem(e);
}

/* Relative to the bundle (config.md, "Root"). */
static int source_settle_root(struct source_loaded *loaded, struct err *e)
{
	struct spec_root *root = loaded->spec.root;

	if (!root || !root->path || root->path[0] == '/')
		return 0;
	root->path = arena_format(&loaded->spec.arena, "%s/%s", loaded->bundle, root->path);
	return root->path ? 0 : err_nomem(e);
}

int source_load(const struct source *source, struct source_loaded *ret, struct report *report, struct err *e)
{
	own_loaded loaded = {0};
	int r = source_read(source, &loaded, report, e);

	r = r ? r : source_bundle(source, &loaded.spec.arena, &loaded.bundle, e);
	r = r ? r : service_expand(&loaded.spec, e);
	if (r == 0 && source->changes && loaded.spec.process) /* the checks tell of a spec without one */
		r = process_change(&loaded.spec.arena, source->changes, loaded.spec.process, e);
	if (r < 0)
		return r;
	spec_check(&loaded.spec, report);
	r = report_error(report, e);
	r = r ? r : source_settle_root(&loaded, e);
	if (r < 0)
		return r;
	*ret = loaded;
	loaded = (struct source_loaded){0};
	return 0;
}

void source_loaded_free(struct source_loaded *loaded)
{
	spec_free(&loaded->spec);
	loaded->bundle = NULL;
}
