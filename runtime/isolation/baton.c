/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the service's first process before exec, which is our own code. */
#include "runtime/isolation/baton.h"

#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>

/* An error is 1.2 KiB and rare: everything else travels without it. */
static size_t baton_length(const struct baton *message)
{
	return message->kind == BATON_ERROR ? sizeof *message : offsetof(struct baton, err);
}

int baton_send(int socket, const struct baton *message, struct err *e)
{
	return fd_send(socket, message, baton_length(message), message->fd, e);
}

int baton_write(int socket, const struct baton *message, struct err *e)
{
	return fd_write_all(socket, message, baton_length(message), "the baton", e);
}

static int baton_wait(int socket, int interrupt_fd, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = socket, .events = POLLIN},
		{.fd = interrupt_fd, .events = POLLIN},
	};
	int n;

	do
		n = poll(fds, 2, -1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "wait for the service's first process");
	if (fds[1].revents)
		return err_set(e, EINTR, "interrupted", "interrupted by a signal");
	return 0;
}

int baton_receive(int socket, int interrupt_fd, struct baton *ret, struct err *e)
{
	struct baton message = {0};
	ssize_t n;
	int fd = -1, r;

	r = interrupt_fd < 0 ? 0 : baton_wait(socket, interrupt_fd, e);
	if (r < 0)
		return r;
	n = fd_receive(socket, &message, sizeof message, &fd, e);
	if (n < 0)
		return (int)n;
	message.fd = fd;
	if (n == 0)
		message.kind = BATON_END;
	else if ((size_t)n != baton_length(&message))
		return err_set(e, EPROTO, "baton-broken", "a message of %zd bytes from the service's first process", n);
	*ret = message;
	return 0;
}
