/* SPDX-License-Identifier: Apache-2.0 */
#include "base/unix_socket.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A name that does not fit is reached through the descriptor of its directory. */
static int unix_address(int dirfd, const char *name, struct sockaddr_un *ret, struct err *e)
{
	int n;

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (dirfd == AT_FDCWD)
		n = snprintf(ret->sun_path, sizeof ret->sun_path, "%s", name);
	else
		n = snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/%s", dirfd, name);
	if (n < 0 || (size_t)n >= sizeof ret->sun_path)
		return err_set(e, ENAMETOOLONG, "name-too-long", "the socket's name '%s' is too long", name);
	return 0;
}

/* A socket, with the address that the name stands for. */
static int unix_prepare(int dirfd, const char *name, int type, struct sockaddr_un *ret, struct err *e)
{
	own_fd fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return err_sys(e, "make a socket");
	r = unix_address(dirfd, name, ret, e);
	return r < 0 ? r : give_fd(&fd);
}

int unix_listen(int dirfd, const char *name, struct err *e)
{
	struct sockaddr_un address;
	own_fd fd = unix_prepare(dirfd, name, SOCK_SEQPACKET, &address, e);

	if (fd < 0)
		return fd;
	/* the mode of the socket's inode counts at bind(2): nobody can connect in between */
	if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return err_sys(e, "make the socket '%s'", name);
	if (listen(fd, 1) < 0)
		return err_sys(e, "listen at the socket '%s'", name);
	return give_fd(&fd);
}

int unix_connect(int dirfd, const char *name, int type, struct err *e)
{
	struct sockaddr_un address;
	own_fd fd = unix_prepare(dirfd, name, type, &address, e);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return err_sys(e, "connect to the socket '%s'", name);
	return give_fd(&fd);
}
