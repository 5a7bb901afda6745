/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec config-linux.md, "Seccomp". */
#include "config/keys_rows.h"

static const struct key arg_keys[] = {
	KEY("index", spec_seccomp_arg, index, .required = true),
	KEY("value", spec_seccomp_arg, value, .required = true),
	KEY("valueTwo", spec_seccomp_arg, value_two),
	KEY_AS(KEY_ENUM, "op", spec_seccomp_arg, op, .names = &names_seccomp_operator, .required = true),
};
static const struct key_table arg_table = KEYS_TABLE(spec_seccomp_arg, arg_keys);

static const struct key rule_keys[] = {
	KEY("names", spec_seccomp_rule, names, .required = true),
	KEY_AS(KEY_ENUM, "action", spec_seccomp_rule, action, .names = &names_seccomp_action, .required = true),
	KEY("errnoRet", spec_seccomp_rule, errno_ret, .range = &key_range_uint32),
	KEY_AS(KEY_OBJECTS, "args", spec_seccomp_rule, args, .count_at = offsetof(struct spec_seccomp_rule, args_n),
		.table = &arg_table),
};
static const struct key_table rule_table = KEYS_TABLE(spec_seccomp_rule, rule_keys);

static const struct key seccomp_keys[] = {
	KEY_AS(KEY_ENUM, "defaultAction", spec_seccomp, default_action, .names = &names_seccomp_action,
		.required = true),
	KEY("defaultErrnoRet", spec_seccomp, default_errno_ret, .range = &key_range_uint32),
	KEY_AS(KEY_BITS, "architectures", spec_seccomp, architectures, .names = &names_seccomp_arch),
	KEY_AS(KEY_BITS, "flags", spec_seccomp, flags, .names = &names_seccomp_flag),
	KEY("listenerPath", spec_seccomp, listener_path),
	KEY("listenerMetadata", spec_seccomp, listener_metadata),
	KEY_AS(KEY_OBJECTS, "syscalls", spec_seccomp, syscalls, .count_at = offsetof(struct spec_seccomp, syscalls_n),
		.table = &rule_table),
};
const struct key_table keys_seccomp = KEYS_TABLE(spec_seccomp, seccomp_keys);
