/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: nothing hostile. Ways of a process into its cgroup. See cgroup_make.h. */
#include "runtime/isolation/cgroup_make.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* What the kernel's errno means here, "" where strerror(3) says enough. */
static const char *why_not_entered(int error)
{
	switch (error) {
	case EBUSY:
		return " (a cgroup that passes controllers on to others may have no process of its own)";
	case EOPNOTSUPP:
		return " (the cgroup or a parent is threaded, see cgroup.type)";
	case ENOSPC:
		return " (its cpuset has no cpu or no memory node)";
	default:
		return "";
	}
}

static int enter_place(const struct cgroup_place *place, pid_t pid, struct err *e)
{
	char text[16];
	int r;

	(void)snprintf(text, sizeof text, "%d", (int)pid);
	r = cgroup_place_write(place, "cgroup.procs", text, e);
	return r < 0 ? err_ctx(e, "moving process %d into its cgroup%s", (int)pid, why_not_entered(-r)) : 0;
}

int cgroup_enter_v1(const struct cgroup *cgroup, pid_t pid, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < cgroup->n; i++)
		if (!cgroup->places[i].v2)
			r = enter_place(&cgroup->places[i], pid, e);
	return r;
}

int cgroup_enter(const struct cgroup *cgroup, pid_t pid, struct err *e)
{
	const struct cgroup_place *v2 = cgroup_find_v2(cgroup);
	int r = cgroup_enter_v1(cgroup, pid, e);

	return r == 0 && v2 ? enter_place(v2, pid, e) : r;
}

int cgroup_entry_open(const struct cgroup *cgroup, struct cgroup_entry *ret, struct err *e)
{
	own_cgroup_entry entry = {0};

	for (size_t i = 0; i < cgroup->n; i++) {
		char path[PATH_MAX];

		if (cgroup->places[i].v2)
			continue;
		if (snprintf(path, sizeof path, "%s/tasks", cgroup->places[i].dir) >= PATH_MAX)
			return err_set(e, ENAMETOOLONG, "cgroup-path-too-long", "cgroup '%s': name too long",
				cgroup->places[i].dir);
		entry.fds[entry.n] = open(path, O_WRONLY | O_CLOEXEC);
		if (entry.fds[entry.n] < 0)
			return err_sys(e, "open '%s'", path);
		entry.n++;
	}
	*ret = entry;
	entry.n = 0;
	return 0;
}

int cgroup_entry_enter(const struct cgroup_entry *entry, struct err *e)
{
	for (size_t i = 0; i < entry->n; i++)
		if (write(entry->fds[i], "0", 1) != 1) {
			const char *why = why_not_entered(errno);

			return err_sys(e, "enter the service's cgroup%s", why);
		}
	return 0;
}

void cgroup_entry_close(struct cgroup_entry *entry)
{
	for (size_t i = 0; i < entry->n; i++)
		(void)close(entry->fds[i]);
	entry->n = 0;
}

int cgroup_dir_fd(const struct cgroup *cgroup, struct err *e)
{
	const struct cgroup_place *place = cgroup_find_v2(cgroup);
	int fd;

	if (!place)
		return err_set(e, ENOENT, "no-cgroup-v2", "no cgroup of version 2 to clone into: none is mounted");
	fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open the cgroup '%s'", place->dir) : fd;
}
