/* SPDX-License-Identifier: Apache-2.0 */
/* Connections from the guest to the host's ports: descriptors, and the two of the VMM. */
#include "tests/unit/vsock.h"

#include "microvm/virtio/vsock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { GUEST_PORT = 1234 };

static const struct vsock_pair in = {GUEST_PORT, PORT_IN}, out = {GUEST_PORT, PORT_OUT},
			       status_port = {GUEST_PORT, AGENT_HOST_STATUS};

struct under_test {
	struct vsock_guest guest;
	int in, out; /* the other ends of the pipes; -1: closed */
};

static int set_up(void **state)
{
	struct under_test *t = test_calloc(1, sizeof *t);
	int into[2], from[2];

	(void)signal(SIGPIPE, SIG_IGN); /* as the program does */
	assert_int_equal(pipe2(into, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	assert_int_equal(fcntl(from[0], F_SETFL, O_NONBLOCK), 0);
	t->in = into[1];
	t->out = from[0];
	vsock_guest_open(&t->guest, into[0], from[1]);
	vsock_guest_start(&t->guest);
	*state = t;
	return 0;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int tear_down(void **state)
{
	struct under_test *t = *state;

	vsock_guest_close(&t->guest);
	close_end(&t->in);
	close_end(&t->out);
	test_free(t);
	return 0;
}

static void what_the_guest_writes_comes_out_of_the_descriptor(void **state)
{
	struct under_test *t = *state;
	char text[16] = "";

	(void)connect_port(&t->guest, PORT_OUT);
	guest_sends(&t->guest, out, "hello\n", 6);
	assert_int_equal(read(t->out, text, sizeof text), 6);
	assert_string_equal(text, "hello\n");
	guest_shuts(&t->guest, out, SHUTDOWN_BOTH);
	assert_int_equal(read(t->out, text, sizeof text), 0);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RST);
	assert_true(vsock_drained(t->guest.driver.made.device));
}

static void what_goes_into_the_descriptor_reaches_the_guest(void **state)
{
	struct under_test *t = *state;
	struct vsock_packet packet;

	assert_int_equal(write(t->in, "early", 5), 5);
	vsock_guest_run(&t->guest);
	expect_silence(&t->guest);
	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT, PORT_IN);
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_RESPONSE);
	assert_int_equal(packet.header.buf_alloc, 0); /* nothing goes the other way */
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_RW);
	assert_int_equal(packet.header.len, 5);
	assert_memory_equal(packet.data, "early", 5);
	close_end(&t->in);
	vsock_guest_run(&t->guest);
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_true(packet.header.flags & VIRTIO_VSOCK_SHUTDOWN_SEND);
}

static void a_guest_that_closes_its_input_closes_the_descriptor(void **state)
{
	struct under_test *t = *state;

	(void)connect_port(&t->guest, PORT_IN);
	guest_shuts(&t->guest, in, VIRTIO_VSOCK_SHUTDOWN_RCV);
	assert_int_equal(write(t->in, "x", 1), -1);
	assert_int_equal(errno, EPIPE);
}

static void a_reader_that_is_gone_ends_the_guests_stream(void **state)
{
	struct under_test *t = *state;
	struct vsock_packet packet;

	(void)connect_port(&t->guest, PORT_OUT);
	close_end(&t->out);
	guest_sends(&t->guest, out, "hello\n", 6);
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_SHUTDOWN);
	while (vsock_guest_next(&t->guest, &packet))
		assert_int_equal(packet.header.op, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(packet.header.flags, SHUTDOWN_BOTH);
	assert_true(vsock_drained(t->guest.driver.made.device));
}

static void a_port_is_connected_once(void **state)
{
	struct under_test *t = *state;

	(void)connect_port(&t->guest, PORT_OUT);
	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT + 1, PORT_OUT);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RST);
	guest_shuts(&t->guest, out, SHUTDOWN_BOTH);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RST);
	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT, PORT_OUT);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RST);
}

static void a_guest_that_was_reset_may_connect_again(void **state)
{
	struct under_test *t = *state;
	char text[16] = "";

	(void)connect_port(&t->guest, PORT_OUT);
	(void)connect_port(&t->guest, PORT_IN);
	guest_sends(&t->guest, out, "one,", 4);
	vsock_guest_restart(&t->guest);
	(void)connect_port(&t->guest, PORT_OUT);
	(void)connect_port(&t->guest, PORT_IN);
	guest_sends(&t->guest, out, "two", 3);
	assert_int_equal(read(t->out, text, sizeof text), 7);
	assert_string_equal(text, "one,two");
	assert_int_equal(write(t->in, "x", 1), 1);
	vsock_guest_run(&t->guest);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RW);
}

static void a_port_that_nothing_is_tied_to_is_refused(void **state)
{
	struct under_test *t = *state;
	struct vsock_packet packet;

	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT, 80);
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_RST);
	assert_int_equal(packet.header.src_port, 80);
	assert_int_equal(packet.header.dst_port, GUEST_PORT);
}

