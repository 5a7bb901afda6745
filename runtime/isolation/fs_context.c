/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/fs_context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* The last error in the context's log, each entry of which is read as "<e|w|i> <words>\n". */
static void fs_context_log(const struct fs_context *c, char *ret, size_t room)
{
	char entry[512];
	ssize_t n;

	ret[0] = '\0';
	while ((n = read(c->fd, entry, sizeof entry - 1)) > 0) {
		entry[n] = '\0';
		entry[strcspn(entry, "\n")] = '\0';
		if (n > 2 && entry[0] == 'e')
			(void)snprintf(ret, room, " (%.*s)", (int)room - 4, entry + 2); /* cut where too long */
	}
}

static int fs_context_fail(const struct fs_context *c, struct err *e, const char *doing)
{
	int no = errno;
	char said[256];

	fs_context_log(c, said, sizeof said);
	errno = no;
	(void)err_sys(e, "%s", doing);
	if (said[0]) {
		size_t length = strlen(e->text);

		(void)snprintf(e->text + length, sizeof e->text - length, "%s", said); /* may be cut */
	}
	return err_ctx(e, "mount a filesystem of type '%s'", c->type);
}

int fs_context_open(struct fs_context *ret, const char *type, struct err *e)
{
	int fd = fsopen(type, FSOPEN_CLOEXEC);

	if (fd < 0 && errno == ENODEV)
		return err_set(e, ENODEV, "filesystem-unknown",
			"the kernel has no filesystem of type '%s' (see /proc/filesystems); load its module", type);
	if (fd < 0)
		return err_sys(e, "fsopen '%s'", type);
	*ret = (struct fs_context){fd, type};
	return 0;
}

int fs_context_set(const struct fs_context *c, const char *key, const char *value, struct err *e)
{
	char doing[256];

	if (fsconfig(c->fd, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, value, 0) == 0)
		return 0;
	(void)snprintf(doing, sizeof doing, "set '%s%s%s'", key, value ? "=" : "", value ? value : ""); /* may be cut */
	return fs_context_fail(c, e, doing);
}

int fs_context_mount(const struct fs_context *c, uint64_t attributes, struct err *e)
{
	int fd;

	if (fsconfig(c->fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fs_context_fail(c, e, "create it");
	fd = fsmount(c->fd, FSMOUNT_CLOEXEC, (unsigned int)attributes);
	return fd < 0 ? fs_context_fail(c, e, "fsmount") : fd;
}

int fs_context_pick(struct fs_context *ret, int fd, const char *type, struct err *e)
{
	int picked = fspick(fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

	if (picked < 0)
		return err_sys(e, "fspick '%s'", type);
	*ret = (struct fs_context){picked, type};
	return 0;
}

int fs_context_reconfigure(const struct fs_context *c, struct err *e)
{
	if (fsconfig(c->fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return fs_context_fail(c, e, "change it");
	return 0;
}

void fs_context_close(struct fs_context *c)
{
	int no = errno;

	if (c->fd > 0)
		(void)close(c->fd); /* nothing was written through it */
	errno = no;
	*c = (struct fs_context){0};
}
