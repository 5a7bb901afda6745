/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_cgroup.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* More than the kernel has controllers. */
enum { CGROUP_CONTROLLERS_MAX = 32, CGROUP_NAMES_BYTES = 256 };

/* The request for the service's own directory, bound. Read-only is for all that is below. */
static struct mount_request own_request(const struct mount_request *r, const char *own)
{
	struct mount_request bind = *r;

	bind.kind = MOUNT_BIND;
	bind.type = "bind";
	bind.source = own;
	bind.tree = false;
	bind.parameters_n = 0;
	return bind;
}

/* "cpu,cpuacct" and "name=systemd" as parameters; they point into `names`, which is cut up. Returns their number. */
static size_t options_split(char *names, struct mount_parameter *ret)
{
	char *rest = names;
	size_t n = 0;

	while (rest && n < CGROUP_CONTROLLERS_MAX) {
		char *key = strsep(&rest, ",");
		char *equals = strchr(key, '=');

		if (equals)
			*equals = '\0';
		ret[n++] = (struct mount_parameter){.key = key, .value = equals ? equals + 1 : NULL};
	}
	return n;
}

static int copy_names(const char *from, char *ret, struct err *e)
{
	if (strlen(from) >= CGROUP_NAMES_BYTES)
		return err_set(e, ENAMETOOLONG, "name-too-long", "'%s': too long for a cgroup's controllers", from);
	(void)snprintf(ret, CGROUP_NAMES_BYTES, "%s", from); /* measured above */
	return 0;
}

/* One hierarchy as a filesystem, seen from the service's cgroup namespace. */
static int hierarchy_mount(int root, const struct mount_request *r, const struct mount_cgroup *cgroup, struct err *e)
{
	struct mount_parameter parameters[CGROUP_CONTROLLERS_MAX];
	struct mount_request own = *r;
	char names[CGROUP_NAMES_BYTES];

	own.type = cgroup->options ? "cgroup" : "cgroup2";
	own.source = own.type;
	if (cgroup->options) {
		if (copy_names(cgroup->options, names, e) < 0)
			return -e->no;
		own.parameters = parameters;
		own.parameters_n = options_split(names, parameters);
	}
	return mount_make_and_attach(root, &own, e);
}

static int hierarchy_apply(int root, const struct mount_request *r, const struct mount_cgroups *cgroups,
	const struct mount_cgroup *cgroup, struct err *e)
{
	struct mount_request bind = own_request(r, cgroup->own);

	return cgroups->own_namespace ? hierarchy_mount(root, r, cgroup, e) : mount_make_and_attach(root, &bind, e);
}

/* cpu and cpuacct, where the hierarchy is "cpu,cpuacct". */
static int link_controllers(int root, const char *directory, const char *name, struct err *e)
{
	char names[CGROUP_NAMES_BYTES], *rest = names;
	own_fd fd = -1;

	if (!strchr(name, ','))
		return 0;
	fd = path_open_in_root(root, directory, O_PATH | O_DIRECTORY, e);
	if (fd < 0 || copy_names(name, names, e) < 0)
		return -e->no;
	while (rest) {
		const char *controller = strsep(&rest, ",");

		if (symlinkat(name, fd, controller) < 0)
			return err_sys(e, "link '%s/%s'", directory, controller);
	}
	return 0;
}

static int hierarchy_add(int root, const struct mount_request *r, const struct mount_cgroups *cgroups,
	const struct mount_cgroup *cgroup, struct err *e)
{
	struct mount_request below = *r;
	char destination[PATH_MAX];
	int n = snprintf(destination, sizeof destination, "%s/%s", r->destination, cgroup->name);

	if (n < 0 || (size_t)n >= sizeof destination)
		return err_set(e, ENAMETOOLONG, "name-too-long", "'%s/%s' is too long", r->destination, cgroup->name);
	below.destination = destination;
	if (hierarchy_apply(root, &below, cgroups, cgroup, e) < 0)
		return -e->no;
	return link_controllers(root, r->destination, cgroup->name, e);
}

/* The directory of the hierarchies. It becomes read-only, where asked for, when all are in it. */
static struct mount_request directory_request(const struct mount_request *r, struct mount_parameter *mode)
{
	struct mount_request directory = *r;

	*mode = (struct mount_parameter){.key = "mode", .value = "755"};
	directory.kind = MOUNT_TMPFS;
	directory.type = "tmpfs";
	directory.source = "cgroup";
	directory.parameters = mode;
	directory.parameters_n = 1;
	return directory;
}

static int hierarchies_apply(
	int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	struct mount_parameter mode;
	struct mount_request directory = directory_request(r, &mode);
	int result = mount_make_and_attach(root, &directory, e);

	for (size_t i = 0; result == 0 && i < cgroups->n; i++)
		result = hierarchy_add(root, r, cgroups, &cgroups->items[i], e);
	if (result == 0 && mount_request_is_sealed_late(&directory))
		result = mount_seal(root, &directory, e);
	return result;
}

int mount_cgroups_apply(int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	if (!cgroups) {
		(void)err_set(e, ENODEV, "no-cgroups", "mounting '%s': there are no cgroups to mount", r->destination);
		return err_at(e, "/mounts/%zu", r->index);
	}
	/* a service that has no cgroup, on a host without or of a user without, sees an empty directory */
	if (cgroups->unified && cgroups->n)
		return hierarchy_apply(root, r, cgroups, &cgroups->items[0], e);
	return hierarchies_apply(root, r, cgroups, e);
}
