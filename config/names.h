/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of a spec's enumerations, indexed by the enum's value (spec_linux.h,
 * spec_process.h, spec_seccomp.h), which `cloche features` prints too.
 */
#pragma once

#include <stddef.h>

struct names {
	const char *const *items; /* NULL where a value has no name */
	size_t n;
};

extern const struct names names_capability;  /* capability number */
extern const struct names names_rlimit;      /* RLIMIT_* of sys/resource.h */
extern const struct names names_io_class;    /* enum spec_io_class */
extern const struct names names_sched;       /* enum spec_scheduler_policy */
extern const struct names names_sched_flag;  /* enum spec_scheduler_flag */
extern const struct names names_hook;        /* enum spec_hook_moment */
extern const struct names names_namespace;   /* enum spec_namespace_type */
extern const struct names names_propagation; /* enum spec_propagation */
extern const struct names names_mpol;        /* enum spec_memory_policy_mode */
extern const struct names names_mpol_flag;   /* enum spec_memory_policy_flag */
extern const struct names names_personality; /* enum spec_personality_domain */
extern const struct names names_seccomp_action, names_seccomp_operator, names_seccomp_flag, names_seccomp_arch;
extern const struct names names_vm_image; /* enum spec_vm_image_format */

/* The name of a value, NULL where it has none. */
const char *names_of(const struct names *names, size_t value);

/* The value of a name, -1 where there is none. */
int names_find(const struct names *names, const char *name);

/* The name nearest to a mistyped one, NULL where none is near. */
const char *names_nearest(const struct names *names, const char *name);
