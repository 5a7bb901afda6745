/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's process object (OCI runtime-spec config.md, "Process"). */
#pragma once

#include "config/spec_types.h"

struct spec_console_size {
	uint64_t height, width; /* characters */
};

struct spec_user {
	uint32_t uid, gid; /* in the service's user namespace */
	struct opt_uint umask;
	size_t additional_gids_n;
	uint64_t *additional_gids;
	const char *username; /* Windows only: parsed, refused by the checks */
};

/* Bit N of each set is capability N of linux/capability.h. */
struct spec_capabilities {
	struct opt_bits bounding, permitted, effective, inheritable, ambient;
};

enum spec_io_class { SPEC_IO_CLASS_UNSET, SPEC_IO_CLASS_RT, SPEC_IO_CLASS_BE, SPEC_IO_CLASS_IDLE };

struct spec_io_priority {
	enum spec_io_class class;
	struct opt_int priority; /* 0 (highest) to 7 */
};

enum spec_scheduler_policy {
	SPEC_SCHED_UNSET,
	SPEC_SCHED_OTHER,
	SPEC_SCHED_FIFO,
	SPEC_SCHED_RR,
	SPEC_SCHED_BATCH,
	SPEC_SCHED_ISO,
	SPEC_SCHED_IDLE,
	SPEC_SCHED_DEADLINE,
};

enum spec_scheduler_flag {
	SPEC_SCHED_FLAG_RESET_ON_FORK,
	SPEC_SCHED_FLAG_RECLAIM,
	SPEC_SCHED_FLAG_DL_OVERRUN,
	SPEC_SCHED_FLAG_KEEP_POLICY,
	SPEC_SCHED_FLAG_KEEP_PARAMS,
	SPEC_SCHED_FLAG_UTIL_CLAMP_MIN,
	SPEC_SCHED_FLAG_UTIL_CLAMP_MAX,
};

/* sched_setattr(2). Times in nanoseconds. */
struct spec_scheduler {
	enum spec_scheduler_policy policy;
	struct opt_int nice, priority;
	struct opt_bits flags; /* of enum spec_scheduler_flag */
	struct opt_uint runtime_ns, deadline_ns, period_ns;
};

struct spec_rlimit {
	int resource; /* RLIMIT_* of sys/resource.h */
	uint64_t soft, hard;
};

struct spec_exec_cpu_affinity {
	const char *initial, *final; /* lists as in cpuset(7), "0-3,7" */
};

struct spec_process {
	struct opt_bool terminal;
	struct spec_console_size *console_size;
	struct spec_user user;
	struct strings args, env;
	const char *command_line; /* Windows only: parsed, refused by the checks */
	const char *cwd;
	struct spec_capabilities *capabilities;
	size_t rlimits_n;
	struct spec_rlimit *rlimits;
	struct opt_bool no_new_privileges;
	const char *apparmor_profile, *selinux_label;
	struct opt_int oom_score_adj;
	struct spec_io_priority *io_priority;
	struct spec_scheduler *scheduler;
	struct spec_exec_cpu_affinity *exec_cpu_affinity;
};
