/* SPDX-License-Identifier: Apache-2.0 */
#include "base/unix_socket.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* The address of a name that is there or is about to be. */
static int unix_address(int dirfd, const char *name, struct sockaddr_un *ret, struct err *e)
{
	int n;

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (dirfd == AT_FDCWD)
		n = snprintf(ret->sun_path, sizeof ret->sun_path, "%s", name);
	else
		n = snprintf(ret->sun_path, sizeof ret->sun_path, "%s/%s", path_of_fd(dirfd).text, name);
	if (n < 0 || (size_t)n >= sizeof ret->sun_path)
		return err_set(e, ENAMETOOLONG, "name-too-long", "the socket's name '%s' is too long", name);
	return 0;
}

int unix_listen(int dirfd, const char *name, int type, struct err *e)
{
	own_fd fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int r = fd < 0 ? err_sys(e, "make a socket") : unix_address(dirfd, name, &address, e);

	if (r < 0)
		return r;
	/* the mode of the socket's inode counts at bind(2): nobody can connect in between */
	if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return err_sys(e, "make the socket '%s'", name);
	if (listen(fd, SOMAXCONN) < 0)
		return err_sys(e, "listen at the socket '%s'", name);
	return give_fd(&fd);
}

/* A name of any length: what does not fit into an address is reached through a descriptor of the socket itself. */
int unix_connect_by(int fd, int dirfd, const char *name, struct err *e)
{
	own_fd there = -1;
	struct sockaddr_un address;
	struct err too_long = ERR_NONE;

	if (unix_address(dirfd, name, &address, &too_long) < 0) {
		there = openat(dirfd, name, O_PATH | O_CLOEXEC);
		if (there < 0)
			return err_sys(e, "open the socket '%s'", name);
		(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path_of_fd(there).text); /* fits */
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return err_sys(e, "connect to the socket '%s'", name);
	return 0;
}

int unix_connect(int dirfd, const char *name, int type, struct err *e)
{
	own_fd fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? err_sys(e, "make a socket") : unix_connect_by(fd, dirfd, name, e);

	return r < 0 ? r : give_fd(&fd);
}
