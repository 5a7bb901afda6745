/* SPDX-License-Identifier: Apache-2.0 */
/* Connections from the host to the guest. */
#include "tests/unit/vsock.h"

#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <unistd.h>

static void expect_nothing(int client)
{
	char byte;

	assert_int_equal(recv(client, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void the_device_says_who_it_is(void **state)
{
	struct vsock_guest *g = *state;
	uint64_t cid = 0;

	assert_int_equal(driver_read(&g->driver, VIRTIO_MMIO_DEVICE_ID), VIRTIO_ID_VSOCK);
	driver_read_config(&g->driver, 0, &cid, sizeof cid);
	assert_int_equal(cid, VSOCK_GUEST_CID);
	driver_read_config(&g->driver, 8, &cid, sizeof cid);
	assert_int_equal(cid, 0);
}

static void bytes_go_both_ways(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	client_says(g, client, "ping");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_RW);
	assert_int_equal(packet.header.len, 4);
	assert_int_equal(packet.header.src_port, pair.host);
	assert_memory_equal(packet.data, "ping", 4);
	guest_sends(g, pair, "pong", strlen("pong"));
	expect_text(client, "pong");
	expect_silence(g);
	close(client);
}

static void a_clients_line_may_come_in_pieces_and_with_bytes_behind_it(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client = vsock_guest_client(g);

	client_says(g, client, "CONN");
	client_says(g, client, "ECT 70");
	expect_silence(g);
	client_says(g, client, "000\nhello");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	assert_int_equal(packet.header.dst_port, 70000);
	expect_silence(g);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RESPONSE, 70000, packet.header.src_port);
	packet = expect_packet(g, VIRTIO_VSOCK_OP_RW);
	assert_int_equal(packet.header.len, 5);
	assert_memory_equal(packet.data, "hello", 5);
	close(client);
}

static void a_client_that_says_something_else_is_sent_away(void **state)
{
	static const char *const lines[] = {"\n", "CONNECT\n", "CONNECT \n", "CONNECT 1 \n", "connect 1\n",
		"CONNECT -1\n", "CONNECT 4294967295\n", "CONNECT 42949672950\n", "CONNECT 1x\n",
		"CONNECT 000000000000000000000001", "GET / HTTP/1.1\r\nHost: x\r\n"};
	struct vsock_guest *g = *state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		int client = vsock_guest_client(g);
		char byte;

		client_says(g, client, lines[i]);
		assert_true(recv(client, &byte, 1, 0) == 0 || errno == ECONNRESET);
		close(client);
	}
	expect_silence(g);
}

static void where_nobody_listens_in_the_guest_the_client_is_sent_away(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client = vsock_guest_client(g);

	client_says(g, client, "CONNECT 9\n");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	expect_nothing(client);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RST, 9, packet.header.src_port);
	expect_end(client);
	expect_silence(g);
	close(client);
}

static void a_client_that_goes_before_the_guest_has_answered_is_taken_back(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client = vsock_guest_client(g);

	client_says(g, client, "CONNECT 9\n");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	close(client);
	vsock_guest_run(g);
	packet = expect_packet(g, VIRTIO_VSOCK_OP_RST);
	assert_int_equal(packet.header.dst_port, 9);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RESPONSE, 9, packet.header.src_port);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	expect_silence(g);
}

static void a_client_may_come_before_the_guests_driver(void **state)
{
	struct vsock_guest *g = *state;
	int client = vsock_guest_client(g);

	driver_write(&g->driver, VIRTIO_MMIO_STATUS, 0);
	client_says(g, client, "CONNECT 1\n");
	vsock_guest_restart(g);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	close(client);
}

