/* SPDX-License-Identifier: Apache-2.0 */
/* Guests that break the rules of vsock, and clients and guests that keep others waiting. */
#include "tests/unit/vsock.h"

#include "microvm/virtio/vsock_connection.h"

#include <fcntl.h>
#include <linux/virtio_mmio.h>
#include <unistd.h>

struct under_test {
	struct vsock_guest guest;
	int in, out; /* the other ends of the pipes */
};

static int set_up(void **state)
{
	struct under_test *t = test_calloc(1, sizeof *t);
	int into[2], from[2];

	assert_int_equal(pipe2(into, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	t->in = into[1];
	t->out = from[0];
	vsock_guest_open(&t->guest, into[0], from[1]);
	vsock_guest_start(&t->guest);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct under_test *t = *state;

	vsock_guest_close(&t->guest);
	close(t->in);
	close(t->out);
	test_free(t);
	return 0;
}

/* Nothing more is known of the connection. */
static void expect_gone(struct vsock_guest *g, struct vsock_pair pair)
{
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	vsock_guest_say(g, VIRTIO_VSOCK_OP_CREDIT_REQUEST, pair.guest, pair.host);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	expect_silence(g);
	assert_false(driver_needs_reset(&g->driver));
}

static void what_belongs_to_no_connection_is_refused(void **state)
{
	static const uint16_t ops[] = {VIRTIO_VSOCK_OP_RESPONSE, VIRTIO_VSOCK_OP_SHUTDOWN, VIRTIO_VSOCK_OP_RW,
		VIRTIO_VSOCK_OP_CREDIT_UPDATE, VIRTIO_VSOCK_OP_CREDIT_REQUEST, VIRTIO_VSOCK_OP_INVALID, 8, 0xffff};
	struct vsock_guest *g = &((struct under_test *)*state)->guest;

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
		vsock_guest_say(g, ops[i], 5, 1 << 30);
		assert_int_equal(expect_packet(g, VIRTIO_VSOCK_OP_RST).header.dst_port, 5);
	}
	vsock_guest_say(g, VIRTIO_VSOCK_OP_RST, 5, 1 << 30);
	expect_silence(g);
}

static void what_is_not_for_the_host_or_not_from_the_guest_is_dropped(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_REQUEST, 5, PORT_OUT);

	header.dst_cid = 4;
	vsock_guest_send(g, header, NULL);
	header.dst_cid = UINT64_C(1) << 32 | 2;
	vsock_guest_send(g, header, NULL);
	header.dst_cid = 2;
	header.src_cid = 2;
	vsock_guest_send(g, header, NULL);
	expect_silence(g);
}

static void a_type_that_is_not_offered_is_refused(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_REQUEST, 5, PORT_OUT);

	header.type = VIRTIO_VSOCK_TYPE_SEQPACKET;
	vsock_guest_send(g, header, NULL);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	assert_int_equal(connect_port(g, PORT_OUT).host, PORT_OUT);
}

static void what_makes_no_sense_ends_its_connection(void **state)
{
	static const uint16_t ops[] = {
		VIRTIO_VSOCK_OP_INVALID, VIRTIO_VSOCK_OP_REQUEST, VIRTIO_VSOCK_OP_RESPONSE, 8, 0xffff};
	struct vsock_guest *g = &((struct under_test *)*state)->guest;

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
		int client;
		struct vsock_pair pair = connect_client(g, &client);

		vsock_guest_say(g, ops[i], pair.guest, pair.host);
		expect_gone(g, pair);
		expect_end(client);
		close(client);
	}
}

static void data_before_the_answer_ends_the_connection(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	int client = vsock_guest_client(g);
	struct vsock_pair pair = {.guest = 1};

	client_says(g, client, "CONNECT 1\n");
	pair.host = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST).header.src_port;
	guest_sends(g, pair, "x", 1);
	expect_gone(g, pair);
	expect_end(client);
	close(client);
}

static void more_than_the_credit_ends_the_connection_and_keeps_what_was_within(void **state)
{
	struct under_test *t = *state;
	struct vsock_pair pair = {1234, PORT_OUT};
	struct vsock_packet packet;
	uint32_t room, within = 0;
	char *all;

	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_REQUEST, pair.guest, pair.host);
	room = expect_packet(&t->guest, VIRTIO_VSOCK_OP_RESPONSE).header.buf_alloc;
	all = test_calloc(1, room + 1);
	guest_sends(&t->guest, pair, all, room / 2);
	guest_sends(&t->guest, pair, all, room / 2);
	within = room;
	while (vsock_guest_next(&t->guest, &packet))
		assert_int_equal(packet.header.op, VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	guest_sends(&t->guest, pair, all, room + 1);
	expect_gone(&t->guest, pair);
	for (uint32_t got = 0; got < within;) {
		ssize_t n = read(t->out, all, room);

		assert_true(n > 0);
		got += (uint32_t)n;
		vsock_guest_run(&t->guest);
	}
	assert_int_equal(read(t->out, all, 1), 0);
	test_free(all);
}

