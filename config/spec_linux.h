/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's linux object (OCI runtime-spec config-linux.md). */
#pragma once

#include "config/spec_resources.h"
#include "config/spec_seccomp.h"
#include "config/spec_types.h"

enum spec_namespace_type {
	SPEC_NS_MOUNT,
	SPEC_NS_PID,
	SPEC_NS_NETWORK,
	SPEC_NS_UTS,
	SPEC_NS_IPC,
	SPEC_NS_USER,
	SPEC_NS_CGROUP,
	SPEC_NS_TIME,
	SPEC_NS_COUNT,
};

struct spec_namespace {
	enum spec_namespace_type type;
	const char *path; /* join this one; NULL: a new one */
};

struct spec_id_mapping {
	uint32_t container_id, host_id, size;
};

struct spec_id_mappings {
	size_t n;
	struct spec_id_mapping *items;
};

struct spec_device {
	char type; /* 'c', 'b', 'u' (as c) or 'p' */
	const char *path;
	struct opt_int major, minor;
	struct opt_uint file_mode; /* a mode, maybe with S_IFMT's bits of `type`; default 0666 */
	struct opt_uint uid, gid;
};

struct spec_net_device {
	const char *host_name; /* the key in the map */
	const char *name;      /* inside; NULL: as on the host */
};

enum spec_propagation {
	SPEC_PROPAGATION_UNSET,
	SPEC_PROPAGATION_PRIVATE,
	SPEC_PROPAGATION_SHARED,
	SPEC_PROPAGATION_SLAVE,
	SPEC_PROPAGATION_UNBINDABLE,
	/* not in the specification, but runc takes them and podman writes them: the same, recursively */
	SPEC_PROPAGATION_RPRIVATE,
	SPEC_PROPAGATION_RSHARED,
	SPEC_PROPAGATION_RSLAVE,
	SPEC_PROPAGATION_RUNBINDABLE,
	SPEC_PROPAGATION_COUNT,
};

struct spec_intel_rdt {
	const char *clos_id;
	struct strings schemata;
	const char *l3_cache_schema, *mem_bw_schema;
	struct opt_bool enable_monitoring;
};

enum spec_memory_policy_mode {
	SPEC_MPOL_UNSET,
	SPEC_MPOL_DEFAULT,
	SPEC_MPOL_BIND,
	SPEC_MPOL_INTERLEAVE,
	SPEC_MPOL_WEIGHTED_INTERLEAVE,
	SPEC_MPOL_PREFERRED,
	SPEC_MPOL_PREFERRED_MANY,
	SPEC_MPOL_LOCAL,
};

enum spec_memory_policy_flag {
	SPEC_MPOL_F_NUMA_BALANCING,
	SPEC_MPOL_F_RELATIVE_NODES,
	SPEC_MPOL_F_STATIC_NODES,
};

/* set_mempolicy(2) */
struct spec_memory_policy {
	enum spec_memory_policy_mode mode;
	const char *nodes;     /* "0-1,3" */
	struct opt_bits flags; /* of enum spec_memory_policy_flag */
};

enum spec_personality_domain { SPEC_PERSONALITY_UNSET, SPEC_PERSONALITY_LINUX, SPEC_PERSONALITY_LINUX32 };

struct spec_personality {
	enum spec_personality_domain domain;
	struct strings flags; /* none is defined yet */
};

struct spec_time_offset {
	struct opt_int secs;
	struct opt_uint nanosecs;
};

struct spec_time_offsets {
	struct spec_time_offset *boottime, *monotonic;
};

struct spec_linux {
	bool namespaces_set;
	size_t namespaces_n;
	struct spec_namespace *namespaces;
	struct spec_id_mappings uid_mappings, gid_mappings;
	size_t devices_n;
	struct spec_device *devices;
	size_t net_devices_n;
	struct spec_net_device *net_devices;
	const char *cgroups_path;
	struct spec_resources *resources;
	enum spec_propagation rootfs_propagation;
	struct spec_seccomp *seccomp;
	struct string_map sysctl;
	struct strings masked_paths, readonly_paths;
	const char *mount_label;
	struct spec_intel_rdt *intel_rdt;
	struct spec_memory_policy *memory_policy;
	struct spec_personality *personality;
	struct spec_time_offsets *time_offsets;
};
