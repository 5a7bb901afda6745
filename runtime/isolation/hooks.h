/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's hooks (OCI runtime-spec config.md, "POSIX-platform Hooks"). */
#pragma once

#include "base/err.h"
#include "config/json_write.h"
#include "config/spec.h"

#include <sys/types.h>

/* What a hook is told on its standard input (runtime.md, "State"). Borrowed. */
struct hook_state {
	const char *oci_version, *id, *bundle;
	const char *status;
	pid_t pid; /* as the hook sees it; 0: none */
	const struct string_map *annotations;
};

/* The hooks of one moment. Borrowed. */
struct hook_call {
	const struct spec *spec;
	enum spec_hook_moment moment;
	struct hook_state state;
	int interrupt_fd; /* as in base/spawn.h */
};

size_t hooks_count(const struct spec *spec, enum spec_hook_moment moment);

/* Runs them in their order; stops at the first that fails, and says which. */
int hooks_run(const struct hook_call *call, struct err *e);

/* Runs the one of this number alone. */
int hooks_run_one(const struct hook_call *call, size_t i, struct err *e);

/* Writes the state as an object. */
void hook_state_add(struct json_writer *w, const struct hook_state *state);
