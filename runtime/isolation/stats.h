/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service uses, as plain data, whichever wall it is behind. Bytes and
 * nanoseconds. What the host does not count is 0 or empty; UINT64_MAX is no limit.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Pressure stall information (psi.rst): share of the last seconds, in hundredths of a percent. */
struct stats_stall {
	uint64_t avg10_hundredths, avg60_hundredths, avg300_hundredths;
	uint64_t total_us;
};

struct stats_pressure {
	bool set;
	struct stats_stall some, full;
};

struct stats_cpu {
	uint64_t total_ns, user_ns, kernel_ns;
	size_t percpu_n; /* 0: not counted per cpu */
	uint64_t *percpu_user_ns, *percpu_kernel_ns;
	uint64_t periods, throttled_periods, throttled_ns;
	struct stats_pressure pressure;
};

struct stats_amount {
	uint64_t usage, max, limit, failures;
};

struct stats_pair {
	const char *key;
	uint64_t value;
};

struct stats_memory {
	uint64_t cache;
	struct stats_amount usage;
	struct stats_amount swap; /* memory and swap together */
	struct stats_amount kernel, kernel_tcp;
	size_t raw_n;
	struct stats_pair *raw; /* the kernel's memory.stat */
	struct stats_pressure pressure;
};

struct stats_pids {
	uint64_t current, limit; /* 0: no limit */
};

struct stats_io_entry {
	uint64_t major, minor;
	const char *operation; /* "Read", "Write", "Discard", "Sync", "Async", "Total" */
	uint64_t value;
};

struct stats_io_list {
	size_t n;
	struct stats_io_entry *items;
};

struct stats_io {
	struct stats_io_list bytes, operations;
	struct stats_pressure pressure;
};

struct stats_hugetlb {
	const char *page_size; /* "2MB" */
	struct stats_amount usage;
};

struct stats_rdma {
	const char *device;
	uint64_t handles, objects, handles_limit, objects_limit;
};

struct stats {
	struct arena arena; /* owns the lists */
	struct stats_cpu cpu;
	const char *cpus, *mems; /* those the service may use, as in cpuset(7); "" where that is not known */
	struct stats_memory memory;
	struct stats_pids pids;
	struct stats_io io;
	size_t hugetlb_n;
	struct stats_hugetlb *hugetlb;
	size_t rdma_n;
	struct stats_rdma *rdma;
	uint64_t oom_kills; /* processes that the kernel killed for lack of memory */
};

#define own_stats __attribute__((cleanup(stats_free))) struct stats

void stats_free(struct stats *stats);
