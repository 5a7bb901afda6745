/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message of the service's first process, over a real socket. The first byte says what comes with
 * it: how many descriptors, and whether the message is filled up to the length of an error with 0xff. Whatever is
 * received, its texts end, and no descriptor is left that nobody owns.
 */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "runtime/isolation/baton.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FUZZ_FDS = 3, FUZZ_FILLED = 4, FUZZ_MESSAGE_MAX = 2 * sizeof(struct baton) };

/* Sends `fds` copies of standard input along. */
static void send_message(int socket, const void *data, size_t length, unsigned int fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FUZZ_FDS * sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)(uintptr_t)data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (fds > 0) { /* descriptor 0, as often as asked for: the room is zeroed */
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(fds * sizeof(int));
		control.header = (struct cmsghdr){CMSG_LEN(fds * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	}
	FUZZ_EXPECT(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)length);
}

static void expect_message(const struct baton *message)
{
	const struct err *e = &message->err;

	if (message->kind != BATON_ERROR)
		return;
	FUZZ_EXPECT(e->no > 0 && memchr(e->code, '\0', sizeof e->code));
	FUZZ_EXPECT(memchr(e->pointer, '\0', sizeof e->pointer) && memchr(e->text, '\0', sizeof e->text));
}

static void receive(int socket)
{
	struct baton message = {.fd = -1};
	struct err e = ERR_NONE;

	if (baton_receive(socket, -1, &message, &e) == 0)
		expect_message(&message);
	else
		FUZZ_EXPECT(e.no > 0 && e.text[0] && message.fd < 0);
	own_release_fd(&message.fd);
}

/* The number that the next descriptor will have. */
static int next_fd(void)
{
	own_fd fd = dup(STDERR_FILENO);

	FUZZ_EXPECT(fd >= 0);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int before = next_fd();
	uint8_t bytes[FUZZ_MESSAGE_MAX];
	int ends[2];
	size_t length;

	if (size == 0 || size > sizeof bytes)
		return 0;
	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	memset(bytes, 0xff, sizeof bytes);
	memcpy(bytes, data + 1, size - 1);
	length = data[0] & FUZZ_FILLED && size < sizeof(struct baton) ? sizeof(struct baton) : size - 1;
	send_message(ends[0], bytes, length, data[0] & FUZZ_FDS);
	own_release_fd(&ends[0]);
	receive(ends[1]);
	receive(ends[1]); /* the end */
	own_release_fd(&ends[1]);
	FUZZ_EXPECT(next_fd() == before);
	return 0;
}
