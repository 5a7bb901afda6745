/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel holds per process, without a cgroup: resource limits, how soon the
 * out-of-memory killer comes, umask, personality, no_new_privs. Each call changes the
 * calling process, or the one named, and what it executes inherits it.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "config/spec_linux.h"
#include "config/spec_process.h"

#include <sys/types.h>

/* One resource limit (prlimit(2)) of a process; 0: the caller. Raising a hard limit needs CAP_SYS_RESOURCE. */
int limits_rlimit_apply(pid_t pid, const struct spec_rlimit *limit, struct err *e);

/* oom_score_adj (proc(5)), from -1000 to 1000. Lowering needs CAP_SYS_RESOURCE. Needs procfs on /proc. pid 0: the
 * caller. */
int limits_oom_score_apply(pid_t pid, int64_t score, struct err *e);

/* The file mode creation mask; 0022 where the spec has none, whatever the caller's is. */
void limits_umask_apply(const struct spec_user *user);

/* The execution domain (personality(2)). After seccomp is compiled, before the filter may forbid the call. */
int limits_personality_apply(const struct spec_personality *personality, struct err *e);

/* No execve(2) from here on grants privileges (prctl(2), PR_SET_NO_NEW_PRIVS). */
int limits_no_new_privs_apply(struct err *e);

/* What to write to /proc/PID/timens_offsets (time_namespaces(7)); nothing for offsets that are not set. */
void limits_time_offsets_text(const struct spec_time_offsets *offsets, struct text *out);