static void data_after_the_end_of_file_ends_the_connection(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	guest_shuts(g, pair, VIRTIO_VSOCK_SHUTDOWN_SEND);
	guest_sends(g, pair, "x", 1);
	expect_gone(g, pair);
	close(client);
}

static void data_on_the_services_input_ends_the_connection(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	struct vsock_pair pair = connect_port(g, PORT_IN);

	guest_sends(g, pair, "x", 1);
	expect_gone(g, pair);
}

static void nothing_is_sent_past_the_guests_credit(void **state)
{
	struct under_test *t = *state;
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_REQUEST, 1234, PORT_IN);

	header.buf_alloc = 10;
	vsock_guest_send(&t->guest, header, NULL);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_RESPONSE);
	assert_int_equal(write(t->in, "0123456789abcdef", 16), 16);
	vsock_guest_run(&t->guest);
	assert_int_equal(expect_packet(&t->guest, VIRTIO_VSOCK_OP_RW).header.len, 10);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_CREDIT_REQUEST);
	header.op = VIRTIO_VSOCK_OP_CREDIT_UPDATE;
	header.fwd_cnt = 4;
	vsock_guest_send(&t->guest, header, NULL);
	assert_int_equal(expect_packet(&t->guest, VIRTIO_VSOCK_OP_RW).header.len, 4);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_CREDIT_REQUEST);
	expect_silence(&t->guest);
	header.fwd_cnt = 15; /* more than it was sent */
	vsock_guest_send(&t->guest, header, NULL);
	expect_silence(&t->guest);
	header.fwd_cnt = 14;
	vsock_guest_send(&t->guest, header, NULL);
	assert_int_equal(expect_packet(&t->guest, VIRTIO_VSOCK_OP_RW).header.len, 2);
	expect_silence(&t->guest);
}

static void a_guest_that_asks_is_told_its_credit(void **state)
{
	struct under_test *t = *state;
	struct vsock_pair pair = connect_port(&t->guest, PORT_OUT);
	struct vsock_packet packet;

	guest_sends(&t->guest, pair, "12345", 5);
	expect_silence(&t->guest);
	vsock_guest_say(&t->guest, VIRTIO_VSOCK_OP_CREDIT_REQUEST, pair.guest, pair.host);
	packet = expect_packet(&t->guest, VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	assert_int_equal(packet.header.fwd_cnt, 5);
	assert_true(packet.header.buf_alloc >= 64 * 1024);
	expect_silence(&t->guest);
}

static void put_packet(struct driver *d, uint32_t header_bytes, uint32_t len)
{
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_RW, 1, 1);
	const struct driver_buffer buffer = {.at = DRIVER_DATA, .length = header_bytes};

	header.len = len;
	memcpy(driver_at(d, DRIVER_DATA, sizeof header), &header, sizeof header);
	(void)driver_put(d, VSOCK_TX, &buffer, 1);
}

static void a_packet_that_is_cut_off_costs_the_device(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;

	put_packet(&g->driver, sizeof(struct virtio_vsock_hdr) - 1, 0);
	assert_true(driver_needs_reset(&g->driver));
	vsock_guest_restart(g);
	put_packet(&g->driver, sizeof(struct virtio_vsock_hdr), 1);
	assert_true(driver_needs_reset(&g->driver));
	vsock_guest_restart(g);
	put_packet(&g->driver, sizeof(struct virtio_vsock_hdr) + 1, UINT32_MAX);
	assert_true(driver_needs_reset(&g->driver));
	vsock_guest_restart(g);
	assert_int_equal(connect_port(g, PORT_OUT).host, PORT_OUT);
}

static void a_buffer_with_no_room_for_a_packet_costs_the_device(void **state)
{
	struct driver *d = &((struct under_test *)*state)->guest.driver;
	const struct driver_buffer buffers[] = {
		{.at = DRIVER_DATA, .length = sizeof(struct virtio_vsock_hdr), .writable = true},
		{.at = DRIVER_DATA, .length = 4096}, /* not for the device to write */
	};

	for (size_t i = 0; i < 2; i++) {
		driver_write(d, VIRTIO_MMIO_STATUS, 0);
		driver_start(d, 0, VSOCK_GUEST_QUEUE);
		(void)driver_put(d, VSOCK_RX, &buffers[i], 1);
		assert_false(driver_needs_reset(d)); /* nothing had to be put into it */
		put_packet(d, sizeof(struct virtio_vsock_hdr), 0);
		assert_true(driver_needs_reset(d));
	}
}

