/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd's driver as a whole: a unit of systemd is the home of a service's processes.
 *
 *	systemd_service_start()   systemd makes the unit with the first process in it; the
 *	                          cgroup that it chose comes back
 *	cgroup_make() …           from there on all is as without systemd, in that cgroup
 *	systemd_service_set()     beside cgroup_update_apply(): systemd has to know, too
 *	systemd_service_stop()    before cgroup_remove()
 */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/systemd_property.h"

struct systemd_service {
	const char *id;
	const char *cgroups_path; /* the spec's "slice:prefix:name", may be NULL */
	const char *helper;       /* NULL: where it is installed */
	bool user;                /* by the caller's own manager: rootless */
};

/* What systemd is told at the start. All but host may be NULL. */
struct systemd_limits {
	const struct cgroup_host *host;
	const struct string_map *annotations;
	const struct cgroup_writes *writes;
	const struct cgroup_device_rules *devices;
};

/* Whether the helper is installed where it belongs. */
bool systemd_service_is_there(void);

/* Starts the unit with the process in it, as cgroup_prepare() would say where. The caller goes on with cgroup_make().
 */
int systemd_service_start(const struct systemd_service *service, const struct systemd_limits *limits, pid_t pid,
	struct cgroup *ret, struct err *e);

/* Tells systemd of limits that change. Nothing to tell is no call. */
int systemd_service_set(const struct systemd_service *service, const struct systemd_limits *limits, struct err *e);

/* Ends the unit; systemd ends what is left in it. One that is gone is no error. */
int systemd_service_stop(const struct systemd_service *service, struct err *e);
