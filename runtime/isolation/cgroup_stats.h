/* SPDX-License-Identifier: Apache-2.0 */
/* What a service uses, read from its cgroup. */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/stats.h"

/* Reads all figures there are. Files that this kernel lacks are left out; -ENOENT: the cgroup is gone. */
int cgroup_stats(const struct cgroup *cgroup, struct stats *ret, struct err *e);

/* How many processes of the service the kernel killed for lack of memory. 0 where nobody counts. */
int cgroup_oom_kills(const struct cgroup *cgroup, uint64_t *ret, struct err *e);
