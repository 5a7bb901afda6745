/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this host's control groups look like (cgroups(7)).
 *
 * A hierarchy is one mounted cgroup filesystem: version 1 with a fixed set of
 * controllers (or only a name), or version 2, of which there is at most one. Each
 * controller is in at most one hierarchy. Facts only: nothing here changes a thing.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum cgroup_mode {
	CGROUP_MODE_V1,
	CGROUP_MODE_HYBRID, /* controllers in version 1, beside a version 2 with few or none */
	CGROUP_MODE_V2,
};

enum cgroup_controller {
	CGROUP_CPU,
	CGROUP_CPUACCT, /* version 1 only, as are devices, freezer, net_cls, net_prio */
	CGROUP_CPUSET,
	CGROUP_MEMORY,
	CGROUP_DEVICES,
	CGROUP_FREEZER,
	CGROUP_IO, /* "blkio" in version 1 */
	CGROUP_PIDS,
	CGROUP_HUGETLB,
	CGROUP_RDMA,
	CGROUP_NET_CLS,
	CGROUP_NET_PRIO,
	CGROUP_PERF_EVENT,
	CGROUP_MISC,
	CGROUP_CONTROLLERS,
	CGROUP_CORE =
		CGROUP_CONTROLLERS, /* files that every cgroup has: in the version 2 hierarchy where there is one */
};

enum { CGROUP_HIERARCHIES_MAX = 16 };

struct cgroup_hierarchy {
	const char *mount;    /* where it is mounted, "/sys/fs/cgroup/cpu,cpuacct" */
	const char *own;      /* the caller's cgroup as seen below the mount; "/" is the mount itself */
	const char *name;     /* as in /proc/self/cgroup: "cpu,cpuacct", "name=systemd", "" for version 2 */
	uint32_t controllers; /* bit N: enum cgroup_controller N */
	bool v2;
};

struct cgroup_host {
	struct arena arena; /* owns the strings of a detected host */
	enum cgroup_mode mode;
	bool root_writable; /* the caller may make cgroups at the top; false: only below its own */
	size_t n;
	struct cgroup_hierarchy items[CGROUP_HIERARCHIES_MAX];
};

#define own_cgroup_host __attribute__((cleanup(cgroup_host_free))) struct cgroup_host

/* Reads /proc/self/cgroup, /proc/self/mountinfo and the controllers of version 2. -ENOENT: no cgroups are mounted. */
int cgroup_host_detect(struct cgroup_host *ret, struct err *e);

/* The same from texts: what the two files hold and, for version 2, cgroup.controllers of its mount. */
struct cgroup_host_texts {
	const char *self_cgroup, *mountinfo, *v2_controllers;
};

int cgroup_host_parse(const struct cgroup_host_texts *texts, struct cgroup_host *ret, struct err *e);

/* A made-up host with every controller, for plans and tests that must not depend on where they run. */
struct cgroup_host cgroup_host_fixed(enum cgroup_mode mode);

/* Index of the hierarchy that has the controller, or -1. */
int cgroup_host_find(const struct cgroup_host *host, enum cgroup_controller controller);

/* Index of the version 2 hierarchy, or -1. */
int cgroup_host_find_v2(const struct cgroup_host *host);

/* Whether the controller is managed by version 2 here; a controller that is missing counts for the mode. */
bool cgroup_host_is_v2(const struct cgroup_host *host, enum cgroup_controller controller);

/* "cpu", "io", … as the given version calls it. CGROUP_CORE is "cgroup". */
const char *cgroup_controller_name(enum cgroup_controller controller, bool v2);

void cgroup_host_free(struct cgroup_host *host);
