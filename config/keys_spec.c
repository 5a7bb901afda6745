/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config.md: everything but process, linux and vm. */
#include "config/keys_rows.h"

static const struct key root_keys[] = {
	KEY("path", spec_root, path),
	KEY("readonly", spec_root, readonly),
};
static const struct key_table root_table = KEYS_TABLE(spec_root, root_keys);

static const struct key id_mapping_keys[] = {
	KEY("containerID", spec_id_mapping, container_id, .required = true),
	KEY("hostID", spec_id_mapping, host_id, .required = true),
	KEY("size", spec_id_mapping, size, .required = true),
};
const struct key_table keys_id_mapping = KEYS_TABLE(spec_id_mapping, id_mapping_keys);

static const struct key mount_keys[] = {
	KEY("destination", spec_mount, destination, .required = true),
	KEY("type", spec_mount, type),
	KEY("source", spec_mount, source),
	KEY("options", spec_mount, options),
	KEY_AS(KEY_OBJECTS, "uidMappings", spec_mount, uid_mappings.items,
		.count_at = offsetof(struct spec_mount, uid_mappings.n), .table = &keys_id_mapping),
	KEY_AS(KEY_OBJECTS, "gidMappings", spec_mount, gid_mappings.items,
		.count_at = offsetof(struct spec_mount, gid_mappings.n), .table = &keys_id_mapping),
};
static const struct key_table mount_table = KEYS_TABLE(spec_mount, mount_keys);

static const struct key_range timeout_range = {1, INT64_MAX};

static const struct key hook_keys[] = {
	KEY("path", spec_hook, path, .required = true),
	KEY("args", spec_hook, args),
	KEY("env", spec_hook, env),
	KEY("timeout", spec_hook, timeout_s, .unit = "seconds", .range = &timeout_range),
};
static const struct key_table hook_table = KEYS_TABLE(spec_hook, hook_keys);

#define HOOKS(json, moment)                                                                                            \
	KEY_AS(KEY_OBJECTS, json, spec_hooks, at[moment].items, .count_at = offsetof(struct spec_hooks, at[moment].n), \
		.table = &hook_table)

static const struct key hooks_keys[] = {
	HOOKS("prestart", SPEC_HOOK_PRESTART),
	HOOKS("createRuntime", SPEC_HOOK_CREATE_RUNTIME),
	HOOKS("createContainer", SPEC_HOOK_CREATE_CONTAINER),
	HOOKS("startContainer", SPEC_HOOK_START_CONTAINER),
	HOOKS("poststart", SPEC_HOOK_POSTSTART),
	HOOKS("poststop", SPEC_HOOK_POSTSTOP),
};
static const struct key_table hooks_table = KEYS_TABLE(spec_hooks, hooks_keys);

/* ociVersion, root.path and process.cwd are required too, but not in the short form: config/check.h asks for them. */
static const struct key spec_keys[] = {
	KEY("ociVersion", spec, oci_version),
	KEY_AS(KEY_OBJECT, "process", spec, process, .table = &keys_process),
	KEY_AS(KEY_OBJECT, "root", spec, root, .table = &root_table),
	KEY("hostname", spec, hostname),
	KEY("domainname", spec, domainname),
	KEY_AS(KEY_OBJECTS, "mounts", spec, mounts, .count_at = offsetof(struct spec, mounts_n), .has_set = true,
		.set_at = offsetof(struct spec, mounts_set), .table = &mount_table),
	KEY_AS(KEY_OBJECT, "hooks", spec, hooks, .table = &hooks_table),
	KEY("annotations", spec, annotations),
	KEY_AS(KEY_OBJECT, "linux", spec, linux, .table = &keys_linux),
	KEY_AS(KEY_OBJECT, "vm", spec, vm, .table = &keys_vm),
	{.name = "solaris", .kind = KEY_FOREIGN},
	{.name = "windows", .kind = KEY_FOREIGN},
	{.name = "zos", .kind = KEY_FOREIGN},
	{.name = "freebsd", .kind = KEY_FOREIGN},
};
const struct key_table keys_spec = KEYS_TABLE(spec, spec_keys);
