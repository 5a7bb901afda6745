/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. */
#include "runtime/isolation/workdir.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

int workdir_make(int root, const char *cwd, struct err *e)
{
	own_fd fd = path_make_dir_in_root(root, cwd, 0755, e);

	return fd < 0 ? err_ctx(e, "making the working directory '%s'", cwd) : 0;
}

int workdir_enter(const char *cwd, struct err *e)
{
	char arrived[PATH_MAX];
	long n;

	if (chdir(cwd) < 0)
		return err_sys(e, "change to the working directory '%s'", cwd);
	/* the system call itself: it says "(unreachable)" where glibc says ENOENT, which a removed directory is as well
	 */
	n = syscall(SYS_getcwd, arrived, sizeof arrived);
	if (n < 0)
		return err_sys(e, "find the working directory '%s' again", cwd);
	if (arrived[0] != '/')
		return err_set(e, EXDEV, "cwd-outside-root",
			"change to the working directory '%s': it leads out of the root filesystem", cwd);
	return 0;
}
