/* SPDX-License-Identifier: Apache-2.0 */
#include "base/self.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SELF_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/* A read-only mount says no to everybody. A sealed memory file is our own copy, below. */
static bool self_is_safe(int self)
{
	struct statvfs filesystem;
	int seals = fcntl(self, F_GET_SEALS);

	if (seals >= 0 && (seals & SELF_SEALS) == SELF_SEALS)
		return true;
	return fstatvfs(self, &filesystem) == 0 && (filesystem.f_flag & ST_RDONLY);
}

/* A plain user's service has no more rights than the user, who cannot write what root has installed. */
static bool self_is_anothers(int self)
{
	struct stat file;

	return geteuid() != 0 && fstat(self, &file) == 0 && file.st_uid != geteuid() && !(file.st_mode & 0022);
}

/* The mount of the binary again, read-only, attached nowhere. */
static int self_clone_mount(int self)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	own_fd tree = open_tree(self, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
		return -errno;
	return give_fd(&tree);
}

/* Where mounts may not be cloned (a plain user who owns the binary): a copy in memory that nobody can change. */
static int self_copy(int self, struct err *e)
{
	own_fd copy = memfd_create("cloche", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat file;
	off_t at = 0;

	if (copy < 0 || fstat(self, &file) < 0)
		return err_sys(e, "copy the running program");
	while (at < file.st_size)
		if (sendfile(copy, self, &at, (size_t)(file.st_size - at)) <= 0)
			return err_sys(e, "copy the running program");
	if (fcntl(copy, F_ADD_SEALS, SELF_SEALS) < 0)
		return err_sys(e, "seal the copy of the running program");
	return give_fd(&copy);
}

int self_protect(char *const *argv, struct err *e)
{
	own_fd self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), again = -1;

	if (self < 0)
		return err_sys(e, "open the running program (is /proc mounted?)");
	if (self_is_safe(self) || self_is_anothers(self))
		return 0;
	again = self_clone_mount(self);
	if (again < 0)
		again = self_copy(self, e);
	if (again < 0)
		return again;
	(void)execveat(again, "", argv, environ, AT_EMPTY_PATH); /* returns only when it failed */
	return err_sys(e, "execute the running program again from where it cannot be written");
}
