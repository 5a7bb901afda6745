/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile guest. Only frames of the kind and size that is waited for are taken, and no wait is without an end.
 */
#include "runtime/service/microvm_agent.h"

#include "base/clock.h"
#include "base/own.h"
#include "base/unix_socket.h"
#include "runtime/service/microvm.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
	AGENT_RETRY_MS = 10,    /* between two looks whether the guest listens */
	AGENT_FRAME_MS = 10000, /* from a frame's first byte to its last */
};

static int agent_left_ms(int64_t until_ms)
{
	int64_t left = until_ms - clock_now_ms();

	return until_ms < 0 ? -1 : left < 0 ? 0 : (int)left;
}

static int64_t agent_until_ms(const struct agent_watch *watch)
{
	return watch->timeout_ms < 0 ? -1 : clock_now_ms() + watch->timeout_ms;
}

/* Until there is something to read. fd -1: for the time alone, which is then no failure. */
static int agent_poll(int fd, const struct agent_watch *watch, int timeout_ms, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLIN},
		{.fd = watch->pidfd, .events = POLLIN},
		{.fd = watch->interrupt_fd, .events = POLLIN},
	};
	int n;

	do
		n = poll(fds, sizeof fds / sizeof *fds, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "wait for the guest");
	if (fds[2].revents)
		return err_set(e, EINTR, "interrupted", "interrupted by a signal");
	if (fds[0].revents) /* also what a machine that has ended still said */
		return 0;
	if (fds[1].revents)
		return err_set(e, ESRCH, "machine-ended", "the machine has ended");
	return fd < 0 ? 0 : err_set(e, ETIMEDOUT, "guest-silent", "the guest does not answer");
}

/* The VMM answers with a line, or closes the connection where nobody listens. 1: connected; 0: not yet. */
static int agent_read_answer(int fd, const struct agent_watch *watch, int64_t until_ms, struct err *e)
{
	static const char wanted[] = "OK ";
	char line[32];
	size_t n = 0;

	while (n < sizeof line) {
		int r = agent_poll(fd, watch, agent_left_ms(until_ms), e);
		ssize_t got = r < 0 ? 0 : recv(fd, line + n, 1, 0);

		if (r < 0)
			return r;
		if (got <= 0)
			return 0;
		if (line[n++] == '\n')
			break;
	}
	if (n < sizeof wanted || memcmp(line, wanted, sizeof wanted - 1) != 0)
		return err_set(e, EPROTO, "vmm-broken", "the VMM does not answer as it should");
	return 1;
}

static int agent_try(
	const struct service *s, const struct agent_watch *watch, int64_t until_ms, int *ret, struct err *e)
{
	own_fd fd = unix_connect(s->dir, MICROVM_VSOCK_SOCKET, SOCK_STREAM, e);
	char line[32];
	int n = snprintf(line, sizeof line, "CONNECT %d\n", AGENT_PORT), r;

	if (fd == -ECONNREFUSED) /* the VMM is about to end */
		return 0;
	if (fd < 0)
		return fd;
	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) != n)
		return 0; /* closed already */
	r = agent_read_answer(fd, watch, until_ms, e);
	if (r > 0)
		*ret = give_fd(&fd);
	return r;
}

static int agent_hello(int fd, const struct agent_watch *watch, struct err *e)
{
	own_frame frame = {0};
	int r = agent_wait(fd, AGENT_HELLO, watch, &frame, e);
	const struct agent_hello *hello = r > 0 ? frame_exact(&frame, sizeof *hello) : NULL;

	if (r < 0)
		return r;
	if (!hello || hello->version != AGENT_VERSION)
		return err_set(e, EPROTO, "agent-version", "the guest's first process is not of this cloche's build");
	return 0;
}

int agent_connect(const struct service *s, const struct agent_watch *watch, struct err *e)
{
	int64_t until_ms = agent_until_ms(watch);
	own_fd fd = -1;
	int r = 0;

	while ((r = agent_try(s, watch, until_ms, &fd, e)) == 0) {
		if (until_ms >= 0 && clock_now_ms() >= until_ms)
			return err_set(e, ETIMEDOUT, "guest-silent", "the guest does not answer");
		r = agent_poll(-1, watch, AGENT_RETRY_MS, e);
		if (r < 0)
			return r;
	}
	r = r < 0 ? r : agent_hello(fd, watch, e);
	return r < 0 ? r : give_fd(&fd);
}

/* What a guest says went wrong. */
static int agent_take_error(const struct frame *frame, struct err *e)
{
	const struct err *said = frame_exact(frame, sizeof *said);

	if (!said)
		return err_set(e, EPROTO, "agent-broken", "the guest's first process does not answer as it should");
	*e = *said;
	return err_sanitise(e);
}

int agent_wait(int connection, uint16_t type, const struct agent_watch *watch, struct frame *ret, struct err *e)
{
	own_frame frame = {0};
	int r = agent_poll(connection, watch, agent_left_ms(agent_until_ms(watch)), e);

	r = r ? r : frame_receive(connection, FRAME_PAYLOAD_MAX, AGENT_FRAME_MS, &frame, e);
	if (r <= 0)
		return r;
	if (frame.type == AGENT_ERROR)
		return agent_take_error(&frame, e);
	if (frame.type != type)
		return err_set(e, EPROTO, "agent-broken", "the guest's first process answers something else");
	*ret = frame;
	frame = (struct frame){0};
	return 1;
}

struct agent_window agent_window_of(const struct spec_process *process)
{
	const struct spec_console_size *size = process->console_size;

	return size ? (struct agent_window){.rows = (uint16_t)size->height, .columns = (uint16_t)size->width}
		    : (struct agent_window){0};
}

int agent_ask(int connection, const struct agent_request *request, const struct agent_watch *watch, struct frame *ret,
	struct err *e)
{
	int r = frame_send(connection, request->type, &request->parts, e);

	r = r ? r : agent_wait(connection, request->answer, watch, ret, e);
	if (r == 0)
		return err_set(e, EPIPE, "machine-ended", "the guest's first process has closed the connection");
	return r < 0 ? r : 0;
}
