/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config.md, "Process". */
#include "config/keys_rows.h"

static const struct key console_size_keys[] = {
	KEY("height", spec_console_size, height, .unit = "characters", .required = true),
	KEY("width", spec_console_size, width, .unit = "characters", .required = true),
};
static const struct key_table console_size_table = KEYS_TABLE(spec_console_size, console_size_keys);

static const struct key user_keys[] = {
	KEY("uid", spec_user, uid),
	KEY("gid", spec_user, gid),
	KEY("umask", spec_user, umask, .range = &key_range_uint32),
	KEY_AS(KEY_NUMBERS, "additionalGids", spec_user, additional_gids,
		.count_at = offsetof(struct spec_user, additional_gids_n), .range = &key_range_uint32),
	KEY("username", spec_user, username),
};
static const struct key_table user_table = KEYS_TABLE(spec_user, user_keys);

/* config.md: what cannot be granted is a warning, and no reason to fail. */
#define CAPABILITIES(json, set)                                                                                        \
	KEY_AS(KEY_BITS, json, spec_capabilities, set, .names = &names_capability, .lenient = true)

static const struct key capabilities_keys[] = {
	CAPABILITIES("bounding", bounding),
	CAPABILITIES("permitted", permitted),
	CAPABILITIES("effective", effective),
	CAPABILITIES("inheritable", inheritable),
	CAPABILITIES("ambient", ambient),
};
static const struct key_table capabilities_table = KEYS_TABLE(spec_capabilities, capabilities_keys);

static const struct key rlimit_keys[] = {
	KEY_AS(KEY_ENUM, "type", spec_rlimit, resource, .names = &names_rlimit, .required = true),
	KEY("soft", spec_rlimit, soft, .required = true),
	KEY("hard", spec_rlimit, hard, .required = true),
};
static const struct key_table rlimit_table = KEYS_TABLE(spec_rlimit, rlimit_keys);

static const struct key io_priority_keys[] = {
	KEY_AS(KEY_ENUM, "class", spec_io_priority, class, .names = &names_io_class, .required = true),
	KEY("priority", spec_io_priority, priority, .range = &key_range_int32),
};
static const struct key_table io_priority_table = KEYS_TABLE(spec_io_priority, io_priority_keys);

static const struct key scheduler_keys[] = {
	KEY_AS(KEY_ENUM, "policy", spec_scheduler, policy, .names = &names_sched, .required = true),
	KEY("nice", spec_scheduler, nice, .range = &key_range_int32),
	KEY("priority", spec_scheduler, priority, .range = &key_range_int32),
	KEY_AS(KEY_BITS, "flags", spec_scheduler, flags, .names = &names_sched_flag),
	KEY("runtime", spec_scheduler, runtime_ns, .unit = "nanoseconds"),
	KEY("deadline", spec_scheduler, deadline_ns, .unit = "nanoseconds"),
	KEY("period", spec_scheduler, period_ns, .unit = "nanoseconds"),
};
static const struct key_table scheduler_table = KEYS_TABLE(spec_scheduler, scheduler_keys);

static const struct key cpu_affinity_keys[] = {
	KEY("initial", spec_exec_cpu_affinity, initial),
	KEY("final", spec_exec_cpu_affinity, final),
};
static const struct key_table cpu_affinity_table = KEYS_TABLE(spec_exec_cpu_affinity, cpu_affinity_keys);

static const struct key process_keys[] = {
	KEY("terminal", spec_process, terminal),
	KEY_AS(KEY_OBJECT, "consoleSize", spec_process, console_size, .table = &console_size_table),
	KEY_AS(KEY_INLINE, "user", spec_process, user, .table = &user_table),
	KEY("args", spec_process, args),
	KEY("commandLine", spec_process, command_line),
	KEY("env", spec_process, env),
	KEY("cwd", spec_process, cwd),
	KEY_AS(KEY_OBJECT, "capabilities", spec_process, capabilities, .table = &capabilities_table),
	KEY_AS(KEY_OBJECTS, "rlimits", spec_process, rlimits, .count_at = offsetof(struct spec_process, rlimits_n),
		.table = &rlimit_table),
	KEY("noNewPrivileges", spec_process, no_new_privileges),
	KEY("apparmorProfile", spec_process, apparmor_profile),
	KEY("oomScoreAdj", spec_process, oom_score_adj),
	KEY_AS(KEY_OBJECT, "scheduler", spec_process, scheduler, .table = &scheduler_table),
	KEY("selinuxLabel", spec_process, selinux_label),
	KEY_AS(KEY_OBJECT, "ioPriority", spec_process, io_priority, .table = &io_priority_table),
	KEY_AS(KEY_OBJECT, "execCPUAffinity", spec_process, exec_cpu_affinity, .table = &cpu_affinity_table),
};
const struct key_table keys_process = KEYS_TABLE(spec_process, process_keys);
