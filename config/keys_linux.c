/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config-linux.md: everything but resources and seccomp. */
#include "config/keys_rows.h"

static const struct key namespace_keys[] = {
	KEY_AS(KEY_ENUM, "type", spec_namespace, type, .names = &names_namespace, .required = true),
	KEY("path", spec_namespace, path),
};
static const struct key_table namespace_table = KEYS_TABLE(spec_namespace, namespace_keys);

static const struct key_range file_mode_range = {0, 0177777};

/* fileMode: the schema stops at 0777, engines copy all of a device's st_mode into it, with the bits of its type. */
static const struct key device_keys[] = {
	KEY_AS(KEY_LETTER, "type", spec_device, type, .letters = "cbup", .required = true),
	KEY("path", spec_device, path, .required = true),
	KEY("major", spec_device, major),
	KEY("minor", spec_device, minor),
	KEY("fileMode", spec_device, file_mode, .range = &file_mode_range),
	KEY("uid", spec_device, uid, .range = &key_range_uint32),
	KEY("gid", spec_device, gid, .range = &key_range_uint32),
};
static const struct key_table device_table = KEYS_TABLE(spec_device, device_keys);

static const struct key net_device_keys[] = {
	KEY("name", spec_net_device, name),
};
static const struct key_table net_device_table = KEYS_TABLE(spec_net_device, net_device_keys);

static const struct key intel_rdt_keys[] = {
	KEY("closID", spec_intel_rdt, clos_id),
	KEY("schemata", spec_intel_rdt, schemata),
	KEY("l3CacheSchema", spec_intel_rdt, l3_cache_schema),
	KEY("memBwSchema", spec_intel_rdt, mem_bw_schema),
	KEY("enableMonitoring", spec_intel_rdt, enable_monitoring),
};
static const struct key_table intel_rdt_table = KEYS_TABLE(spec_intel_rdt, intel_rdt_keys);

static const struct key memory_policy_keys[] = {
	KEY_AS(KEY_ENUM, "mode", spec_memory_policy, mode, .names = &names_mpol),
	KEY("nodes", spec_memory_policy, nodes),
	KEY_AS(KEY_BITS, "flags", spec_memory_policy, flags, .names = &names_mpol_flag),
};
static const struct key_table memory_policy_table = KEYS_TABLE(spec_memory_policy, memory_policy_keys);

static const struct key personality_keys[] = {
	KEY_AS(KEY_ENUM, "domain", spec_personality, domain, .names = &names_personality),
	KEY("flags", spec_personality, flags),
};
static const struct key_table personality_table = KEYS_TABLE(spec_personality, personality_keys);

static const struct key time_offset_keys[] = {
	KEY("secs", spec_time_offset, secs, .unit = "seconds"),
	KEY("nanosecs", spec_time_offset, nanosecs, .unit = "nanoseconds", .range = &key_range_uint32),
};
static const struct key_table time_offset_table = KEYS_TABLE(spec_time_offset, time_offset_keys);

static const struct key time_offsets_keys[] = {
	KEY_AS(KEY_OBJECT, "boottime", spec_time_offsets, boottime, .table = &time_offset_table),
	KEY_AS(KEY_OBJECT, "monotonic", spec_time_offsets, monotonic, .table = &time_offset_table),
};
static const struct key_table time_offsets_table = KEYS_TABLE(spec_time_offsets, time_offsets_keys);

static const struct key linux_keys[] = {
	KEY_AS(KEY_OBJECTS, "namespaces", spec_linux, namespaces, .count_at = offsetof(struct spec_linux, namespaces_n),
		.has_set = true, .set_at = offsetof(struct spec_linux, namespaces_set), .table = &namespace_table),
	KEY_AS(KEY_OBJECTS, "uidMappings", spec_linux, uid_mappings.items,
		.count_at = offsetof(struct spec_linux, uid_mappings.n), .table = &keys_id_mapping),
	KEY_AS(KEY_OBJECTS, "gidMappings", spec_linux, gid_mappings.items,
		.count_at = offsetof(struct spec_linux, gid_mappings.n), .table = &keys_id_mapping),
	KEY_AS(KEY_OBJECT, "timeOffsets", spec_linux, time_offsets, .table = &time_offsets_table),
	KEY_AS(KEY_OBJECTS, "devices", spec_linux, devices, .count_at = offsetof(struct spec_linux, devices_n),
		.table = &device_table),
	KEY_AS(KEY_OBJECT_MAP, "netDevices", spec_linux, net_devices,
		.count_at = offsetof(struct spec_linux, net_devices_n), .table = &net_device_table),
	KEY("cgroupsPath", spec_linux, cgroups_path),
	KEY_AS(KEY_OBJECT, "resources", spec_linux, resources, .table = &keys_resources),
	KEY_AS(KEY_OBJECT, "intelRdt", spec_linux, intel_rdt, .table = &intel_rdt_table),
	KEY("sysctl", spec_linux, sysctl),
	KEY_AS(KEY_OBJECT, "seccomp", spec_linux, seccomp, .table = &keys_seccomp),
	KEY_AS(KEY_ENUM, "rootfsPropagation", spec_linux, rootfs_propagation, .names = &names_propagation),
	KEY("maskedPaths", spec_linux, masked_paths),
	KEY("readonlyPaths", spec_linux, readonly_paths),
	KEY("mountLabel", spec_linux, mount_label),
	KEY_AS(KEY_OBJECT, "personality", spec_linux, personality, .table = &personality_table),
	KEY_AS(KEY_OBJECT, "memoryPolicy", spec_linux, memory_policy, .table = &memory_policy_table),
};
const struct key_table keys_linux = KEYS_TABLE(spec_linux, linux_keys);
