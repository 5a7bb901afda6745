/* SPDX-License-Identifier: Apache-2.0 */
/* Which hierarchies a caller without privileges may use (cgroups(7), "Cgroups v2 delegation"). */
#pragma once

#include "runtime/isolation/cgroup_path.h"

/*
 * Leaves those hierarchies in which the caller may make a cgroup at the path and move a process
 * of its own into it. With none left the service runs without a cgroup, and what its spec
 * asks of one is refused where it is planned or applied.
 */
void cgroup_host_keep_delegated(struct cgroup_host *host, const struct cgroup_path *path);
