/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. */
#include "runtime/isolation/mount_copyup.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Directories within directories: as many descriptors are open at a time, twice. */
enum { COPY_DEPTH_MAX = 100, COPY_DEPTH_NAMED = 8, COPY_XATTR_BYTES = 64 * 1024, COPY_CHUNK_BYTES = 1 << 30 };

/* An entry on its way from one directory to another. */
struct entry {
	int from, to; /* the directories */
	const char *name;
	struct stat st;
	unsigned int depth;
};

static int directory_copy_below(int from, int to, unsigned int depth, struct err *e);

static int xattr_copy(int from, int to, const char *name, struct err *e)
{
	char value[COPY_XATTR_BYTES];
	ssize_t length = fgetxattr(from, name, value, sizeof value);

	if (length < 0)
		return err_sys(e, "read the extended attribute '%s'", name);
	/* a tmpfs may know fewer kinds than the filesystem below */
	if (fsetxattr(to, name, value, (size_t)length, 0) < 0 && errno != EOPNOTSUPP)
		return err_sys(e, "set the extended attribute '%s'", name);
	return 0;
}

static int xattrs_copy(int from, int to, struct err *e)
{
	char names[COPY_XATTR_BYTES];
	ssize_t length = flistxattr(from, names, sizeof names);

	if (length < 0 && errno == EOPNOTSUPP)
		return 0;
	if (length < 0)
		return err_sys(e, "list extended attributes");
	for (const char *name = names; name < names + length; name += strlen(name) + 1)
		if (xattr_copy(from, to, name, e) < 0)
			return -e->no;
	return 0;
}

static int data_copy(int from, int to, struct err *e)
{
	ssize_t n;

	/* copy_file_range(2) would refuse: the filesystems differ in type */
	do
		n = sendfile(to, from, NULL, COPY_CHUNK_BYTES);
	while (n > 0);
	return n < 0 ? err_sys(e, "copy its content") : 0;
}

static int file_copy(const struct entry *entry, struct err *e)
{
	/* non-blocking: it may have become a fifo since it was looked at */
	own_fd from = openat(entry->from, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	own_fd to = -1;

	if (from < 0)
		return err_sys(e, "open it");
	to = openat(entry->to, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return err_sys(e, "create it");
	return data_copy(from, to, e) < 0 ? -e->no : xattrs_copy(from, to, e);
}

static int subdirectory_copy(const struct entry *entry, struct err *e)
{
	own_fd from = openat(entry->from, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	own_fd to = -1;

	if (from < 0)
		return err_sys(e, "open it");
	if (mkdirat(entry->to, entry->name, 0700) < 0)
		return err_sys(e, "create it");
	to = openat(entry->to, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return err_sys(e, "open the copy");
	if (xattrs_copy(from, to, e) < 0)
		return -e->no;
	return directory_copy_below(from, to, entry->depth + 1, e);
}

static int link_copy(const struct entry *entry, struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(entry->from, entry->name, target, sizeof target - 1);

	if (n < 0)
		return err_sys(e, "read the link");
	target[n] = '\0';
	return symlinkat(target, entry->to, entry->name) < 0 ? err_sys(e, "create the link") : 0;
}

static int node_copy(const struct entry *entry, struct err *e)
{
	if (mknodat(entry->to, entry->name, entry->st.st_mode, entry->st.st_rdev) < 0)
		return err_sys(e, "create the node");
	return 0;
}

static int content_copy(const struct entry *entry, struct err *e)
{
	switch (entry->st.st_mode & S_IFMT) {
	case S_IFREG:
		return file_copy(entry, e);
	case S_IFDIR:
		return subdirectory_copy(entry, e);
	case S_IFLNK:
		return link_copy(entry, e);
	default:
		return node_copy(entry, e);
	}
}

/* Last, because owner and content change mode and times. */
static int metadata_copy(const struct entry *entry, struct err *e)
{
	struct timespec times[2] = {entry->st.st_atim, entry->st.st_mtim};

	if (fchownat(entry->to, entry->name, entry->st.st_uid, entry->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "set the owner %u:%u", entry->st.st_uid, entry->st.st_gid);
	if (!S_ISLNK(entry->st.st_mode) && fchmodat(entry->to, entry->name, entry->st.st_mode & 07777, 0) < 0)
		return err_sys(e, "set the mode %04o", entry->st.st_mode & 07777);
	if (utimensat(entry->to, entry->name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "set the times");
	return 0;
}

static int entry_copy(struct entry *entry, struct err *e)
{
	if (fstatat(entry->from, entry->name, &entry->st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "copy '%s': stat", entry->name);
	if (content_copy(entry, e) == 0 && metadata_copy(entry, e) == 0)
		return 0;
	/* the names of the first directories tell where it is; all of them could leave no room for why */
	return entry->depth < COPY_DEPTH_NAMED ? err_ctx(e, "copy '%s'", entry->name) : -e->no;
}

static int directory_copy_below(int from, int to, unsigned int depth, struct err *e)
{
	own_fd listed = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	own_dir dir = listed < 0 ? NULL : fdopendir(listed);
	struct dirent *found;

	if (!dir)
		return err_sys(e, "list the directory");
	(void)give_fd(&listed); /* the stream's now */
	if (depth > COPY_DEPTH_MAX)
		return err_set(e, ELOOP, "tree-too-deep", "more than %d directories deep", COPY_DEPTH_MAX);
	for (errno = 0; (found = readdir(dir)); errno = 0) {
		struct entry entry = {.from = from, .to = to, .name = found->d_name, .depth = depth};

		if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
			continue;
		if (entry_copy(&entry, e) < 0)
			return -e->no;
	}
	return errno ? err_sys(e, "list the directory") : 0;
}

int directory_copy(int from, int to, struct err *e)
{
	return directory_copy_below(from, to, 0, e);
}

static bool has_parameter(const struct mount_request *r, const char *key)
{
	return mount_request_parameter(r, key) != NULL;
}

/* The owner and content of the directory that will be covered. */
static int copy_up(const struct mount_request *r, int from, int to, const struct stat *st, struct err *e)
{
	bool owned = has_parameter(r, "uid") || has_parameter(r, "gid");

	if (!owned && fchownat(to, ".", st->st_uid, st->st_gid, 0) < 0)
		return err_sys(e, "set the owner %u:%u", st->st_uid, st->st_gid);
	return directory_copy(from, to, e);
}

int tmpfs_prepare(int root, const struct mount_request *r, int mount_fd, struct err *e)
{
	bool takes_mode = !has_parameter(r, "mode");
	own_fd from = -1;
	struct err missing;
	struct stat st;

	if (!takes_mode && !r->copy_up)
		return 0;
	from = path_open_in_root(root, r->destination, O_PATH | O_DIRECTORY, &missing);
	if (from < 0)
		return 0; /* nothing there yet, or nothing to mount on, which the caller will meet and report */
	if (fstat(from, &st) < 0)
		return err_sys(e, "stat '%s'", r->destination);
	if (r->copy_up && copy_up(r, from, mount_fd, &st, e) < 0)
		return err_ctx(e, "copying what is in '%s'", r->destination);
	if (takes_mode && fchmodat(mount_fd, ".", st.st_mode & 07777, 0) < 0)
		return err_sys(e, "set the mode of the tmpfs for '%s'", r->destination);
	return 0;
}
