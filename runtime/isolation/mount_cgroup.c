/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_cgroup.h"

#include "base/own.h"
#include "runtime/isolation/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than the kernel has controllers. */
enum { CGROUP_CONTROLLERS_MAX = 32, CGROUP_NAMES_BYTES = 256 };

/* The request for the service's own cgroup, bound. */
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

/* One hierarchy as a filesystem, detached, seen from the service's cgroup namespace. */
static int hierarchy_mount(const struct mount_request *r, const struct mount_cgroup *cgroup, struct err *e)
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
	return mount_make(&own, e);
}

static int hierarchy_make(const struct mount_request *r, const struct mount_cgroups *cgroups,
	const struct mount_cgroup *cgroup, struct err *e)
{
	struct mount_request bind = own_request(r, cgroup->own);

	return cgroups->own_namespace ? hierarchy_mount(r, cgroup, e) : mount_make(&bind, e);
}

/* cpu and cpuacct, where the hierarchy is "cpu,cpuacct". */
static int link_controllers(int directory, const char *name, struct err *e)
{
	char names[CGROUP_NAMES_BYTES], *rest = names;

	if (!strchr(name, ','))
		return 0;
	if (copy_names(name, names, e) < 0)
		return -e->no;
	while (rest) {
		const char *controller = strsep(&rest, ",");

		if (symlinkat(name, directory, controller) < 0)
			return err_sys(e, "link the cgroup controller '%s' to '%s'", controller, name);
	}
	return 0;
}

/* A tmpfs that holds the names of the hierarchies, detached; as read-only as the request asks for. */
static int directory_make(const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	struct mount_parameter mode = {.key = "mode", .value = "755"};
	struct mount_attr attr = {.attr_set = r->attributes.set & MOUNT_ATTR_RDONLY};
	struct mount_request tmpfs = *r;
	own_fd fd = -1;

	tmpfs.kind = MOUNT_TMPFS;
	tmpfs.type = "tmpfs";
	tmpfs.source = "cgroup";
	tmpfs.parameters = &mode;
	tmpfs.parameters_n = 1;
	fd = mount_make(&tmpfs, e);
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < cgroups->n; i++) {
		if (mkdirat(fd, cgroups->items[i].name, 0755) < 0)
			return err_sys(e, "make the cgroup directory '%s'", cgroups->items[i].name);
		if (link_controllers(fd, cgroups->items[i].name, e) < 0)
			return -e->no;
	}
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return err_sys(e, "set the flags of '%s'", r->destination);
	return give_fd(&fd);
}

/* Nobody but us has seen the directory: its names are what they were made as. */
static int hierarchies_apply(
	int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	own_fd directory = directory_make(r, cgroups, e);
	int result = directory < 0 ? directory : mount_attach(root, r, directory, e);

	for (size_t i = 0; result == 0 && i < cgroups->n; i++) {
		own_fd fd = hierarchy_make(r, cgroups, &cgroups->items[i], e);

		result = fd < 0 ? fd : mount_attach_at(directory, cgroups->items[i].name, r, fd, e);
	}
	return result;
}

static int unified_apply(int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	own_fd fd = hierarchy_make(r, cgroups, &cgroups->items[0], e);

	return fd < 0 ? fd : mount_attach(root, r, fd, e);
}

int mount_cgroups_apply(int root, const struct mount_request *r, const struct mount_cgroups *cgroups, struct err *e)
{
	if (!cgroups) {
		(void)err_set(e, ENODEV, "no-cgroups", "mounting '%s': there are no cgroups to mount", r->destination);
		return err_at(e, "/mounts/%zu", r->index);
	}
	/* a service that has no cgroup, on a host without or of a user without, sees an empty directory */
	if (cgroups->unified && cgroups->n)
		return unified_apply(root, r, cgroups, e);
	return hierarchies_apply(root, r, cgroups, e);
}

void mount_cgroups_list(const struct spec *spec, const struct cgroup_host *host, const struct cgroup *cgroup,
	struct mount_cgroup *items, struct mount_cgroups *ret)
{
	for (size_t i = 0; i < cgroup->n; i++) {
		const struct cgroup_hierarchy *h = &host->items[i];
		bool named = strncmp(h->name, "name=", 5) == 0;

		items[i] = (struct mount_cgroup){
			.name = h->v2   ? "unified"
				: named ? h->name + 5
					: h->name,
			.options = h->v2 ? NULL : h->name,
			.own = cgroup->places[i].dir,
		};
	}
	*ret = (struct mount_cgroups){
		.own_namespace = spec_find_namespace(spec, SPEC_NS_CGROUP) != NULL,
		.unified = host->mode == CGROUP_MODE_V2,
		.items = items,
		.n = cgroup->n,
	};
}
