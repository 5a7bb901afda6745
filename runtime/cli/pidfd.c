/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/pidfd.h"

#include "base/fd.h"
#include "base/unix_socket.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

int cli_pidfd_connect(const char *path, int *ret, struct err *e)
{
	int fd = path ? unix_connect(AT_FDCWD, path, SOCK_STREAM, e) : -1;

	if (path && fd < 0)
		return err_ctx(e, "the pidfd socket");
	*ret = fd;
	return 0;
}

int cli_pidfd_send(int socket, int pidfd, struct err *e)
{
	static const char name[] = "pidfd";

	if (socket >= 0 && fd_send(socket, name, strlen(name), pidfd, e) < 0)
		return err_ctx(e, "handing the pidfd over");
	return 0;
}
