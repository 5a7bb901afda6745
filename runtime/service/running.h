/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to a service that runs, and what there is to see of it. Whichever wall it is behind. */
#pragma once

#include "base/process.h"
#include "config/json_write.h"
#include "runtime/service/service.h"

/* -EBUSY: its first process has ended, or there is none yet. */
int service_check_running(const struct service *s, struct err *e);

/* Holds all processes of the service still, or lets them go on. */
int service_pause(struct service *s, bool on, struct err *e);

/* Its processes as the host numbers them. */
int service_processes(struct service *s, struct pid_list *ret, struct err *e);

/* Writes what it uses, as the "data" of runc's `events --stats`. */
int service_stats_write(struct service *s, struct json_writer *w, struct err *e);

/* How many of its processes the kernel has killed for lack of memory. */
int service_oom_kills(struct service *s, uint64_t *ret, struct err *e);

/*
 * Changes limits: what is absent, and what engines send as 0 for "not set", stays as it is
 * (resources.h). The spec on disk says afterwards what holds.
 */
int service_update(struct service *s, const struct spec_resources *resources, struct err *e);
