/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the properties of a spec demand of each other and of the kernel. An error where a
 * start would fail or the specification asks for one, a warning where something would have
 * no effect. Nothing here looks at the host.
 *
 * Codes: spec-missing, spec-range, spec-value (malformed), spec-conflict (with another
 * property), spec-duplicate, spec-foreign (another platform's), spec-version.
 */
#pragma once

#include "config/report.h"
#include "config/spec.h"

/* Every rule, on an expanded spec (config/defaults.h). Findings get their place from spec->tree. */
void spec_check(const struct spec *spec, struct report *report);

/* The rules for a process or resources on their own; `at` is their JSON pointer, "" for the top of a file. */
void process_check(const struct spec_process *process, const char *at, struct report *report);
void resources_check(const struct spec_resources *resources, const char *at, struct report *report);
