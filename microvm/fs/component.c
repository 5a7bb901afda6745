/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/component.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

int component_open(int directory, const char *name)
{
	/* names are single components already (message.h): this is the second lock on the same door */
	const struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	long fd = syscall(SYS_openat2, directory, name, &how, sizeof how);

	return fd < 0 ? -errno : (int)fd;
}
