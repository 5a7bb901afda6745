/* SPDX-License-Identifier: Apache-2.0 */
/* Writing limits into a cgroup. */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/cgroup_limits.h"

/*
 * Makes the writes, in order; those that the kernel refuses for now (CGROUP_WRITE_AGAIN)
 * once more at the end. Stops at the first that fails, with the JSON pointer of its field;
 * what was written before stays.
 */
int cgroup_apply(const struct cgroup *cgroup, const struct cgroup_writes *writes, struct err *e);

/* What cgroup_limits_list() wants to know of a cgroup that is updated. */
int cgroup_read_now(const struct cgroup *cgroup, struct cgroup_now *ret, struct err *e);
