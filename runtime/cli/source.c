/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/source.h"

#include "base/own.h"
#include "config/check.h"
#include "config/parse.h"
#include "runtime/cli/values.h"
#include "runtime/service/expand.h"
#include "runtime/service/process.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define BUNDLE_SPEC "config.json"

bool cli_is_spec_file(const char *argument)
{
	size_t length = strlen(argument);

	return strchr(argument, '/') || (length > 5 && strcmp(argument + length - 5, ".json") == 0);
}

/* The absolute directory of a file, or of a bundle. */
static int cli_bundle_of(const struct cli_source *source, struct arena *a, const char **ret, struct err *e)
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

static int cli_read(const struct cli_source *source, struct cli_loaded *loaded, struct report *report, struct err *e)
{
	const char *file = source->file;

	if (!file)
		file = source->bundle ? arena_format(&loaded->spec.arena, "%s/" BUNDLE_SPEC, source->bundle)
				      : BUNDLE_SPEC;
	return file ? spec_load(AT_FDCWD, file, &loaded->spec, report, e) : err_nomem(e);
}

/* The command line's variables come last, where they win. */
static int cli_override(struct spec *spec, const struct cli_source *source, struct err *e)
{
	struct process_changes changes = {0};
	struct strings *command = &changes.args;

	if (!spec->process)
		return 0; /* the checks say so */
	for (command->items = (const char **)(uintptr_t)source->command; command->items && command->items[command->n];)
		command->n++;
	command->set = command->n > 0;
	if (source->env)
		changes.env = (struct strings){.set = true, .n = source->env->n, .items = source->env->items};
	return process_change(&spec->arena, &changes, spec->process, e);
}

/* Relative to the bundle (config.md, "Root"). */
static int cli_settle_root(struct cli_loaded *loaded, struct err *e)
{
	struct spec_root *root = loaded->spec.root;

	if (!root || !root->path || root->path[0] == '/')
		return 0;
	root->path = arena_format(&loaded->spec.arena, "%s/%s", loaded->bundle, root->path);
	return root->path ? 0 : err_nomem(e);
}

int cli_source_load(const struct cli_source *source, struct cli_loaded *ret, struct report *report, struct err *e)
{
	own_loaded loaded = {0};
	int r = cli_read(source, &loaded, report, e);

	r = r ? r : cli_bundle_of(source, &loaded.spec.arena, &loaded.bundle, e);
	r = r || !source->env ? r : cli_value_env(source->env, e);
	r = r ? r : service_expand(&loaded.spec, e);
	r = r ? r : cli_override(&loaded.spec, source, e);
	if (r < 0)
		return r;
	spec_check(&loaded.spec, report);
	r = report_error(report, e);
	r = r ? r : cli_settle_root(&loaded, e);
	if (r < 0)
		return r;
	*ret = loaded;
	loaded = (struct cli_loaded){0};
	return 0;
}

void cli_loaded_free(struct cli_loaded *loaded)
{
	spec_free(&loaded->spec);
	loaded->bundle = NULL;
}

const char *cli_id_of_file(struct arena *a, const char *file, struct err *e)
{
	char resolved[PATH_MAX], *name, *dot;

	if (!realpath(file, resolved)) {
		(void)err_sys(e, "the spec '%s'", file); /* NULL says that it failed */
		return NULL;
	}
	name = strrchr(resolved, '/') + 1;
	dot = strrchr(name, '.');
	if (dot)
		*dot = '\0';
	if (strcmp(name, "spec") == 0 || strcmp(name, "config") == 0) {
		name[-1] = '\0';
		name = strrchr(resolved, '/') ? strrchr(resolved, '/') + 1 : name;
	}
	if (store_check_id(name, e) < 0)
		return NULL;
	name = arena_string(a, name);
	if (!name)
		(void)err_nomem(e); /* NULL says that it failed */
	return name;
}
