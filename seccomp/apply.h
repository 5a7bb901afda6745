/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the calling thread (every thread of the process with TSYNC) under a filter, for good. */
#pragma once

#include "base/err.h"
#include "seccomp/filter.h"

/*
 * Loads the filter. Needs no_new_privs, or CAP_SYS_ADMIN in the caller's user namespace: the
 * caller sees to the order. Makes one system call and allocates nothing, so it may run between fork and exec.
 *
 * *ret_listener is the listener (close-on-exec, owned by the caller) where the filter notifies,
 * else -1. From here on the filter decides what the caller may do: a call with the action NOTIFY
 * blocks until somebody serves the listener. Only write(2) is sure not to (compile.h), so the caller
 * writes the listener's number to its parent, which takes it by seccomp_listener_take() (notify.h).
 */
int seccomp_apply(const struct seccomp_filter *filter, int *ret_listener, struct err *e);
