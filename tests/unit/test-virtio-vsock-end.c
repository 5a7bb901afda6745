/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of every kind as the host's end of a stream. */
#include "tests/unit/vsock.h"

#include "microvm/virtio/vsock_end.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

static struct vsock_end open_end(int fd)
{
	struct vsock_end end;
	struct err e;

	assert_true(fd >= 0);
	assert_int_equal(vsock_end_open(fd, &end, &e), 0);
	return end;
}

static ssize_t end_write(struct vsock_end *end, const void *from, size_t length)
{
	const size_t half = length / 2;
	const struct iovec pieces[] = {
		{.iov_base = (void *)(uintptr_t)from, .iov_len = half},
		{.iov_base = (char *)(uintptr_t)from + half, .iov_len = length - half},
	};

	return end->class->write(end, pieces, 2);
}

static ssize_t end_read(struct vsock_end *end, void *to, size_t length)
{
	const struct iovec pieces[] = {
		{.iov_base = to, .iov_len = 2},
		{.iov_base = (char *)to + 2, .iov_len = length - 2},
	};

	return end->class->read(end, pieces, 2);
}

/* Writes until it takes no more; how much it took. The descriptor waits by itself: this would hang if it did. */
static size_t fill(struct vsock_end *end)
{
	char block[10000] = {0};
	size_t all = 0;
	ssize_t n;

	while ((n = end_write(end, block, sizeof block)) > 0)
		all += (size_t)n;
	assert_int_equal(n, -EAGAIN);
	return all;
}

/* What both ends of a stream do, whatever it is. */
static void try_both_ways(int write_fd, int read_fd)
{
	const int flags = fcntl(write_fd, F_GETFL);
	struct vsock_end from = open_end(read_fd), to = open_end(write_fd);
	char text[16] = "";

	assert_int_equal(end_read(&from, text, sizeof text), -EAGAIN);
	assert_int_equal(end_write(&to, "0123456789", 10), 10);
	assert_int_equal(end_read(&from, text, sizeof text), 10);
	assert_string_equal(text, "0123456789");
	assert_true(fill(&to) > 0);
	assert_true(end_read(&from, text, sizeof text) > 0);
	assert_int_equal(fcntl(write_fd, F_GETFL), flags); /* nobody's descriptor was changed */
	vsock_end_close(&to);
	assert_int_equal(to.fd, -1);
	while (end_read(&from, text, sizeof text) > 0)
		continue;
	vsock_end_close(&from);
}

static void a_pipe_never_waits(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	try_both_ways(fds[1], fds[0]);
}

static void a_pipe_never_waits_where_the_kernel_cannot_be_asked(void **state)
{
	struct vsock_end from, to;
	char block[3 * PIPE_BUF] = {0};
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	from = open_end(fds[0]);
	to = open_end(fds[1]);
	from.polled = to.polled = true;
	assert_int_equal(end_read(&from, block, sizeof block), -EAGAIN);
	assert_int_equal(end_write(&to, block, sizeof block), sizeof block);
	assert_int_equal(end_read(&from, block, sizeof block), sizeof block);
	assert_true(fill(&to) >= PIPE_BUF);
	vsock_end_close(&from);
	assert_int_equal(end_write(&to, "x", 1), -EPIPE);
	vsock_end_close(&to);
}

static void a_socket_never_waits(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	try_both_ways(fds[1], fds[0]);
}

static void a_terminal_never_waits(void **state)
{
	struct termios mode;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0 && tcgetattr(slave, &mode) == 0);
	cfmakeraw(&mode);
	assert_int_equal(tcsetattr(slave, TCSANOW, &mode), 0);
	try_both_ways(slave, master);
}

static void a_reader_that_is_gone_is_an_error(void **state)
{
	struct vsock_end to;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	to = open_end(fds[1]);
	close(fds[0]);
	assert_int_equal(end_write(&to, "xy", 2), -EPIPE);
	vsock_end_close(&to);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	to = open_end(fds[1]);
	close(fds[0]);
	assert_int_equal(end_write(&to, "xy", 2), -EPIPE);
	vsock_end_close(&to);
}

static void a_writer_that_is_gone_is_the_end(void **state)
{
	struct vsock_end from;
	char text[4];
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	from = open_end(fds[0]);
	close(fds[1]);
	assert_int_equal(end_read(&from, text, sizeof text), 0);
	vsock_end_close(&from);
}

static void a_file_is_read_to_its_end_and_takes_all(void **state)
{
	static const char *const names[] = {"in", "out"};
	struct vsock_end ends[2];
	char text[16] = "";

	(void)state;
	for (int i = 0; i < 2; i++)
		ends[i] = open_end(memfd_create(names[i], MFD_CLOEXEC));
	assert_int_equal(pwrite(ends[0].fd, "content", 7, 0), 7);
	assert_int_equal(end_read(&ends[0], text, sizeof text), 7);
	assert_string_equal(text, "content");
	assert_int_equal(end_read(&ends[0], text, sizeof text), 0);
	assert_int_equal(end_write(&ends[1], "0123456789", 10), 10);
	assert_int_equal(pread(ends[1].fd, text, 10, 0), 10);
	assert_string_equal(text, "0123456789");
	for (int i = 0; i < 2; i++)
		vsock_end_close(&ends[i]);
}

static void the_null_device_is_at_its_end_and_takes_all(void **state)
{
	struct vsock_end end = open_end(open("/dev/null", O_RDWR | O_CLOEXEC));
	char text[8];

	(void)state;
	assert_int_equal(end_read(&end, text, sizeof text), 0);
	assert_int_equal(end_write(&end, "0123456789", 10), 10);
	vsock_end_close(&end);
}

/* Through the device: what cannot be watched by a loop is served all the same. */
static void files_serve_as_standard_streams(void **state)
{
	struct vsock_guest *g = test_calloc(1, sizeof *g);
	int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC), seen = dup(out);
	struct vsock_pair pair;
	char text[16] = "";

	(void)state;
	assert_int_equal(pwrite(in, "from a file", 11, 0), 11);
	vsock_guest_open(g, in, out);
	vsock_guest_start(g);
	pair = connect_port(g, PORT_IN);
	assert_int_equal(expect_packet(g, VIRTIO_VSOCK_OP_RW).header.len, 11);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_SHUTDOWN);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RST, pair.guest, pair.host);
	pair = connect_port(g, PORT_OUT);
	guest_sends(g, pair, "to a file", 9);
	assert_int_equal(pread(seen, text, sizeof text, 0), 9);
	assert_string_equal(text, "to a file");
	vsock_guest_close(g);
	close(seen);
	test_free(g);
}

static int ignore_broken_pipes(void **state)
{
	(void)state;
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR; /* as the program does */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_never_waits),
		cmocka_unit_test(a_pipe_never_waits_where_the_kernel_cannot_be_asked),
		cmocka_unit_test(a_socket_never_waits),
		cmocka_unit_test(a_terminal_never_waits),
		cmocka_unit_test(a_reader_that_is_gone_is_an_error),
		cmocka_unit_test(a_writer_that_is_gone_is_the_end),
		cmocka_unit_test(a_file_is_read_to_its_end_and_takes_all),
		cmocka_unit_test(the_null_device_is_at_its_end_and_takes_all),
		cmocka_unit_test(files_serve_as_standard_streams),
	};

	return cmocka_run_group_tests(tests, ignore_broken_pipes, NULL);
}
