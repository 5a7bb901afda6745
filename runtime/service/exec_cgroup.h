/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroup a further process of a service enters. */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/service/service.h"

/* The group `below` the service's own, which must exist; NULL: the service's own, or where it has put its processes. */
int exec_cgroup_find(const struct service *s, const char *below, struct cgroup *ret, struct err *e);
