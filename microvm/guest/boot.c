/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a service that has no name; the kernel would say "(none)". */
#define BOOT_HOSTNAME "localhost"

static const struct {
	const char *directory;
	const char *type; /* NULL: a directory alone */
	unsigned long flags;
	const char *options;
} boot_tree[] = {
	{"", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"},
	{"/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=755"},
	{"/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"/run", NULL, 0, NULL},
	{BOOT_DIRECTORY, NULL, 0, NULL},
	{BOOT_SHARE, NULL, 0, NULL},
	{"/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
};

/* Before any other descriptor takes their places: without a console in the initramfs they are closed. */
static int boot_streams(struct err *e)
{
	int fd;

	do
		fd = open(BOOT_NEW "/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return err_sys(e, "open '/dev/null'");
	for (int i = 0; i <= STDERR_FILENO; i++)
		if (dup2(fd, i) < 0)
			return err_sys(e, "put '/dev/null' on descriptor '%d'", i);
	(void)close(fd);
	return 0;
}

int boot_root(struct err *e)
{
	for (size_t i = 0; i < sizeof boot_tree / sizeof *boot_tree; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, BOOT_NEW "%s", boot_tree[i].directory); /* fits: they are ours */
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return err_sys(e, "make '%s'", path);
		if (boot_tree[i].type &&
			mount(boot_tree[i].type, path, boot_tree[i].type, boot_tree[i].flags, boot_tree[i].options) < 0)
			return err_sys(e, "mount '%s' (has the guest's kernel %s?)", path, boot_tree[i].type);
	}
	return boot_streams(e);
}

int boot_enter(struct err *e)
{
	if (chdir(BOOT_NEW) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return err_sys(e, "make the root filesystem '/'");
	if (sethostname(BOOT_HOSTNAME, strlen(BOOT_HOSTNAME)) < 0)
		return err_sys(e, "name the guest");
	return 0;
}

int boot_share(struct err *e)
{
	if (mount(BOOT_SHARE_TAG, BOOT_SHARE, "virtiofs", 0, NULL) < 0)
		return err_sys(e, "mount what the host shares (has the guest's kernel virtiofs?)");
	return 0;
}

void boot_unshare(void)
{
	sync();
	(void)umount2(BOOT_SHARE, MNT_DETACH); /* it may never have been there */
}
