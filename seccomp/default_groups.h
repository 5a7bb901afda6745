/* SPDX-License-Identifier: Apache-2.0 */
/* The groups that the default profile is made of (default.h). */
#pragma once

#include "config/spec_seccomp.h"

enum default_when {
	DEFAULT_ALWAYS,
	DEFAULT_HELD,     /* where one of the group's capabilities is held */
	DEFAULT_NOT_HELD, /* where none is */
};

struct default_group {
	const char *const *names; /* NULL at the end */
	enum default_when when;
	uint64_t capabilities; /* bit N: capability N */
	enum spec_seccomp_action action;
	int errno_ret;                      /* 0: none */
	const struct spec_seccomp_arg *arg; /* the one condition, or NULL */
};

extern const struct default_group default_groups[];
extern const size_t default_groups_n;
