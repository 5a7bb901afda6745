/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include "base/own.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { DESCRIPTORS = 2 };

static int setup(void **state)
{
	static int ends[2];

	*state = ends;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	int *ends = *state;

	own_release_fd(&ends[0]);
	own_release_fd(&ends[1]);
	return 0;
}

/* The number that the next descriptor will have. */
static int next_fd(int any)
{
	own_fd fd = dup(any);

	assert_true(fd >= 0);
	return fd;
}

/* Sends a byte with two descriptors. */
static void send_two(int socket)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int[DESCRIPTORS]))];
	} control = {.header = {CMSG_LEN(sizeof(int[DESCRIPTORS])), SOL_SOCKET, SCM_RIGHTS}};
	const int fds[DESCRIPTORS] = {socket, socket};
	char byte = 0;
	struct iovec part = {&byte, sizeof byte};
	const struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};

	memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
	assert_int_equal(sendmsg(socket, &message, 0), 1);
}

static void a_descriptor_that_is_sent_is_received(void **state)
{
	const int *ends = *state;
	own_fd fd = -1;
	struct err e = ERR_NONE;
	char room[8];

	assert_int_equal(fd_send(ends[0], "hello", 5, ends[0], &e), 0);
	assert_int_equal(fd_receive(ends[1], room, sizeof room, &fd, &e), 5);
	assert_memory_equal(room, "hello", 5);
	assert_true(fd > ends[1]);
}

/* Alignment leaves room for a second one, which the kernel would fill (cmsg(3)). */
static void more_descriptors_than_one_are_refused_and_none_stays_open(void **state)
{
	const int *ends = *state;
	const int before = next_fd(ends[0]);
	struct err e = ERR_NONE;
	int fd = -1;
	char room[8];

	send_two(ends[0]);
	assert_int_equal(fd_receive(ends[1], room, sizeof room, &fd, &e), -EMSGSIZE);
	assert_int_equal(fd, -1);
	assert_int_equal(next_fd(ends[0]), before);
}

static void a_descriptor_that_nobody_expects_is_closed(void **state)
{
	const int *ends = *state;
	const int before = next_fd(ends[0]);
	struct err e = ERR_NONE;
	char room[8];

	assert_int_equal(fd_send(ends[0], "x", 1, ends[0], &e), 0);
	assert_int_equal(fd_receive(ends[1], room, sizeof room, NULL, &e), 1);
	assert_int_equal(next_fd(ends[0]), before);
}

static void the_limit_of_descriptors_is_raised_to_its_own(void **state)
{
	struct rlimit before, low, after;
	size_t max = 0;
	struct err e;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = (struct rlimit){.rlim_cur = 20, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(fd_raise_limit(&max, &e), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
	assert_int_equal(after.rlim_cur, before.rlim_max);
	assert_int_equal(max, before.rlim_max);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_descriptor_that_is_sent_is_received, setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_descriptors_than_one_are_refused_and_none_stays_open, setup, teardown),
		cmocka_unit_test_setup_teardown(a_descriptor_that_nobody_expects_is_closed, setup, teardown),
		cmocka_unit_test(the_limit_of_descriptors_is_raised_to_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
