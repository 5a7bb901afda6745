/* SPDX-License-Identifier: Apache-2.0 */
/* How the kernel schedules the service's process: CPU, disk, and on which memory nodes it allocates. */
#pragma once

#include "base/err.h"
#include "config/spec_linux.h"
#include "config/spec_process.h"

/* Policy and its parameters (sched_setattr(2)). Realtime and deadline policies need CAP_SYS_NICE. */
int sched_scheduler_apply(const struct spec_scheduler *scheduler, struct err *e);

/*
 * The CPUs of a list ("0-3,7"); nothing changes for NULL and "". Of execCPUAffinity, `initial` is applied
 * before the process enters its cgroup, `final` after it: the cpuset takes away what it does not have.
 */
int sched_affinity_apply(const char *cpus, struct err *e);

/* Class and priority for the disk (ioprio_set(2)). The realtime class needs CAP_SYS_NICE or CAP_SYS_ADMIN. */
int sched_io_priority_apply(const struct spec_io_priority *priority, struct err *e);

/* Where memory comes from on machines with several nodes (set_mempolicy(2)). */
int sched_memory_policy_apply(const struct spec_memory_policy *policy, struct err *e);
