/* SPDX-License-Identifier: Apache-2.0 */
/* How the microVM wall treats each property of a spec (runtime/isolation/fidelity.h says how namespaces do). */
#pragma once

#include "runtime/isolation/fidelity.h"

/* Those that differ from the namespace wall's. docs/fidelity.md is this table as a page, too. */
extern const struct fidelity_row microvm_fidelity_rows[];
extern const size_t microvm_fidelity_rows_n;

/* The row for a path of keys_list(), of this wall's table or else of the other's; NULL where there is none. */
const struct fidelity_row *microvm_fidelity_find(const char *path);

/*
 * Refuses what this wall cannot honour. `spec` is expanded and has passed spec_check(). Of the host it looks at what
 * the sources of bind mounts are, of which relative ones are below the bundle.
 */
void microvm_fidelity_check(const struct spec *spec, const char *bundle, struct report *report);
