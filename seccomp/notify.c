/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/notify.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/unix_socket.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

enum { NOTIFY_TIMEOUT_S = 10 };

int seccomp_listener_take(int pidfd, int number, struct err *e)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	return fd < 0 ? err_sys(e, "take the seccomp listener '%d' from the service", number) : fd;
}

/* The timeout holds for connecting and sending. */
static int notify_connect(const char *path, struct err *e)
{
	own_fd agent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval timeout = {.tv_sec = NOTIFY_TIMEOUT_S};
	int r;

	if (agent < 0 || setsockopt(agent, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0)
		return err_sys(e, "make a socket");
	r = unix_connect_by(agent, AT_FDCWD, path, e);
	return r < 0 ? r : give_fd(&agent);
}

int seccomp_notify_send(const char *listener_path, const char *state_json, int listener, struct err *e)
{
	own_fd agent = notify_connect(listener_path, e);
	int r = agent < 0 ? agent : fd_send(agent, state_json, strlen(state_json), listener, e);

	if (r < 0) {
		(void)err_ctx(e, "sending the seccomp listener to the agent at '%s'", listener_path);
		return err_at(e, "/linux/seccomp/listenerPath");
	}
	return 0;
}
