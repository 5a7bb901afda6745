/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spec's resources as writes to files of a cgroup (OCI runtime-spec
 * config-linux.md, "Control groups"). Pure; cgroup_apply.h makes the writes.
 *
 * Each field has a row in cgroup_limits_v1.c and in cgroup_limits_v2.c. Which of the two
 * counts is decided by where this host has the field's controller. A field that cannot be
 * honoured there is refused with its JSON pointer, -EOPNOTSUPP.
 *
 * As engines send 0 for "not set", 0 leaves alone: shares, quota, period, realtime,
 * memory's limit, swap, reservation, kernel, kernelTCP, and weights; as does an empty list of cpus or mems.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_resources.h"
#include "runtime/isolation/cgroup_host.h"

enum cgroup_write_flag {
	/* the kernel may refuse it until its neighbours are written: tried once more after all others */
	CGROUP_WRITE_AGAIN = 1 << 0,
	/* a file that does not exist means that it holds anyway */
	CGROUP_WRITE_OPTIONAL = 1 << 1,
	/* the kernel may accept and ignore it: read back */
	CGROUP_WRITE_VERIFY = 1 << 2,
	/* a number of bytes that must not be below what is used now */
	CGROUP_WRITE_ABOVE_USAGE = 1 << 3,
};

struct cgroup_write {
	enum cgroup_controller controller;
	unsigned int flags;                  /* enum cgroup_write_flag */
	const char *file, *text;             /* one write(2) of text */
	const char *other_file, *other_text; /* instead, where `file` does not exist; NULL: nothing instead */
	const char *pointer;                 /* JSON pointer of the spec's field */
};

/* In an arena. Zero-initialised is empty. */
struct cgroup_writes {
	size_t n, room;
	struct cgroup_write *items;
};

/* Appends a copy. -ENOMEM is the only failure. */
int cgroup_writes_add(struct cgroup_writes *to, struct arena *arena, const struct cgroup_write *write, struct err *e);

/* What a cgroup that is being updated has now. Zero-initialised: a new cgroup. */
struct cgroup_now {
	bool exists;
	int64_t memory_limit; /* bytes, -1: none, 0: unknown */
	int64_t cpu_quota_us; /* -1: none, 0: unknown */
};

/* Appends the writes for all but the device rules (cgroup_device.h). The texts are in the arena or the spec. */
struct cgroup_limits {
	const struct spec_resources *resources;
	const struct cgroup_host *host;
	struct cgroup_now now;
};

int cgroup_limits_list(
	const struct cgroup_limits *limits, struct arena *arena, struct cgroup_writes *to, struct err *e);

/*
 * cpu.weight for cpu.shares, as runc ≥ 1.3.2 and crun ≥ 1.23 translate it:
 * 10^((l² + 125·l)/612 − 7/34) rounded up, l = log2(shares); 2 → 1, 1024 → 100, 262144 → 10000.
 */
uint64_t cgroup_weight_of_shares(uint64_t shares);

/* io.weight (1 to 10000) for blkio.weight (10 to 1000), linear. */
uint64_t cgroup_weight_of_blkio(uint64_t weight);
