/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's flags of a filter, and which of them this kernel has. */
#pragma once

#include "config/spec_seccomp.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The SECCOMP_FILTER_FLAG_* for the spec's flags, with NEW_LISTENER where the filter notifies. Absent flags
 * stand for SPEC_ALLOW. WAIT_KILLABLE_RECV is about a listener and left out where there is none.
 */
unsigned int seccomp_flags_for_kernel(const struct opt_bits *flags, bool notifies);

/* Bits of enum spec_seccomp_flag: all that are known here, and those of them that the running kernel takes. */
uint64_t seccomp_flags_known(void);
uint64_t seccomp_flags_supported(void);

/* The name of the first of these SECCOMP_FILTER_FLAG_* that the running kernel does not take; NULL: it takes all. */
const char *seccomp_flags_find_unsupported(unsigned int kernel_flags);
