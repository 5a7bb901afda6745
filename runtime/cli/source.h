/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line says of a spec: which one, and what to change in it. */
#pragma once

#include "runtime/cli/cli.h"
#include "runtime/service/source.h"

struct cli_source {
	const char *bundle, *config, *file; /* as in struct source */
	const char *const *command;         /* instead of process.args; NULL: leave it */
	const struct cli_list *env;         /* NAME=VALUE, added to process.env */
};

/* source_load() with the command line's changes. */
int cli_source_load(const struct cli_source *source, struct source_loaded *ret, struct report *report, struct err *e);

/* Whether the argument names a spec rather than an id: it has a '/', or ends in ".json". */
bool cli_is_spec_file(const char *argument);

/* The id of a service that was given none: its file's name, or its folder's where that says nothing ("spec", "config").
 */
const char *cli_id_of_file(struct arena *a, const char *file, struct err *e);
