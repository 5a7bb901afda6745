/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "microvm/guest/boot.h"
#include "microvm/guest/say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#define BOOT_MODULES "/modules"

/* linux/module.h; the kernel unpacks it, if it is one that can */
#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4
#endif

static int boot_is_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void boot_module(int directory, const char *name, const struct say *say)
{
	own_fd fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	const char *end = strrchr(name, '.');
	int flags = end && strcmp(end, ".ko") == 0 ? 0 : MODULE_INIT_COMPRESSED_FILE;

	/* EEXIST: it is built in, or loaded already */
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", flags) < 0 && errno != EEXIST))
		say_error(say, "load the module '%s': %s", name, strerror(errno));
	else
		say_debug(say, "module '%s'", name);
	(void)unlinkat(directory, name, 0); /* its memory is the service's */
}

void boot_modules(const struct say *say)
{
	own_fd directory = open(BOOT_MODULES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **names = NULL;
	int n = directory < 0 ? 0 : scandir(BOOT_MODULES, &names, boot_is_module, alphasort);

	for (int i = 0; i < n; i++) {
		boot_module(directory, names[i]->d_name, say);
		free(names[i]);
	}
	free(names);
}
