/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's spec as plain data (OCI runtime-spec 1.3, config.md), every property
 * for Linux and vm. Made by config/parse.h; read-only for everybody else.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_linux.h"
#include "config/spec_process.h"
#include "config/spec_types.h"
#include "config/spec_vm.h"

struct spec_root {
	const char *path;
	struct opt_bool readonly;
};

struct spec_mount {
	const char *destination; /* absolute, in the service */
	const char *type;        /* NULL: bind where an option says so */
	const char *source;
	struct strings options;
	struct spec_id_mappings uid_mappings, gid_mappings;
};

struct spec_hook {
	const char *path; /* absolute */
	struct strings args, env;
	struct opt_int timeout_s;
};

struct spec_hook_list {
	size_t n;
	struct spec_hook *items;
};

enum spec_hook_moment {
	SPEC_HOOK_PRESTART,
	SPEC_HOOK_CREATE_RUNTIME,
	SPEC_HOOK_CREATE_CONTAINER,
	SPEC_HOOK_START_CONTAINER,
	SPEC_HOOK_POSTSTART,
	SPEC_HOOK_POSTSTOP,
	SPEC_HOOK_COUNT,
};

struct spec_hooks {
	struct spec_hook_list at[SPEC_HOOK_COUNT];
};

struct spec {
	struct arena arena;      /* owns everything below */
	const struct json *tree; /* where it was parsed from, for line and column; may be NULL */
	const char *file;        /* as given, for messages; may be NULL */

	const char *oci_version;
	struct spec_root *root;
	struct spec_mount *mounts;
	size_t mounts_n;
	bool mounts_set;
	struct spec_process *process;
	const char *hostname, *domainname;
	struct spec_hooks *hooks;
	struct string_map annotations;
	struct spec_linux *linux;
	struct spec_vm *vm;
};

#define own_spec __attribute__((cleanup(spec_free))) struct spec

/* The entry of a namespace type; NULL where the service shares the host's. */
const struct spec_namespace *spec_find_namespace(const struct spec *spec, enum spec_namespace_type type);

/* The first, then the second, in the arena. */
int spec_join_strings(
	struct arena *a, const struct strings *first, const struct strings *second, struct strings *ret, struct err *e);

/* Empties the spec. Accepts the empty and the half-built. */
void spec_free(struct spec *spec);
