/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: nothing hostile. See cgroup_make.h. */
#include "runtime/isolation/cgroup_make.h"

#include "base/own.h"
#include "runtime/isolation/cgroup_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MAKE_TRIES = 5 }; /* a parent may be removed by its last service while we make ours */

static int make_failed(const char *dir, struct err *e)
{
	bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
	int r = err_sys(e, "make the cgroup '%s'", dir);

	if (denied)
		(void)snprintf(e->code, sizeof e->code, "cgroup-not-delegated");
	return r;
}

/* mkdir -p of what is ours of dir. Counts what was made. -EEXIST, with no message: all of it was there. */
static int make_dirs(struct cgroup_place *place, struct err *e)
{
	char dir[PATH_MAX];

	place->made = 0;
	if (mkdir(place->dir, 0755) == 0)
		place->made = 1;
	if (place->made || errno == EEXIST)
		return place->made ? 0 : -EEXIST;
	if (errno != ENOENT)
		return make_failed(place->dir, e);
	(void)snprintf(dir, sizeof dir, "%s", place->dir); /* made from a PATH_MAX */
	for (size_t at = place->top; place->dir[at];) {
		at += 1 + strcspn(place->dir + at + 1, "/");
		dir[at] = '\0';
		if (mkdir(dir, 0755) == 0) {
			place->made++;
			/* where it cannot be marked, it stays when a later service leaves it */
			(void)setxattr(dir, CGROUP_MADE_MARK, "", 0, 0);
		} else if (errno != EEXIST)
			return make_failed(dir, e);
		dir[at] = place->dir[at];
	}
	return place->made ? 0 : -EEXIST;
}

/* A new cpuset of version 1 is empty, and no process may enter an empty one: it gets what its parent has. */
static int cpuset_inherit(const char *dir, size_t length, struct err *e)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	char parent[PATH_MAX], child[PATH_MAX];
	const struct cgroup_place from = {.dir = parent}, to = {.dir = child};
	int r = 0;

	(void)snprintf(child, sizeof child, "%.*s", (int)length, dir);
	(void)snprintf(parent, sizeof parent, "%.*s", (int)((const char *)memrchr(dir, '/', length) - dir), dir);
	for (size_t i = 0; r == 0 && i < sizeof files / sizeof *files; i++) {
		own_text value = {0};

		r = cgroup_place_read(&from, files[i], &value, e);
		if (r == 0)
			r = cgroup_place_write(&to, files[i], text_string(&value), e);
	}
	return r;
}

/* Calls for each directory that was made, from the top down. */
static int cpuset_inherit_all(const struct cgroup_place *place, struct err *e)
{
	size_t ends[PATH_MAX / 2], n = 0, length = strlen(place->dir);
	int r = 0;

	while (n < place->made) {
		ends[n++] = length;
		length = (size_t)((const char *)memrchr(place->dir, '/', length) - place->dir);
	}
	while (r == 0 && n > 0)
		r = cpuset_inherit(place->dir, ends[--n], e);
	return r;
}

/* One who was here first keeps it: a leftover is taken over, a cgroup in use is not. */
static int check_unused(const struct cgroup_place *place, pid_t resident, struct err *e)
{
	own_pid_list pids = {0};
	int r = cgroup_place_pids(place, &pids, e);

	if (r < 0 || pids.n == 0 || (pids.n == 1 && pids.items[0] == resident))
		return r;
	return err_set(e, EBUSY, "cgroup-in-use",
		"cgroup '%s' exists and process %d is in it; give the service another cgroupsPath or id", place->dir,
		(int)pids.items[0]);
}

/* How many of the last components of its directory there are not yet. */
static unsigned int count_missing(const struct cgroup_place *place)
{
	size_t length = strlen(place->dir);
	char dir[PATH_MAX];
	unsigned int n = 0;

	(void)snprintf(dir, sizeof dir, "%s", place->dir); /* made from a PATH_MAX */
	for (; length > place->top && faccessat(AT_FDCWD, dir, F_OK, 0) < 0; n++) {
		length = (size_t)((const char *)memrchr(dir, '/', length) - dir);
		dir[length] = '\0';
	}
	return n;
}

int cgroup_survey(struct cgroup *cgroup, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < cgroup->n; i++) {
		struct cgroup_place *place = &cgroup->places[i];

		place->made = count_missing(place);
		r = place->made ? 0 : check_unused(place, cgroup->resident, e);
	}
	return r;
}

static int make_place(struct cgroup_place *place, pid_t resident, struct err *e)
{
	int r;

	for (int i = 0; i < MAKE_TRIES; i++) {
		r = make_dirs(place, e);
		if (r != -ENOENT)
			break;
	}
	if (r == -EEXIST)
		r = check_unused(place, resident, e);
	if (r == 0 && !place->v2 && (place->controllers & (1U << CGROUP_CPUSET)))
		r = cpuset_inherit_all(place, e);
	return r;
}

int cgroup_make(struct cgroup *cgroup, uint32_t needed, struct err *e)
{
	struct err ignored = ERR_NONE;
	size_t n = cgroup->n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = make_place(&cgroup->places[i], cgroup->resident, e);
		if (r < 0)
			cgroup->n = i + (cgroup->places[i].made > 0);
	}
	if (r == 0)
		cgroup_enable(cgroup, needed);
	else
		(void)cgroup_remove(cgroup, &ignored); /* the first failure is the one to report */
	cgroup->n = n;
	return r;
}
