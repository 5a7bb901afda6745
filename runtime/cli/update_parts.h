/* SPDX-License-Identifier: Apache-2.0 */
/* From update's options to resources. Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_resources.h"

struct update_options {
	const char *resources;
	const char *memory, *memory_reservation, *memory_swap, *kernel_memory, *kernel_memory_tcp;
	const char *cpu_shares, *cpu_period, *cpu_quota, *cpu_burst, *cpu_rt_period, *cpu_rt_runtime, *cpu_idle;
	const char *cpuset_cpus, *cpuset_mems;
	const char *pids_limit, *blkio_weight;
};

/* What is to be updated. Zero-initialised is nothing. */
struct update {
	struct arena arena;
	struct spec_resources resources;
};

/* Puts what the options say over update->resources. *any becomes true where one says something. */
int update_parts(const struct update_options *options, struct update *update, bool *any, struct err *e);

/* "64m", "1g", "4096", "1.5" is refused: bytes; b, k, m, g, t are powers of 1024. "-1" stays -1. */
int update_bytes(const char *text, int64_t *ret);

void update_free(struct update *update);
