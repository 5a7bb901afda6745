/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/notify.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

enum { NOTIFY_TIMEOUT_S = 10 };

int seccomp_listener_take(int pidfd, int number, struct err *e)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	return fd < 0 ? err_sys(e, "take the seccomp listener '%d' from the service", number) : fd;
}

/* A path that is longer than an address can be is reached by a descriptor's. */
static int notify_address(const char *path, int *ret_fd, struct sockaddr_un *ret, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct fd_path short_path;

	if (strlen(path) >= sizeof address.sun_path) {
		*ret_fd = open(path, O_PATH | O_CLOEXEC);
		if (*ret_fd < 0)
			return err_sys(e, "open '%s'", path);
		short_path = path_of_fd(*ret_fd);
		path = short_path.text;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	*ret = address;
	return 0;
}

/* The timeout holds for connecting and sending. */
static int notify_connect(const char *path, int *ret_socket, struct err *e)
{
	own_fd socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), path_fd = -1;
	const struct timeval timeout = {.tv_sec = NOTIFY_TIMEOUT_S};
	struct sockaddr_un address;
	int r;

	if (socket_fd < 0 || setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0)
		return err_sys(e, "make a socket");
	r = notify_address(path, &path_fd, &address, e);
	if (r < 0)
		return r;
	if (connect(socket_fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return err_sys(e, "connect to '%s'", path);
	*ret_socket = give_fd(&socket_fd);
	return 0;
}

int seccomp_notify_send(const char *listener_path, const char *state_json, int listener, struct err *e)
{
	own_fd agent = -1;
	int r = notify_connect(listener_path, &agent, e);

	if (r == 0)
		r = fd_send(agent, state_json, strlen(state_json), listener, e);
	if (r < 0) {
		(void)err_ctx(e, "sending the seccomp listener to the agent at '%s'", listener_path);
		return err_at(e, "/linux/seccomp/listenerPath");
	}
	return 0;
}
