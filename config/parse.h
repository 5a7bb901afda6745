/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to a struct spec by the key tables: what each property's value may be, and
 * which must be there. What properties demand of each other is asked by spec_check()
 * (config/check.h), after the short form was expanded (config/defaults.h).
 *
 * All findings go to *report, which the caller owns and frees: unknown properties and
 * other platforms' are warnings. When it has errors, the functions fail with the first
 * one in *e. A null stands for an absent property, as Go's encoders mean it.
 * Codes: those of config/json.h and spec-type, spec-range, spec-enum, spec-missing;
 * as warnings spec-unknown, spec-foreign.
 */
#pragma once

#include "config/report.h"
#include "config/spec.h"

/* `file` is for messages, or NULL. report->tree belongs to *ret on success and is NULL on failure. */
int spec_parse(
	const char *text, size_t length, const char *file, struct spec *ret, struct report *report, struct err *e);

/* Reads the file `path` (relative to dirfd) and parses it. A relative root.path stays as it is. */
int spec_load(int dirfd, const char *path, struct spec *ret, struct report *report, struct err *e);

/*
 * A process object on its own (exec --process), into the caller's arena, checked already.
 * process_load() reads a file; its warnings are lost.
 */
int process_parse(const struct json_source *source, struct arena *arena, struct spec_process *ret,
	struct report *report, struct err *e);
int process_load(int dirfd, const char *path, struct arena *arena, struct spec_process *ret, struct err *e);

/* A resources object on its own (update --resources), into the caller's arena, checked already. */
int resources_parse(const struct json_source *source, struct arena *arena, struct spec_resources *ret,
	struct report *report, struct err *e);
