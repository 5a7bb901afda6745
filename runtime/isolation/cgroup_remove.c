/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a service that made cgroups below its own. See cgroup_make.h. */
#include "runtime/isolation/cgroup_make.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
	REMOVE_DEPTH_MAX = 64,     /* of groups a service nested; bounds our stack and our descriptors */
	REMOVE_WAIT_MAX_MS = 2000, /* for processes that were killed and are not gone yet */
};

static int remove_below(int parent, const char *name, int depth);

/* Removes the groups in dir, which is consumed. Returns 0 or a negative errno. */
static int remove_children(int dir, int depth)
{
	own_dir stream = fdopendir(dir);
	int r = 0;

	if (!stream) {
		int error = errno;

		(void)close(dir);
		return -error;
	}
	for (struct dirent *entry; (entry = readdir(stream));)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			int one = remove_below(dirfd(stream), entry->d_name, depth + 1);

			r = r ? r : one;
		}
	return r;
}

/* rm -r of groups: only the directories, their files go with them. */
static int remove_below(int parent, const char *name, int depth)
{
	int dir, r;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	if (depth == REMOVE_DEPTH_MAX)
		return -ELOOP;
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	r = remove_children(dir, depth);
	if (r < 0)
		return r;
	return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -errno;
}

/*
 * The groups above that a cloche made, whichever service it made them for: the last to leave takes them away. One that
 * somebody else uses by now stays, and is theirs.
 */
static void remove_parents(const struct cgroup_place *place)
{
	char dir[PATH_MAX];

	(void)snprintf(dir, sizeof dir, "%s", place->dir); /* made from a PATH_MAX */
	for (unsigned int i = 1;; i++) {
		char *slash = strrchr(dir, '/');

		if (!slash || slash <= dir + place->top)
			return;
		*slash = '\0';
		if (i >= place->made && getxattr(dir, CGROUP_MADE_MARK, NULL, 0) < 0)
			return;
		if (rmdir(dir) < 0 && errno != ENOENT)
			return;
	}
}

static int remove_place(const struct cgroup_place *place, int *wait_ms, struct err *e)
{
	int r = remove_below(AT_FDCWD, place->dir, 0);

	/* the first waits are short: most often the kernel is a moment from done */
	for (int pause_ms = 1; r == -EBUSY && *wait_ms > 0; pause_ms *= 2) {
		const struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L};

		(void)nanosleep(&pause, NULL); /* a signal only makes us look sooner */
		*wait_ms -= pause_ms;
		r = remove_below(AT_FDCWD, place->dir, 0);
	}
	if (r < 0) {
		errno = -r;
		return err_sys(e, "remove the cgroup '%s'%s", place->dir,
			r == -EBUSY ? " (a process is still in it or below)" : "");
	}
	remove_parents(place);
	return 0;
}

int cgroup_remove(const struct cgroup *cgroup, struct err *e)
{
	struct err ignored = ERR_NONE;
	int wait_ms = REMOVE_WAIT_MAX_MS, r = 0;

	for (size_t i = 0; i < cgroup->n; i++) {
		int one = remove_place(&cgroup->places[i], &wait_ms, r ? &ignored : e);

		r = r ? r : one;
	}
	return r;
}
