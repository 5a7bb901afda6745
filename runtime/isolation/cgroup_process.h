/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a cgroup: list, signal, freeze. */
#pragma once

#include "base/process.h"
#include "runtime/isolation/cgroup.h"

#include <sys/types.h>

/* Appends the processes in the group and below it, as our pid namespace numbers them. One that is gone has none. */
int cgroup_place_pids(const struct cgroup_place *place, struct pid_list *to, struct err *e);

/* The processes of the service. */
int cgroup_pids(const struct cgroup *cgroup, struct pid_list *to, struct err *e);

/*
 * Sends the signal to every process. SIGKILL leaves none, also none that was forked
 * meanwhile, and reaches frozen ones; it returns before they are gone.
 */
int cgroup_signal(const struct cgroup *cgroup, int signo, struct err *e);

/* Freezes or thaws, and waits until it is so. A group that does not freeze in time is thawed, -EBUSY. */
int cgroup_freeze(const struct cgroup *cgroup, bool on, struct err *e);

/* Whether the group is frozen, or about to be. A group that is gone, or has no freezer, is not. */
bool cgroup_is_frozen(const struct cgroup *cgroup);
