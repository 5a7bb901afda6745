/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup_delegation.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_writable(const char *directory, const char *file)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s%s", directory, file); /* fits: PATH_MAX and a short name */
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* The nearest directory above the service's that exists: there it would be made, and from there processes move. */
static bool is_delegated(const struct cgroup_hierarchy *hierarchy, const struct cgroup_path *path)
{
	char directory[PATH_MAX], *slash;
	struct err ignored;

	if (cgroup_path_in(path, hierarchy, directory, &ignored) < 0)
		return false;
	do {
		slash = strrchr(directory, '/');
		if (!slash || slash == directory)
			return false;
		*slash = '\0';
	} while (access(directory, F_OK) < 0);
	return is_writable(directory, "") && is_writable(directory, "/cgroup.procs");
}

void cgroup_host_keep_delegated(struct cgroup_host *host, const struct cgroup_path *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->n; i++)
		if (is_delegated(&host->items[i], path))
			host->items[kept++] = host->items[i];
	host->n = kept;
}
