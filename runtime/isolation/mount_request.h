/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mount of the spec as the runtime understands it: plain data, made when a start-up
 * is planned, printed by `cloche plan`, carried out by mount.h. Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "config/spec.h"

enum mount_kind {
	MOUNT_FILESYSTEM, /* any type the kernel knows by name (overlay, ext4, cgroup2, …) */
	MOUNT_BIND,
	MOUNT_PROC,
	MOUNT_SYSFS,
	MOUNT_TMPFS,
	MOUNT_DEVPTS,
	MOUNT_MQUEUE,
	MOUNT_CGROUP,  /* whatever cgroups this host has: a tree, or a directory of hierarchies */
	MOUNT_REMOUNT, /* new options for what is mounted at the destination */
	MOUNT_KIND_COUNT,
};

enum mount_idmap { MOUNT_IDMAP_NONE, MOUNT_IDMAP_ONE, MOUNT_IDMAP_TREE };

/* Attributes (MOUNT_ATTR_*) as mount_setattr(2) takes them: what is in neither stays as it is. */
struct mount_attributes {
	uint64_t set, clear;
};

struct mount_propagation {
	uint64_t type; /* MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE */
	bool tree;     /* of all mounts below, too */
};

/* A parameter of the filesystem, "key" or "key=value". */
struct mount_parameter {
	const char *key, *value; /* value NULL: a flag */
	size_t option;           /* /mounts/<index>/options/<option>, or: */
};

/* The parameter comes from linux.mountLabel, not from an option. */
#define MOUNT_PARAMETER_LABEL SIZE_MAX

struct mount_request {
	enum mount_kind kind;
	size_t index;     /* /mounts/<index> */
	const char *type; /* the filesystem's name; "bind" for a bind mount */
	const char *source, *destination;
	bool tree;    /* a bind mount takes the mounts below its source along */
	bool copy_up; /* a tmpfs begins with what its destination holds */
	enum mount_idmap idmap;
	const struct spec_id_mappings *uid_mappings, *gid_mappings; /* of the mount itself, or empty: the service's */
	struct mount_attributes attributes, tree_attributes;
	struct mount_propagation *propagations; /* applied in this order */
	size_t propagations_n;
	struct mount_parameter *parameters;
	size_t parameters_n;
};

/* What a mount depends on beside its own fields. */
struct mount_setting {
	const char *bundle;     /* a relative source is below it; NULL: below the working directory */
	const char *label;      /* linux.mountLabel, or NULL */
	bool user_namespace;    /* the mounts are made as root of a new user namespace … */
	bool network_namespace; /* … that also owns a new network namespace */
	const struct spec_id_mappings *uid_mappings, *gid_mappings; /* of that user namespace */
};

/*
 * Understands mounts[index] of the spec. *ret borrows from m, the rest lives in the arena.
 * Errors name the JSON pointer of the mount or of its option.
 */
int mount_request_from_spec(
	const struct spec_mount *m, size_t index, struct arena *a, struct mount_request *ret, struct err *e);

/*
 * Fits a request to the service: a relative source, sysfs where the user namespace may not
 * mount one (the host's is bound), a label, and ids that nobody in the service has (an error).
 */
int mount_request_settle(struct mount_request *r, const struct mount_setting *setting, struct arena *a, struct err *e);

/* Whether read-only comes last, by mount_seal(): the service's other mounts and devices go into it first. */
bool mount_request_is_sealed_late(const struct mount_request *r);

/* The value of a parameter, "" for a flag, NULL where it is not given. */
const char *mount_request_parameter(const struct mount_request *r, const char *key);

/* Appends one line without a newline: "bind /srv/data on /data ro,nosuid recursive". */
void mount_request_describe(const struct mount_request *r, struct text *out);
