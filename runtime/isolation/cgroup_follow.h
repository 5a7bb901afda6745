/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroup a further process of a service belongs in. */
#pragma once

#include "runtime/isolation/cgroup.h"

#include <sys/types.h>

/* Makes it the service's own, or where the service has moved its first process. */
int cgroup_follow(struct cgroup *cgroup, pid_t first, struct err *e);

/*
 * What a process's path in its hierarchy has beyond the cgroup's directory, whose mount point and the
 * root of whose cgroup namespace may hide some of its beginning. NULL: it is elsewhere. Pure.
 */
const char *cgroup_path_rest(const char *dir, const char *process_path);
