/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: the service's first process, of which a hostile service may have got hold before its exec. */
#include "runtime/isolation/baton.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

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

int baton_read_pass(int socket, struct err *e)
{
	struct baton message;
	ssize_t n;

	do
		n = read(socket, &message, sizeof message);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "hear from cloche (a seccomp filter with an agent has to allow read(2))");
	if (n == 0)
		return err_set(e, ECANCELED, "launch-cancelled", "cloche ended while the service was being started");
	if ((size_t)n != offsetof(struct baton, err) || message.kind != BATON_PASS)
		return err_set(e, EPROTO, "baton-broken", "a message out of place from cloche");
	return 0;
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
	own_fd fd = -1;
	int r;

	r = interrupt_fd < 0 ? 0 : baton_wait(socket, interrupt_fd, e);
	if (r < 0)
		return r;
	n = fd_receive(socket, &message, sizeof message, &fd, e);
	if (n < 0)
		return (int)n;
	if (n == 0)
		message.kind = BATON_END;
	else if ((size_t)n != baton_length(&message))
		return err_set(e, EPROTO, "baton-broken", "a message of %zd bytes from the service's first process", n);
	message.fd = give_fd(&fd);
	if (message.kind == BATON_ERROR)
		(void)err_sanitise(&message.err); /* returned in the message */
	*ret = message;
	return 0;
}