static void a_slow_reader_costs_the_guest_its_credit_and_nothing_is_lost(void **state)
{
	enum { ALL = 192 * 1024, PIECE = 1024 };
	struct under_test *t = *state;
	struct virtio_device *device = t->guest.driver.made.device;
	uint8_t piece[PIECE], got[PIECE];
	struct vsock_packet packet;
	uint32_t sent = 0, credit = 0, taken = 0, read_bytes = 0;

	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT, PORT_OUT);
	credit = expect_packet(&t->guest, VIRTIO_VSOCK_OP_RESPONSE).header.buf_alloc;
	while (read_bytes < ALL) {
		while (sent < ALL && sent - taken + PIECE <= credit) {
			memset(piece, (int)(sent / PIECE), sizeof piece);
			guest_sends(&t->guest, out, piece, sizeof piece);
			sent += PIECE;
			while (vsock_guest_next(&t->guest, &packet))
				taken = packet.header.fwd_cnt;
		}
		assert_int_equal(read(t->out, got, sizeof got), sizeof got);
		assert_int_equal(got[0], (read_bytes / PIECE) & 0xff);
		assert_int_equal(got[PIECE - 1], (read_bytes / PIECE) & 0xff);
		read_bytes += PIECE;
		vsock_guest_run(&t->guest);
		while (vsock_guest_next(&t->guest, &packet))
			taken = packet.header.fwd_cnt;
		assert_true(taken <= sent);
	}
	assert_true(vsock_drained(device));
}

static void what_a_guest_left_behind_is_drained_after_its_end(void **state)
{
	enum { ALL = 100 * 1024 };
	struct under_test *t = *state;
	struct virtio_device *device = t->guest.driver.made.device;
	char *all = calloc(1, ALL);
	struct err e;
	size_t got = 0;

	assert_non_null(all);
	(void)connect_port(&t->guest, PORT_OUT);
	guest_sends(&t->guest, out, all, ALL);
	guest_shuts(&t->guest, out, SHUTDOWN_BOTH);
	assert_false(vsock_drained(device));
	while (!vsock_drained(device)) {
		ssize_t n = read(t->out, all, ALL);

		assert_true(n > 0);
		got += (size_t)n;
		assert_int_equal(loop_turn(&t->guest.driver.loop, 0, &e), 0);
	}
	while (got < ALL) {
		ssize_t n = read(t->out, all, ALL);

		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(got, ALL);
	assert_int_equal(read(t->out, all, 1), 0);
	free(all);
}

static void the_status_is_told_once_it_is_whole(void **state)
{
	static const struct agent_status status = {.signaled = 1, .value = 9};
	struct under_test *t = *state;

	assert_int_equal(t->guest.booted, 0);
	(void)connect_port(&t->guest, AGENT_HOST_STATUS);
	assert_int_equal(t->guest.booted, 1);
	guest_sends(&t->guest, status_port, &status, 3);
	assert_int_equal(t->guest.told, 0);
	guest_sends(&t->guest, status_port, (const char *)&status + 3, sizeof status - 3);
	assert_int_equal(t->guest.told, 1);
	assert_int_equal(t->guest.status.signaled, 1);
	assert_int_equal(t->guest.status.value, 9);
	guest_sends(&t->guest, status_port, &status, sizeof status);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(t->guest.told, 1);
}

static void expect_window(struct vsock_guest *g, uint16_t rows, uint16_t columns)
{
	const struct vsock_packet packet = expect_packet(g, VIRTIO_VSOCK_OP_RW);
	struct agent_window window;

	assert_int_equal(packet.header.len, sizeof window);
	memcpy(&window, packet.data, sizeof window);
	assert_int_equal(window.rows, rows);
	assert_int_equal(window.columns, columns);
}

static void the_guest_is_told_the_terminals_size_and_its_changes(void **state)
{
	struct under_test *t = *state;
	struct virtio_device *device = t->guest.driver.made.device;

	vsock_set_window(device, &(struct agent_window){20, 80});
	vsock_set_window(device, &(struct agent_window){24, 80});
	(void)connect_port(&t->guest, AGENT_HOST_WINDOW);
	expect_window(&t->guest, 24, 80);
	expect_silence(&t->guest);
	vsock_set_window(device, &(struct agent_window){25, 132});
	expect_window(&t->guest, 25, 132);
	expect_silence(&t->guest);
}

static void without_a_terminal_no_size_is_told(void **state)
{
	struct under_test *t = *state;

	(void)connect_port(&t->guest, AGENT_HOST_WINDOW);
	expect_silence(&t->guest);
}

static void a_window_waits_for_credit(void **state)
{
	struct under_test *t = *state;
	struct virtio_device *device = t->guest.driver.made.device;
	struct virtio_vsock_hdr request = vsock_guest_header(VIRTIO_VSOCK_OP_REQUEST, GUEST_PORT, AGENT_HOST_WINDOW);

	request.buf_alloc = 3;
	vsock_guest_send(&t->guest, request, NULL);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RESPONSE);
	vsock_set_window(device, &(struct agent_window){20, 80});
	expect_silence(&t->guest);
	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_CREDIT_UPDATE, GUEST_PORT, AGENT_HOST_WINDOW);
	expect_window(&t->guest, 20, 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_guest_writes_comes_out_of_the_descriptor),
		TEST(what_goes_into_the_descriptor_reaches_the_guest),
		TEST(a_guest_that_closes_its_input_closes_the_descriptor),
		TEST(a_reader_that_is_gone_ends_the_guests_stream),
		TEST(a_port_is_connected_once),
		TEST(a_guest_that_was_reset_may_connect_again),
		TEST(a_port_that_nothing_is_tied_to_is_refused),
		TEST(a_slow_reader_costs_the_guest_its_credit_and_nothing_is_lost),
		TEST(what_a_guest_left_behind_is_drained_after_its_end),
		TEST(the_status_is_told_once_it_is_whole),
		TEST(the_guest_is_told_the_terminals_size_and_its_changes),
		TEST(without_a_terminal_no_size_is_told),
		TEST(a_window_waits_for_credit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
