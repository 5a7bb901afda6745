/* SPDX-License-Identifier: Apache-2.0 */
/* What of linux.seccomp works here, for `cloche features`: from the tables that compile, and from the kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Bit N is value N of the enum in config/spec_seccomp.h. */
struct seccomp_features {
	bool enabled;                          /* in the running kernel */
	uint64_t actions;                      /* enum spec_seccomp_action */
	uint64_t operators;                    /* enum spec_seccomp_operator */
	uint64_t architectures;                /* enum spec_seccomp_arch */
	uint64_t known_flags, supported_flags; /* enum spec_seccomp_flag: by this build, by the kernel too */
};

struct seccomp_features seccomp_features_get(void);
