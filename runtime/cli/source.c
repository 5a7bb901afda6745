/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/source.h"

#include "runtime/cli/values.h"
#include "runtime/service/store.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool cli_is_spec_file(const char *argument)
{
	size_t length = strlen(argument);

	return strchr(argument, '/') || (length > 5 && strcmp(argument + length - 5, ".json") == 0);
}

/* The command line's variables come last, where they win. */
int cli_source_load(const struct cli_source *source, struct source_loaded *ret, struct report *report, struct err *e)
{
	struct process_changes changes = {0};
	struct strings *command = &changes.args;
	const struct source from = {
		.bundle = source->bundle, .config = source->config, .file = source->file, .changes = &changes};
	int r = source->env ? cli_value_env(source->env, e) : 0;

	for (command->items = (const char **)(uintptr_t)source->command; command->items && command->items[command->n];)
		command->n++;
	command->set = command->n > 0;
	if (source->env)
		changes.env = (struct strings){.set = true, .n = source->env->n, .items = source->env->items};
	return r ? r : source_load(&from, ret, report, e);
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
