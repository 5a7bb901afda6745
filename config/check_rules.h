/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of rules (config/check_*.c) share. A rule is one small function in a table. */
#pragma once

#include "config/check.h"

#include <stdbool.h>

typedef void check_rule(const struct spec *spec, struct report *report);

struct check_rules {
	check_rule *const *items;
	size_t n;
};

#define CHECK_RULES(list)                                                                                              \
	{                                                                                                              \
		.items = list, .n = sizeof(list) / sizeof *(list)                                                      \
	}

extern const struct check_rules check_spec_rules, check_mount_rules, check_namespace_rules, check_id_rules,
	check_sysctl_rules, check_linux_rules, check_seccomp_rules, check_vm_rules;

/* A JSON pointer. */
struct check_at {
	char text[256];
};

struct check_at check_at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* at + "/" + a key of a map, escaped. */
struct check_at check_at_key(const char *at, const char *key);

/* Refuses a path that does not begin at "/"; NULL is fine. */
void check_absolute(const char *path, const char *at, struct report *report);
void check_absolute_list(const struct strings *paths, const char *at, struct report *report);

/* Whether it is a list of numbers and ranges as cpuset(7) has it ("0-3,7"); blanks and nothing at all are fine. */
bool check_is_number_list(const char *list);

/* Refuses maps that the kernel would (user_namespaces(7)): empty, overlapping or past the last id, or too many ranges.
 */
void check_id_map(const struct spec_id_mappings *map, const char *at, struct report *report);

/* The rules for process.scheduler; `at` is the JSON pointer of the process. */
void check_scheduler(const struct spec_process *process, const char *at, struct report *report);
