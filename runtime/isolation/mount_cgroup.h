/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's view of its cgroup ({"type": "cgroup"}).
 *
 *	v2           the tree itself at the destination
 *	v1, hybrid   a tmpfs with a directory for each hierarchy, and a link for each
 *	             controller of a hierarchy that has several (cpu -> cpu,cpuacct)
 *
 * With a cgroup namespace of its own the service gets the filesystem, whose root is then
 * its own cgroup; without one its own cgroup's directory is bound, and no other.
 */
#pragma once

#include "config/spec.h"
#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/mount_request.h"

struct mount_cgroup {
	const char *name;    /* of the directory: "memory", "cpu,cpuacct", "systemd", "unified" */
	const char *options; /* of the v1 filesystem: "cpu,cpuacct", "name=systemd"; NULL: cgroup2 */
	const char *own;     /* the service's own cgroup, an absolute path on the host */
};

struct mount_cgroups {
	bool own_namespace; /* the service has a cgroup namespace of its own */
	bool unified;       /* v2 alone: items[0] is the tree */
	const struct mount_cgroup *items;
	size_t n;
};

/* How each hierarchy of the cgroup is to be seen. `items` has room for one each and is what *ret borrows. */
void mount_cgroups_list(const struct spec *spec, const struct cgroup_host *host, const struct cgroup *cgroup,
	struct mount_cgroup *items, struct mount_cgroups *ret);

/* Mounts them at the request's destination, with its attributes. */
int mount_cgroups_apply(int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e);
