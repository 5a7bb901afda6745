/* SPDX-License-Identifier: Apache-2.0 */
/* Where a service's spec comes from: a file of its own or a bundle, and what its caller wants otherwise. */
#pragma once

#include "config/report.h"
#include "config/spec.h"
#include "runtime/service/process.h"

struct source {
	const char *bundle;                    /* a directory with config.json; NULL: the working directory */
	const char *config;                    /* the bundle's spec, relative to it; NULL: config.json */
	const char *file;                      /* spec.json, or NULL: the bundle's */
	const struct process_changes *changes; /* to its process; what it names must outlive the spec; NULL: none */
};

/* A spec that was read, expanded and checked, with the directory it came from. */
struct source_loaded {
	struct spec spec;
	const char *bundle; /* absolute; in the spec's arena */
};

#define own_loaded __attribute__((cleanup(source_loaded_free))) struct source_loaded

/*
 * Reads the spec. Findings of parsing and checking are in the report; -EINVAL when one is an error.
 * Relative paths of root and mounts are below the bundle.
 */
int source_load(const struct source *source, struct source_loaded *ret, struct report *report, struct err *e);
void source_loaded_free(struct source_loaded *loaded);