static void the_hosts_end_of_file_reaches_the_guest_which_may_still_answer(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	assert_int_equal(send(client, "question", 8, 0), 8);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	vsock_guest_run(g);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RW);
	packet = expect_packet(g, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(packet.header.flags, VIRTIO_VSOCK_SHUTDOWN_SEND);
	guest_sends(g, pair, "answer", strlen("answer"));
	expect_text(client, "answer");
	guest_shuts(g, pair, VIRTIO_VSOCK_SHUTDOWN_SEND);
	expect_end(client);
	packet = expect_packet(g, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(packet.header.flags, SHUTDOWN_BOTH);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RST, 1, pair.host);
	expect_silence(g);
	close(client);
}

static void the_guests_end_of_file_reaches_the_client_which_may_still_send(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	guest_sends(g, pair, "all", strlen("all"));
	guest_shuts(g, pair, VIRTIO_VSOCK_SHUTDOWN_SEND);
	expect_text(client, "all");
	expect_end(client);
	client_says(g, client, "more");
	packet = expect_packet(g, VIRTIO_VSOCK_OP_RW);
	assert_int_equal(packet.header.len, 4);
	guest_shuts(g, pair, SHUTDOWN_BOTH);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	expect_silence(g);
	assert_int_equal(send(client, "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	close(client);
}

static void a_guest_that_closes_lets_the_client_read_to_the_end(void **state)
{
	struct vsock_guest *g = *state;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	guest_sends(g, pair, "last words", strlen("last words"));
	guest_shuts(g, pair, SHUTDOWN_BOTH);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	expect_text(client, "last words");
	expect_end(client);
	close(client);
}

static void a_client_that_dies_ends_both_directions(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client;
	struct vsock_pair pair = connect_client(g, &client);
	uint32_t flags = 0;

	client_says(g, client, "bye");
	close(client);
	vsock_guest_run(g);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RW);
	while (vsock_guest_next(g, &packet)) {
		assert_int_equal(packet.header.op, VIRTIO_VSOCK_OP_SHUTDOWN);
		flags = packet.header.flags;
	}
	assert_int_equal(flags, SHUTDOWN_BOTH);
	guest_sends(g, pair, "to nobody", strlen("to nobody")); /* was on its way */
	expect_silence(g);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RST, 1, pair.host);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RW, 1, pair.host);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
}

static void a_client_that_dies_after_its_end_of_file_is_noticed(void **state)
{
	struct vsock_guest *g = *state;
	struct vsock_packet packet;
	int client;

	(void)connect_client(g, &client);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	vsock_guest_run(g);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_SHUTDOWN);
	expect_silence(g);
	close(client);
	vsock_guest_run(g);
	packet = expect_packet(g, VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(packet.header.flags, SHUTDOWN_BOTH);
}

static void a_reset_of_the_guest_ends_every_connection(void **state)
{
	struct vsock_guest *g = *state;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	guest_sends(g, pair, "before", strlen("before"));
	driver_write(&g->driver, VIRTIO_MMIO_STATUS, 0);
	vsock_guest_run(g);
	expect_text(client, "before");
	expect_end(client);
	vsock_guest_restart(g);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 1, pair.host);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	close(client);
	assert_int_not_equal(connect_client(g, &client).host, pair.host);
	close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, vsock_set_up, vsock_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_device_says_who_it_is),
		TEST(bytes_go_both_ways),
		TEST(a_clients_line_may_come_in_pieces_and_with_bytes_behind_it),
		TEST(a_client_that_says_something_else_is_sent_away),
		TEST(where_nobody_listens_in_the_guest_the_client_is_sent_away),
		TEST(a_client_that_goes_before_the_guest_has_answered_is_taken_back),
		TEST(a_client_may_come_before_the_guests_driver),
		TEST(the_hosts_end_of_file_reaches_the_guest_which_may_still_answer),
		TEST(the_guests_end_of_file_reaches_the_client_which_may_still_send),
		TEST(a_guest_that_closes_lets_the_client_read_to_the_end),
		TEST(a_client_that_dies_ends_both_directions),
		TEST(a_client_that_dies_after_its_end_of_file_is_noticed),
		TEST(a_reset_of_the_guest_ends_every_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
