/* SPDX-License-Identifier: Apache-2.0 */
/* The spec's actions in the kernel's words. */
#pragma once

#include "base/err.h"
#include "config/spec_seccomp.h"

#include <stdint.h>

/*
 * The SECCOMP_RET_* of an action, with the errno (ERRNO) or the tracer's message (TRACE) in its low half;
 * EPERM where the spec gives none, as the runtime-spec says. An errno for any other action, or out of
 * range, is an error: the kernel would return another than the one asked for.
 */
int seccomp_action_translate(
	enum spec_seccomp_action action, const struct opt_uint *errno_ret, uint32_t *ret, struct err *e);

/* Bits of enum spec_seccomp_action. */
uint64_t seccomp_actions_known(void);
