/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_check.h"

#include <errno.h>
#include <string.h>

/* Where something may be mounted inside /proc: files that lxcfs and its like answer for a service. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/loadavg",
	"/proc/meminfo",
	"/proc/net/dev",
	"/proc/slabinfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/sys/crypto/fips_enabled",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/uptime",
};

/* Whether something may be mounted here in /proc; true for all other places. */
static bool proc_allows(const struct mount_request *r)
{
	const char *at = r->destination;

	if (strncmp(at, "/proc", 5) != 0 || (at[5] != '/' && at[5] != '\0'))
		return true;
	if (strcmp(at, "/proc") == 0)
		return r->kind == MOUNT_PROC || r->kind == MOUNT_BIND || r->kind == MOUNT_REMOUNT;
	for (size_t i = 0; i < sizeof proc_files / sizeof proc_files[0]; i++)
		if (strcmp(at, proc_files[i]) == 0)
			return true;
	return false;
}

static int request_check_destination(const struct mount_request *r, struct err *e)
{
	if (r->kind != MOUNT_REMOUNT && strcmp(r->destination, "/") == 0)
		(void)err_set(
			e, EINVAL, "mount-on-root", "a mount on '%s' would cover the root filesystem", r->destination);
	else if (!proc_allows(r))
		(void)err_set(e, EINVAL, "mount-in-proc",
			"'%s' cannot be mounted on '%s': the runtime and the service rely on an unaltered /proc",
			r->type, r->destination);
	else
		return 0;
	return err_at(e, "/mounts/%zu/destination", r->index);
}

static int request_check_source(const struct mount_request *r, struct err *e)
{
	if (r->kind != MOUNT_BIND || (r->source && r->source[0]))
		return 0;
	(void)err_set(e, EINVAL, "mount-without-source", "the bind mount on '%s' has no source", r->destination);
	return err_at(e, "/mounts/%zu/source", r->index);
}

/* A mount's own id mappings ask for an idmapped mount, also without the option. */
static int request_check_mappings(struct mount_request *r, struct err *e)
{
	bool uids = r->uid_mappings->n > 0, gids = r->gid_mappings->n > 0;

	if (uids && gids && r->kind == MOUNT_BIND) {
		r->idmap = r->idmap ? r->idmap : MOUNT_IDMAP_ONE;
		return 0;
	}
	if (!uids && !gids)
		return 0;
	if (r->kind != MOUNT_BIND)
		(void)err_set(e, EINVAL, "mount-mappings-not-for-type",
			"the mount on '%s' has id mappings, which a bind mount alone can have", r->destination);
	else
		(void)err_set(e, EINVAL, "mount-mappings-half",
			"the mount on '%s' has mappings of user or of group ids: it needs both", r->destination);
	return err_at(e, "/mounts/%zu/%s", r->index, uids ? "uidMappings" : "gidMappings");
}

/*
 * The path without "//", "." and "..", which is taken back with what is before it, links or not: so that what is
 * said of a path in the checks holds for every way to write it.
 */
static char *path_clean(const char *path, struct arena *a)
{
	char *clean = arena_alloc(a, strlen(path) + 2), *end = clean;

	while (clean && *path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && strncmp(path, "..", 2) == 0) {
			while (end > clean && *--end != '/')
				;
		} else if (length > 1 || (length == 1 && *path != '.')) {
			*end++ = '/';
			memcpy(end, path, length);
			end += length;
		}
		path += length + (path[length] == '/');
	}
	if (clean && end == clean)
		*end++ = '/';
	if (clean)
		*end = '\0';
	return clean;
}

int mount_request_check(struct mount_request *r, struct arena *a, struct err *e)
{
	int result;

	r->destination = path_clean(r->destination, a);
	if (!r->destination)
		return err_nomem(e);
	result = request_check_destination(r, e);
	if (result == 0)
		result = request_check_source(r, e);
	if (result == 0)
		result = request_check_mappings(r, e);
	return result;
}
