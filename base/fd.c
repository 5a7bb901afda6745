/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int fd_read_all(int fd, const char *name, size_t limit, struct text *out, struct err *e)
{
	size_t start = out->length;
	char buffer[4096]; /* larger than nearly all that is read, and one page of the stack */

	for (;;) {
		ssize_t n = read(fd, buffer, sizeof buffer);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read '%s'", name);
		if (n == 0)
			return out->failed ? err_nomem(e) : 0;
		if (out->length - start + (size_t)n > limit)
			return err_set(e, EFBIG, "file-too-large", "read '%s': larger than %zu bytes", name, limit);
		text_add_bytes(out, buffer, (size_t)n);
	}
}

int file_read(int dirfd, const char *path, size_t limit, struct text *out, struct err *e)
{
	own_fd fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "open '%s'", path);
	return fd_read_all(fd, path, limit, out, e);
}

int fd_write_all(int fd, const void *data, size_t length, const char *name, struct err *e)
{
	const char *at = data;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "write '%s'", name);
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

int file_write(int dirfd, const char *path, const char *text, struct err *e)
{
	own_fd fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "open '%s'", path);
	do
		n = write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "write '%s' to '%s'", text, path);
	if ((size_t)n != length)
		return err_set(e, EIO, "short-write", "write '%s' to '%s': only %zd bytes taken", text, path, n);
	return 0;
}

int file_replace(int dirfd, const char *name, const void *data, size_t length, mode_t mode, struct err *e)
{
	char temporary[256];
	own_fd fd = -1;
	int r;

	if (snprintf(temporary, sizeof temporary, ".%s.new", name) >= (int)sizeof temporary)
		return err_set(e, ENAMETOOLONG, "name-too-long", "write '%s': name too long", name);
	/* what a crash left; or what another user put there, who could change it later */
	(void)unlinkat(dirfd, temporary, 0); /* what cannot be removed is told of below */
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_sys(e, "create '%s'", temporary);
	r = fd_write_all(fd, data, length, temporary, e);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = err_sys(e, "rename '%s' to '%s'", temporary, name);
	if (r < 0)
		(void)unlinkat(dirfd, temporary, 0); /* the first failure is the one to report */
	return r;
}

int file_replace_path(const char *path, const void *data, size_t length, mode_t mode, struct err *e)
{
	const char *slash = strrchr(path, '/');
	own_mem char *parent = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	own_fd dir = -1;

	if (!parent)
		return err_nomem(e);
	dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "open the directory '%s'", parent);
	return file_replace(dir, slash ? slash + 1 : path, data, length, mode, e);
}

int fd_send(int socket, const void *data, size_t length, int fd, struct err *e)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	/* iov_base is not const because recvmsg(2) shares the type */
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control.room;
		control.header = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "send a message of %zu bytes", length);
	return 0;
}

ssize_t fd_receive(int socket, void *data, size_t room, int *ret_fd, struct err *e)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {.iov_base = data, .iov_len = room};
	/* CMSG_SPACE, rounded up, is room for a second descriptor, which would be left open */
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))};
	struct cmsghdr *header;
	own_fd fd = -1;
	ssize_t n;

	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "receive a message");
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
		header->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(header), sizeof fd);
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return err_set(e, EMSGSIZE, "message-too-large", "receive a message: larger than %zu bytes", room);
	if (ret_fd)
		*ret_fd = give_fd(&fd);
	return n;
}

int fd_raise_limit(size_t *ret_max, struct err *e)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_sys(e, "ask for the limit of open files");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_sys(e, "raise the limit of open files");
	if (ret_max)
		*ret_max = limit.rlim_cur;
	return 0;
}