/* Without a buffer for the answers: as many as the device remembers, and then it takes no more until there is one. */
static void a_flood_of_nonsense_is_bounded_and_none_of_it_is_lost(void **state)
{
	enum { FLOOD = 1000 };
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	const struct virtio_vsock_hdr nonsense = vsock_guest_header(VIRTIO_VSOCK_OP_RW, 7, 7);
	const struct driver_buffer buffer = {.at = DRIVER_DATA, .length = sizeof nonsense};
	struct vsock_packet packet;
	uint32_t written;
	unsigned int sent = 0, taken = 0, answers = 0;

	memcpy(driver_at(&g->driver, DRIVER_DATA, sizeof nonsense), &nonsense, sizeof nonsense);
	while (answers < FLOOD) {
		while (sent < FLOOD && sent - taken < VSOCK_GUEST_QUEUE) {
			(void)driver_put(&g->driver, VSOCK_TX, &buffer, 1);
			sent++;
			while (driver_used(&g->driver, VSOCK_TX, &written) >= 0)
				taken++;
		}
		assert_true(taken - answers <= VSOCK_RESETS_MAX + VSOCK_GUEST_QUEUE);
		vsock_guest_run(g);
		assert_true(vsock_guest_next(g, &packet));
		assert_int_equal(packet.header.op, VIRTIO_VSOCK_OP_RST);
		answers++;
		vsock_guest_run(g);
		while (driver_used(&g->driver, VSOCK_TX, &written) >= 0)
			taken++;
	}
	assert_int_equal(taken, FLOOD);
	expect_silence(g);
	assert_false(driver_needs_reset(&g->driver));
}

static struct vsock *hurry(struct vsock_guest *g)
{
	struct vsock *v = g->driver.made.device->self;

	v->patience = (struct vsock_patience){.greeting_ms = 1, .answer_ms = 1, .tick_ms = 2};
	return v;
}

static void who_connects_and_says_nothing_is_not_waited_for(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	const struct vsock *v = hurry(g);
	int client = vsock_guest_client(g);

	client_says(g, client, "CONNECT");
	driver_run(&g->driver, 50);
	expect_end(client);
	assert_int_equal(v->connections_n, 0);
	expect_silence(g);
	close(client);
}

static void a_guest_that_does_not_answer_is_not_waited_for(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	const struct vsock *v = hurry(g);
	int client = vsock_guest_client(g);

	client_says(g, client, "CONNECT 1\n");
	(void)expect_packet(g, VIRTIO_VSOCK_OP_REQUEST);
	driver_run(&g->driver, 50);
	(void)expect_packet(g, VIRTIO_VSOCK_OP_RST);
	expect_end(client);
	vsock_guest_run(g);
	assert_int_equal(v->connections_n, 0);
	close(client);
}

static void a_guest_that_has_answered_is_waited_for_for_ever(void **state)
{
	struct vsock_guest *g = &((struct under_test *)*state)->guest;
	const struct vsock *v = hurry(g);
	int client;
	struct vsock_pair pair = connect_client(g, &client);

	driver_run(&g->driver, 50);
	assert_int_equal(v->connections_n, 1);
	guest_sends(g, pair, "late", 4);
	expect_text(client, "late");
	close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_belongs_to_no_connection_is_refused),
		TEST(what_is_not_for_the_host_or_not_from_the_guest_is_dropped),
		TEST(a_type_that_is_not_offered_is_refused),
		TEST(what_makes_no_sense_ends_its_connection),
		TEST(data_before_the_answer_ends_the_connection),
		TEST(more_than_the_credit_ends_the_connection_and_keeps_what_was_within),
		TEST(data_after_the_end_of_file_ends_the_connection),
		TEST(data_on_the_services_input_ends_the_connection),
		TEST(nothing_is_sent_past_the_guests_credit),
		TEST(a_guest_that_asks_is_told_its_credit),
		TEST(a_packet_that_is_cut_off_costs_the_device),
		TEST(a_buffer_with_no_room_for_a_packet_costs_the_device),
		TEST(a_flood_of_nonsense_is_bounded_and_none_of_it_is_lost),
		TEST(who_connects_and_says_nothing_is_not_waited_for),
		TEST(a_guest_that_does_not_answer_is_not_waited_for),
		TEST(a_guest_that_has_answered_is_waited_for_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
