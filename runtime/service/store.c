/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/store.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/process.h"
#include "config/write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STORE_STATE_LIMIT = 1024 * 1024 };

#define STORE_SYSTEM_ROOT "/run/cloche"

int store_default_root(struct arena *a, const char **ret, struct err *e)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
	bool named = runtime_dir && runtime_dir[0] == '/';

	if (geteuid() == 0 && !(named && process_is_in_user_namespace())) {
		*ret = STORE_SYSTEM_ROOT;
		return 0;
	}
	if (!named)
		return err_set(e, ENOENT, "no-runtime-dir",
			"XDG_RUNTIME_DIR is not set: name a directory for the state of services with --root");
	*ret = arena_format(a, "%s/cloche", runtime_dir);
	return *ret ? 0 : err_nomem(e);
}

int store_check_id(const char *id, struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
	size_t length = strlen(id);

	if (length == 0 || length > STORE_ID_MAX || strspn(id, allowed) != length || id[0] == '.')
		return err_set(e, EINVAL, "id-invalid",
			"invalid id '%.64s': 1 to %d letters, digits, '_', '+', '-', '.', and no '.' in front", id,
			STORE_ID_MAX);
	return 0;
}

static int store_make_parents(const char *root, struct err *e)
{
	char path[4096];
	size_t length = strlen(root);

	if (length >= sizeof path)
		return err_set(e, ENAMETOOLONG, "name-too-long", "'%s' is too long", root);
	memcpy(path, root, length + 1);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return err_sys(e, "make the directory '%s'", path);
		*slash = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "make the directory '%s'", path);
	return 0;
}

int store_open_root(const char *root, bool make, struct err *e)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT && make) {
		r = store_make_parents(root, e);
		if (r < 0)
			return r;
		fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? err_sys(e, "open the directory of services '%s'", root) : fd;
}

int store_make(int root, const char *id, struct err *e)
{
	own_fd dir = -1;
	int r;

	if (mkdirat(root, id, 0700) < 0)
		return errno == EEXIST ? err_set(e, EEXIST, "id-in-use", "container with id exists: '%s'", id)
				       : err_sys(e, "make the directory of '%s'", id);
	dir = store_open(root, id, e);
	if (dir < 0)
		return dir;
	r = store_lock(dir, id, false, e);
	return r < 0 ? r : give_fd(&dir);
}

static int store_missing(const char *id, struct err *e)
{
	return err_set(e, ENOENT, "no-service", "container '%s' does not exist", id);
}

/* Its state says what is killed and removed, its spec which hooks are run: by us, so it must be from us. */
static int store_check_owner(int dir, const char *id, struct err *e)
{
	struct stat status;

	if (fstat(dir, &status) < 0)
		return err_sys(e, "stat the directory of '%s'", id);
	if (status.st_uid != geteuid())
		return err_set(e, EPERM, "service-of-another", "'%s' is a service of user %u: run cloche as that user",
			id, status.st_uid);
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, EPERM, "service-not-safe", "others may write into the directory of '%s'", id);
	return 0;
}

int store_open(int root, const char *id, struct err *e)
{
	own_fd fd = openat(root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return errno == ENOENT ? store_missing(id, e) : err_sys(e, "open the directory of '%s'", id);
	r = store_check_owner(fd, id, e);
	return r < 0 ? r : give_fd(&fd);
}

int store_lock(int dir, const char *id, bool try, struct err *e)
{
	struct stat status;
	int n;

	do
		n = flock(dir, LOCK_EX | (try ? LOCK_NB : 0));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EWOULDBLOCK)
		return err_set(e, EBUSY, "service-busy", "another cloche works on '%s'", id);
	if (n < 0)
		return err_sys(e, "lock '%s'", id);
	/* an unlinked directory has no links: somebody deleted it while we waited */
	if (fstat(dir, &status) == 0 && status.st_nlink == 0)
		return store_missing(id, e);
	return 0;
}

void store_unlock(int dir)
{
	(void)flock(dir, LOCK_UN); /* cannot fail on an open directory */
}

int store_write_state(int dir, const struct service_state *state, struct err *e)
{
	own_text text = {0};
	int r = service_state_write(state, &text, e);

	return r ? r : file_replace(dir, STORE_STATE_FILE, text.data, text.length, 0600, e);
}

int store_read_state(int dir, struct service_state *ret, struct err *e)
{
	own_text text = {0};
	int r = file_read(dir, STORE_STATE_FILE, STORE_STATE_LIMIT, &text, e);

	return r ? r : service_state_parse(text_string(&text), text.length, ret, e);
}

int store_write_spec(int dir, const struct spec *spec, struct err *e)
{
	own_text text = {0};
	int r = spec_write(spec, false, &text, e);

	return r ? r : file_replace(dir, STORE_SPEC_FILE, text.data, text.length, 0600, e);
}

enum { STORE_DEPTH_MAX = 2 }; /* the roots of a machine's processes, and the mount points in them */

static int store_empty(int dir, int depth, struct err *e);

/* A directory that something has been put into that is not ours stays, and is told of. */
static int store_remove_directory(int dir, const char *name, int depth, struct err *e)
{
	own_fd below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r = below < 0 ? err_sys(e, "open '%s' of a service", name) : 0;

	r = r || depth == STORE_DEPTH_MAX ? r : store_empty(below, depth + 1, e);
	if (r == 0 && unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(e, "remove '%s' of a service", name);
	return r;
}

static int store_remove_entry(int dir, const char *name, int depth, struct err *e)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR)
		return store_remove_directory(dir, name, depth, e);
	return err_sys(e, "remove '%s' of a service", name);
}

static int store_empty(int dir, int depth, struct err *e)
{
	own_dir entries = NULL;
	own_fd copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	int r;

	if (copy < 0 || !(entries = fdopendir(copy)))
		return err_sys(e, "read the directory of a service");
	(void)give_fd(&copy); /* the stream owns it */
	while ((entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = store_remove_entry(dir, entry->d_name, depth, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int store_remove(int root, const char *id, struct err *e)
{
	own_fd dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (dir < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open the directory of '%s'", id);
	r = store_empty(dir, 0, e);
	if (r < 0)
		return r;
	if (unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(e, "remove the directory of '%s'", id);
	return 0;
}
