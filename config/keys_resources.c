/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config-linux.md, "Control groups". */
#include "config/keys_rows.h"

static const struct key device_rule_keys[] = {
	KEY("allow", spec_device_rule, allow, .required = true),
	KEY_AS(KEY_LETTER, "type", spec_device_rule, type, .letters = "acb"),
	KEY("major", spec_device_rule, major),
	KEY("minor", spec_device_rule, minor),
	KEY_AS(KEY_ACCESS, "access", spec_device_rule, read),
};
static const struct key_table device_rule_table = KEYS_TABLE(spec_device_rule, device_rule_keys);

static const struct key pids_keys[] = {
	KEY("limit", spec_pids, limit, .unit = "processes", .required = true),
};
static const struct key_table pids_table = KEYS_TABLE(spec_pids, pids_keys);

static const struct key memory_keys[] = {
	KEY("limit", spec_memory, limit, .unit = "bytes"),
	KEY("reservation", spec_memory, reservation, .unit = "bytes"),
	KEY("swap", spec_memory, swap, .unit = "bytes"),
	KEY("kernel", spec_memory, kernel, .unit = "bytes"),
	KEY("kernelTCP", spec_memory, kernel_tcp, .unit = "bytes"),
	KEY("swappiness", spec_memory, swappiness),
	KEY("disableOOMKiller", spec_memory, disable_oom_killer),
	KEY("useHierarchy", spec_memory, use_hierarchy),
	KEY("checkBeforeUpdate", spec_memory, check_before_update),
};
static const struct key_table memory_table = KEYS_TABLE(spec_memory, memory_keys);

static const struct key cpu_keys[] = {
	KEY("shares", spec_cpu, shares),
	KEY("quota", spec_cpu, quota_us, .unit = "microseconds"),
	KEY("burst", spec_cpu, burst_us, .unit = "microseconds"),
	KEY("period", spec_cpu, period_us, .unit = "microseconds"),
	KEY("realtimeRuntime", spec_cpu, realtime_runtime_us, .unit = "microseconds"),
	KEY("realtimePeriod", spec_cpu, realtime_period_us, .unit = "microseconds"),
	KEY("cpus", spec_cpu, cpus),
	KEY("mems", spec_cpu, mems),
	KEY("idle", spec_cpu, idle),
};
static const struct key_table cpu_table = KEYS_TABLE(spec_cpu, cpu_keys);

static const struct key weight_device_keys[] = {
	KEY("major", spec_io_weight_device, major, .required = true),
	KEY("minor", spec_io_weight_device, minor, .required = true),
	KEY("weight", spec_io_weight_device, weight, .range = &key_range_uint16),
	KEY("leafWeight", spec_io_weight_device, leaf_weight, .range = &key_range_uint16),
};
static const struct key_table weight_device_table = KEYS_TABLE(spec_io_weight_device, weight_device_keys);

static const struct key throttle_keys[] = {
	KEY("major", spec_io_throttle_device, major, .required = true),
	KEY("minor", spec_io_throttle_device, minor, .required = true),
	KEY("rate", spec_io_throttle_device, rate),
};
static const struct key_table throttle_table = KEYS_TABLE(spec_io_throttle_device, throttle_keys);

#define THROTTLES(json, list)                                                                                          \
	KEY_AS(KEY_OBJECTS, json, spec_block_io, list.items, .count_at = offsetof(struct spec_block_io, list.n),       \
		.table = &throttle_table)

static const struct key block_io_keys[] = {
	KEY("weight", spec_block_io, weight, .range = &key_range_uint16),
	KEY("leafWeight", spec_block_io, leaf_weight, .range = &key_range_uint16),
	KEY_AS(KEY_OBJECTS, "weightDevice", spec_block_io, weight_devices,
		.count_at = offsetof(struct spec_block_io, weight_devices_n), .table = &weight_device_table),
	THROTTLES("throttleReadBpsDevice", read_bps),
	THROTTLES("throttleWriteBpsDevice", write_bps),
	THROTTLES("throttleReadIOPSDevice", read_iops),
	THROTTLES("throttleWriteIOPSDevice", write_iops),
};
static const struct key_table block_io_table = KEYS_TABLE(spec_block_io, block_io_keys);

static const struct key hugepage_keys[] = {
	KEY("pageSize", spec_hugepage_limit, page_size, .required = true),
	KEY("limit", spec_hugepage_limit, limit_bytes, .unit = "bytes", .required = true),
};
static const struct key_table hugepage_table = KEYS_TABLE(spec_hugepage_limit, hugepage_keys);

static const struct key priority_keys[] = {
	KEY("name", spec_net_priority, name, .required = true),
	KEY("priority", spec_net_priority, priority, .required = true),
};
static const struct key_table priority_table = KEYS_TABLE(spec_net_priority, priority_keys);

static const struct key network_keys[] = {
	KEY("classID", spec_net_cgroup, class_id, .range = &key_range_uint32),
	KEY_AS(KEY_OBJECTS, "priorities", spec_net_cgroup, priorities,
		.count_at = offsetof(struct spec_net_cgroup, priorities_n), .table = &priority_table),
};
static const struct key_table network_table = KEYS_TABLE(spec_net_cgroup, network_keys);

static const struct key rdma_keys[] = {
	KEY("hcaHandles", spec_rdma, hca_handles, .range = &key_range_uint32),
	KEY("hcaObjects", spec_rdma, hca_objects, .range = &key_range_uint32),
};
static const struct key_table rdma_table = KEYS_TABLE(spec_rdma, rdma_keys);

static const struct key resources_keys[] = {
	KEY_AS(KEY_OBJECTS, "devices", spec_resources, devices, .count_at = offsetof(struct spec_resources, devices_n),
		.table = &device_rule_table),
	KEY_AS(KEY_OBJECT, "memory", spec_resources, memory, .table = &memory_table),
	KEY_AS(KEY_OBJECT, "cpu", spec_resources, cpu, .table = &cpu_table),
	KEY_AS(KEY_OBJECT, "pids", spec_resources, pids, .table = &pids_table),
	KEY_AS(KEY_OBJECT, "blockIO", spec_resources, block_io, .table = &block_io_table),
	KEY_AS(KEY_OBJECTS, "hugepageLimits", spec_resources, hugepage_limits,
		.count_at = offsetof(struct spec_resources, hugepage_limits_n), .table = &hugepage_table),
	KEY_AS(KEY_OBJECT, "network", spec_resources, network, .table = &network_table),
	KEY_AS(KEY_OBJECT_MAP, "rdma", spec_resources, rdma, .count_at = offsetof(struct spec_resources, rdma_n),
		.table = &rdma_table),
	KEY("unified", spec_resources, unified),
};
const struct key_table keys_resources = KEYS_TABLE(spec_resources, resources_keys);
