/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a service's cgroup is (OCI runtime-spec config-linux.md, "Cgroups Path"). Pure.
 *
 *	absolute ("/a/b")  below the top of each hierarchy
 *	relative ("a/b")   below "/cloche"
 *	empty, NULL        "/cloche/<id>"
 *	"slice:prefix:name", with the systemd driver: the unit prefix-name.scope in the slice
 *
 * A caller that may not write at the top (rootless, delegated) gets all of these below
 * a cgroup of its own instead. ".." is refused everywhere: a service stays in its parent.
 */
#pragma once

#include "runtime/isolation/cgroup_host.h"

#include <linux/limits.h>

/* The parent of services that name none. */
#define CGROUP_DEFAULT_PARENT "/cloche"

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
 * version 2, below its parent: a cgroup with processes of its own cannot pass controllers on.
 */
int cgroup_path_in(
	const struct cgroup_path *path, const struct cgroup_hierarchy *hierarchy, char ret[PATH_MAX], struct err *e);
