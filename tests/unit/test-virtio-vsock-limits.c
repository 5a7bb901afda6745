/* SPDX-License-Identifier: Apache-2.0 */
/* More clients than there is room for. */
#include "tests/unit/vsock.h"

#include "microvm/virtio/vsock_connection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TOO_MANY = VSOCK_CONNECTIONS_MAX + 6, FDS = 2 * TOO_MANY + 64 };

struct under_test {
	struct vsock_guest guest;
	struct vsock *device;
	struct rlimit before;
	int clients[TOO_MANY];
};

static int set_up(void **state)
{
	struct under_test *t = test_calloc(1, sizeof *t);
	struct rlimit room;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &t->before), 0);
	room = (struct rlimit){.rlim_cur = FDS, .rlim_max = t->before.rlim_max};
	if (t->before.rlim_max >= FDS)
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &room), 0);
	memset(t->clients, -1, sizeof t->clients);
	vsock_guest_open(&t->guest, -1, -1);
	vsock_guest_start(&t->guest);
	t->device = t->guest.driver.made.device->self;
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct under_test *t = *state;

	for (unsigned int i = 0; i < TOO_MANY; i++)
		if (t->clients[i] >= 0)
			close(t->clients[i]);
	vsock_guest_close(&t->guest);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &t->before), 0);
	test_free(t);
	return 0;
}

static void needs_room(const struct under_test *t)
{
	if (t->before.rlim_max < FDS)
		skip(); /* needs some 2,200 descriptors */
}

static void clients_come(struct under_test *t, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		t->clients[i] = vsock_guest_client(&t->guest);
		vsock_guest_run(&t->guest);
	}
}

static void who_comes_when_all_places_are_taken_waits(void **state)
{
	struct under_test *t = *state;

	needs_room(t);
	clients_come(t, TOO_MANY);
	assert_int_equal(t->device->connections_n, VSOCK_CONNECTIONS_MAX);
	client_says(&t->guest, t->clients[TOO_MANY - 6], "CONNECT 1\n"); /* the first that waits */
	expect_silence(&t->guest);
	close(t->clients[0]);
	t->clients[0] = -1;
	vsock_guest_run(&t->guest);
	(void)expect_packet(&t->guest, VIRTIO_VSOCK_OP_REQUEST);
	assert_int_equal(t->device->connections_n, VSOCK_CONNECTIONS_MAX);
}

/* A guest that never reads what it was sent keeps its connection, until somebody else needs the place. */
static void what_the_guest_only_has_to_read_gives_way(void **state)
{
	struct under_test *t = *state;
	struct vsock_packet packet;
	struct vsock_pair lazy;
	bool reset = false;

	needs_room(t);
	lazy = connect_client(&t->guest, &t->clients[0]);
	client_says(&t->guest, t->clients[0], "never read");
	close(t->clients[0]);
	t->clients[0] = -1;
	vsock_guest_run(&t->guest);
	assert_int_equal(t->device->connections_n, 1);
	while (vsock_guest_next(&t->guest, &packet))
		assert_int_not_equal(packet.header.op, VIRTIO_VSOCK_OP_RST);
	clients_come(t, VSOCK_CONNECTIONS_MAX);
	while (vsock_guest_next(&t->guest, &packet)) {
		assert_int_equal(packet.header.src_port, lazy.host);
		reset |= packet.header.op == VIRTIO_VSOCK_OP_RST;
	}
	assert_true(reset);
	vsock_guest_run(&t->guest);
	assert_int_equal(t->device->connections_n, VSOCK_CONNECTIONS_MAX);
}

static void without_a_descriptor_left_clients_wait_until_there_is_one(void **state)
{
	struct under_test *t = *state;
	struct rlimit none = {.rlim_max = t->before.rlim_max};

	t->device->patience.tick_ms = 2;
	t->clients[0] = vsock_guest_client(&t->guest);
	none.rlim_cur = (rlim_t)t->clients[0] + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	(void)poll(NULL, 0, 5); /* several ticks pass while the driver runs */
	vsock_guest_run(&t->guest);
	assert_int_equal(t->device->connections_n, 0);
	none.rlim_cur++;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 1000 && t->device->connections_n == 0; i++) {
		(void)poll(NULL, 0, 1); /* the next tick comes */
		vsock_guest_run(&t->guest);
	}
	assert_int_equal(t->device->connections_n, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_comes_when_all_places_are_taken_waits),
		TEST(what_the_guest_only_has_to_read_gives_way),
		TEST(without_a_descriptor_left_clients_wait_until_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
