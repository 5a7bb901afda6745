/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's linux.resources object (OCI runtime-spec config-linux.md, "Control groups"). */
#pragma once

#include "config/spec_types.h"

struct spec_device_rule {
	bool allow;
	char type;                   /* 'a' (all), 'b' or 'c' */
	struct opt_int major, minor; /* absent or -1: every number */
	bool read, write, mknod;     /* of `access`; all three where access is absent */
};

/* Bytes. -1: no limit. */
struct spec_memory {
	struct opt_int limit, reservation, swap, kernel, kernel_tcp;
	struct opt_uint swappiness; /* 0 to 100 */
	struct opt_bool disable_oom_killer, use_hierarchy, check_before_update;
};

struct spec_cpu {
	struct opt_uint shares;
	struct opt_int quota_us; /* per period; -1: no limit */
	struct opt_uint burst_us, period_us;
	struct opt_int realtime_runtime_us;
	struct opt_uint realtime_period_us;
	const char *cpus, *mems; /* lists as in cpuset(7) */
	struct opt_int idle;     /* 0 or 1 */
};

struct spec_io_weight_device {
	int64_t major, minor;
	struct opt_uint weight, leaf_weight;
};

struct spec_io_throttle_device {
	int64_t major, minor;
	struct opt_uint rate; /* bytes or operations a second */
};

struct spec_io_throttles {
	size_t n;
	struct spec_io_throttle_device *items;
};

struct spec_block_io {
	struct opt_uint weight, leaf_weight; /* 10 to 1000 */
	size_t weight_devices_n;
	struct spec_io_weight_device *weight_devices;
	struct spec_io_throttles read_bps, write_bps, read_iops, write_iops;
};

/* -1 or 0: no limit. */
struct spec_pids {
	int64_t limit;
};

struct spec_hugepage_limit {
	const char *page_size; /* "2MB", "64KB", "1GB" */
	uint64_t limit_bytes;
};

struct spec_net_priority {
	const char *name;
	uint32_t priority;
};

struct spec_net_cgroup {
	struct opt_uint class_id;
	size_t priorities_n;
	struct spec_net_priority *priorities;
};

struct spec_rdma {
	const char *name; /* of the device, the key in the map */
	struct opt_uint hca_handles, hca_objects;
};

struct spec_resources {
	size_t devices_n;
	struct spec_device_rule *devices;
	struct spec_pids *pids;
	struct spec_memory *memory;
	struct spec_cpu *cpu;
	struct spec_block_io *block_io;
	size_t hugepage_limits_n;
	struct spec_hugepage_limit *hugepage_limits;
	struct spec_net_cgroup *network;
	size_t rdma_n;
	struct spec_rdma *rdma;
	struct string_map unified; /* cgroup v2 file name to its text */
};
