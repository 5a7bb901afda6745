/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a service's cgroup is (OCI runtime-spec config-linux.md, "Cgroups Path"). Pure.
 *
 *	absolute or relative ("/a/b", "a/b")  below the top of each hierarchy
 *	empty, NULL                            "/cloche-<id>"
 *	"slice:prefix:name", with the systemd driver: the unit prefix-name.scope in the slice
 *
 * Without a parent for all: it would be made and removed with every lone service, in each
 * hierarchy, which is as dear as the service's own cgroup (0.7 ms for ten hierarchies).
 *
 * A caller that may not write at the top (rootless, delegated) gets all of these below
 * a cgroup of its own instead. ".." is refused everywhere: a service stays in its parent.
 */
#pragma once

#include "runtime/isolation/cgroup_host.h"

#include <linux/limits.h>

/* Before the id of a service that names no cgroup. */
#define CGROUP_PREFIX "cloche-"

struct cgroup_wanted {
	const char *cgroups_path; /* the spec's, may be NULL */
	const char *id;
	bool systemd; /* the systemd driver manages it */
};

struct cgroup_path {
	bool below_own; /* below the caller's own cgroup, else below the top */
	char text[PATH_MAX];
};

int cgroup_path_for(
	const struct cgroup_wanted *wanted, const struct cgroup_host *host, struct cgroup_path *ret, struct err *e);

/*
 * The cgroup that systemd gave a process, from the text of its /proc/PID/cgroup: what
 * systemd's driver goes on with. -ENOENT: it is in none but the root.
 */
int cgroup_path_of_process(const char *proc_cgroup, struct cgroup_path *ret, struct err *e);

/*
 * The directory of the cgroup in one hierarchy. Below the caller's own cgroup means, in
 * version 2, below its parent: a cgroup with processes of its own cannot pass controllers on. A line break in it is
 * refused.
 */
int cgroup_path_in(
	const struct cgroup_path *path, const struct cgroup_hierarchy *hierarchy, char ret[PATH_MAX], struct err *e);
