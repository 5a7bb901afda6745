/* SPDX-License-Identifier: Apache-2.0 */
/* Where a verb's spec comes from: a file of its own or a bundle, and what the command line changes in it. */
#pragma once

#include "config/report.h"
#include "config/spec.h"
#include "runtime/cli/cli.h"

struct cli_source {
	const char *bundle;         /* --bundle; NULL: the working directory */
	const char *file;           /* spec.json, or NULL: config.json of the bundle */
	const char *const *command; /* instead of process.args; NULL: leave it */
	const struct cli_list *env; /* NAME=VALUE, added to process.env */
};

/* A spec that was read, expanded and checked, with the directory it came from. */
struct cli_loaded {
	struct spec spec;
	const char *bundle; /* absolute; in the spec's arena */
};

#define own_loaded __attribute__((cleanup(cli_loaded_free))) struct cli_loaded

/*
 * Reads the spec. Findings of parsing and checking are in the report; -EINVAL when one is an error.
 * Relative paths of root and mounts are below the bundle.
 */
int cli_source_load(const struct cli_source *source, struct cli_loaded *ret, struct report *report, struct err *e);
void cli_loaded_free(struct cli_loaded *loaded);

/* Whether the argument names a spec rather than an id: it has a '/', or ends in ".json". */
bool cli_is_spec_file(const char *argument);

/* The id of a service that was given none: its file's name, or its folder's where that says nothing ("spec", "config").
 */
const char *cli_id_of_file(struct arena *a, const char *file, struct err *e);
