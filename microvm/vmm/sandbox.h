/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMM's restrictions, by allow lists of system calls (sandbox.c) that nothing leaves again. Two stages: one for the
 * process before it looks at the guest's kernel, which may be hostile, and one for each kind of thread before the guest
 * runs. Needs no_new_privs.
 */
#pragma once

#include "base/err.h"

/* All devices are made: loading, starting threads, and what those do. */
int sandbox_enter_loading(struct err *e);

int sandbox_enter_vcpu(struct err *e);
int sandbox_enter_io(struct err *e);
