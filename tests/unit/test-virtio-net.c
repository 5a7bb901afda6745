/* SPDX-License-Identifier: Apache-2.0 */
/* A pair of datagram sockets stands for the tap: it also takes and gives whole frames, with their header. */
#include "tests/virtio/driver.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 64, RX = DRIVER_DATA, TX = DRIVER_DATA + 0x100000, HEADER = 12, MERGE = 1 << VIRTIO_NET_F_MRG_RXBUF };

struct net_test {
	struct driver driver;
	int wire[2]; /* what is behind each tap */
};

static void open_pairs(struct net_test *t, unsigned int pairs)
{
	struct machine_device wish = {.kind = MACHINE_NET, .net = {.mac = {2, 0, 0, 0, 0, 7}, .mtu = 1400}};
	int fds[2], both[2];

	memset(wish.net.tap, MACHINE_NO_FD, sizeof wish.net.tap);
	for (unsigned int i = 0; i < pairs; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both), 0);
		fds[i] = both[0];
		t->wire[i] = both[1];
		wish.net.tap[i] = (uint8_t)i;
	}
	driver_open(&t->driver, &wish, fds, pairs);
}

static int set_up(void **state)
{
	struct net_test *t = test_calloc(1, sizeof *t);

	t->wire[0] = t->wire[1] = -1;
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct net_test *t = *state;

	driver_close(&t->driver);
	for (int i = 0; i < 2; i++)
		if (t->wire[i] >= 0)
			close(t->wire[i]);
	test_free(t);
	return 0;
}

static void give_buffers(struct driver *d, unsigned int queue, unsigned int n, uint32_t length)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct driver_buffer buffer = {.at = RX + (gpa_t)i * 0x1000, .length = length, .writable = true};

		driver_offer(d, queue, driver_chain(d, queue, &buffer, 1));
	}
	driver_kick(d, queue);
	driver_run(d, 0);
}

static void arrive(struct net_test *t, unsigned int pair, size_t length)
{
	uint8_t frame[0x10000];

	for (size_t i = 0; i < length; i++)
		frame[i] = (uint8_t)(i < HEADER ? 0 : i);
	assert_int_equal(write(t->wire[pair], frame, length), length);
	driver_run(&t->driver, 0);
}

static void what_is_configured_can_be_read(void **state)
{
	struct net_test *t = *state;
	struct virtio_net_config config;

	open_pairs(t, 2);
	driver_read_config(&t->driver, 0, &config, 12);
	assert_memory_equal(config.mac, "\2\0\0\0\0\7", 6);
	assert_int_equal(config.status, VIRTIO_NET_S_LINK_UP);
	assert_int_equal(config.max_virtqueue_pairs, 2);
	assert_int_equal(config.mtu, 1400);
}

static void a_frame_arrives_in_the_first_buffer(void **state)
{
	struct net_test *t = *state;
	const struct virtio_net_hdr_mrg_rxbuf *header;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	give_buffers(&t->driver, 0, 8, 2048);
	arrive(t, 0, HEADER + 100);
	assert_int_equal(driver_used(&t->driver, 0, &written), 0);
	assert_int_equal(written, HEADER + 100);
	header = driver_at(&t->driver, RX, sizeof *header);
	assert_int_equal(header->num_buffers, 1);
	assert_int_equal(*(uint8_t *)driver_at(&t->driver, RX + HEADER + 99, 1), (uint8_t)(HEADER + 99));
	assert_int_equal(driver_used(&t->driver, 0, &written), -1);
	assert_true(driver_interrupts(&t->driver) > 0);
}

static void a_large_frame_is_merged_from_as_many_buffers_as_it_fills(void **state)
{
	struct net_test *t = *state;
	const struct virtio_net_hdr_mrg_rxbuf *header;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE | 1 << VIRTIO_NET_F_GUEST_TSO4 | 1 << VIRTIO_NET_F_GUEST_CSUM, SIZE);
	give_buffers(&t->driver, 0, 40, 2048);
	arrive(t, 0, HEADER + 5000);
	header = driver_at(&t->driver, RX, sizeof *header);
	assert_int_equal(header->num_buffers, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(driver_used(&t->driver, 0, &written), i);
		assert_int_equal(written, i < 2 ? 2048 : HEADER + 5000 - 2 * 2048);
	}
	arrive(t, 0, HEADER + 60);
	assert_int_equal(driver_used(&t->driver, 0, &written), 3);
	assert_int_equal(written, HEADER + 60);
}

static void frames_wait_for_buffers_and_keep_their_order(void **state)
{
	struct net_test *t = *state;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	for (size_t i = 1; i <= 5; i++)
		arrive(t, 0, HEADER + 60 * i);
	assert_int_equal(driver_used(&t->driver, 0, &written), -1);
	give_buffers(&t->driver, 0, 8, 2048);
	for (uint32_t i = 1; i <= 5; i++) {
		assert_int_equal(driver_used(&t->driver, 0, &written), i - 1);
		assert_int_equal(written, HEADER + 60 * i);
	}
}

/* A ring that holds less than a segment may take: what is there must do. */
static void a_small_ring_is_used_whole(void **state)
{
	struct net_test *t = *state;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE | 1 << VIRTIO_NET_F_GUEST_TSO4 | 1 << VIRTIO_NET_F_GUEST_CSUM, 4);
	give_buffers(&t->driver, 0, 4, 2048);
	arrive(t, 0, HEADER + 100);
	assert_int_equal(driver_used(&t->driver, 0, &written), 0);
	assert_int_equal(written, HEADER + 100);
}

static void without_merging_each_frame_has_its_own_chain(void **state)
{
	struct net_test *t = *state;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, 0, SIZE);
	give_buffers(&t->driver, 0, 3, 1600);
	arrive(t, 0, HEADER + 3000);
	arrive(t, 0, HEADER + 50);
	assert_int_equal(driver_used(&t->driver, 0, &written), 0);
	assert_int_equal(written, 1600);
	assert_int_equal(driver_used(&t->driver, 0, &written), 1);
	assert_int_equal(written, HEADER + 50);
}

static void a_receive_buffer_without_room_breaks_the_device(void **state)
{
	struct net_test *t = *state;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	give_buffers(&t->driver, 0, 1, HEADER - 1);
	assert_true(driver_needs_reset(&t->driver));
}

static void transmit(struct net_test *t, unsigned int queue, uint32_t length)
{
	const struct driver_buffer parts[] = {{.at = TX, .length = HEADER}, {.at = TX + 0x1000, .length = length}};

	memset(driver_at(&t->driver, TX + 0x1000, 0x1000), 'f', 0x1000);
	(void)driver_put(&t->driver, queue, parts, length ? 2 : 1);
}

static void what_the_driver_sends_leaves_by_the_tap(void **state)
{
	struct net_test *t = *state;
	uint8_t frame[2048];
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	transmit(t, 1, 0);
	transmit(t, 1, 700);
	assert_int_equal(read(t->wire[0], frame, sizeof frame), HEADER + 700);
	assert_int_equal(frame[HEADER + 699], 'f');
	assert_int_equal(read(t->wire[0], frame, sizeof frame), -1);
	assert_int_equal(driver_used(&t->driver, 1, &written), 0);
	assert_int_equal(driver_used(&t->driver, 1, &written), 1);
	assert_int_equal(driver_used(&t->driver, 1, &written), -1);
}

static void a_full_tap_is_waited_for(void **state)
{
	struct net_test *t = *state;
	uint8_t frame[2048];
	uint32_t written;
	int sent = 0, out = 0;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	for (; sent < 600; sent++) {
		transmit(t, 1, 1000);
		if (driver_used(&t->driver, 1, &written) < 0)
			break;
	}
	assert_in_range(sent, 1, 599);
	while (read(t->wire[0], frame, sizeof frame) == HEADER + 1000)
		out++;
	assert_int_equal(out, sent);
	driver_run(&t->driver, 0);
	assert_true(driver_used(&t->driver, 1, &written) >= 0);
	assert_int_equal(read(t->wire[0], frame, sizeof frame), HEADER + 1000);
}

static uint8_t set_pairs(struct net_test *t, uint8_t class, uint16_t pairs)
{
	const uint8_t request[] = {class, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, (uint8_t)pairs, (uint8_t)(pairs >> 8)};
	const struct driver_buffer parts[] = {
		{.at = TX, .length = sizeof request}, {.at = TX + 64, .length = 1, .writable = true}};
	uint32_t written;

	memcpy(driver_at(&t->driver, TX, sizeof request), request, sizeof request);
	(void)driver_put(&t->driver, 4, parts, 2);
	assert_true(driver_used(&t->driver, 4, &written) >= 0);
	assert_int_equal(written, 1);
	return *(uint8_t *)driver_at(&t->driver, TX + 64, 1);
}

static void a_second_pair_is_used_once_it_is_asked_for(void **state)
{
	struct net_test *t = *state;
	uint32_t written;

	open_pairs(t, 2);
	driver_start(&t->driver, MERGE | 1 << VIRTIO_NET_F_MQ | 1 << VIRTIO_NET_F_CTRL_VQ, SIZE);
	give_buffers(&t->driver, 2, 4, 2048);
	arrive(t, 1, HEADER + 60);
	assert_int_equal(driver_used(&t->driver, 2, &written), -1);
	assert_int_equal(set_pairs(t, VIRTIO_NET_CTRL_MQ, 3), VIRTIO_NET_ERR);
	assert_int_equal(set_pairs(t, VIRTIO_NET_CTRL_MQ, 0), VIRTIO_NET_ERR);
	assert_int_equal(set_pairs(t, VIRTIO_NET_CTRL_MAC, 2), VIRTIO_NET_ERR);
	assert_int_equal(set_pairs(t, VIRTIO_NET_CTRL_MQ, 2), VIRTIO_NET_OK);
	driver_run(&t->driver, 0);
	assert_int_equal(driver_used(&t->driver, 2, &written), 0);
	assert_int_equal(written, HEADER + 60);
}

static void a_reset_keeps_no_buffer(void **state)
{
	struct net_test *t = *state;
	uint32_t written;

	open_pairs(t, 1);
	driver_start(&t->driver, MERGE, SIZE);
	give_buffers(&t->driver, 0, 4, 2048);
	driver_write(&t->driver, VIRTIO_MMIO_STATUS, 0);
	memset(driver_at(&t->driver, RX, 0x1000), 0, 0x1000);
	arrive(t, 0, HEADER + 60);
	assert_int_equal(*(uint8_t *)driver_at(&t->driver, RX + HEADER + 1, 1), 0);
	driver_start(&t->driver, MERGE, SIZE);
	give_buffers(&t->driver, 0, 4, 2048);
	assert_int_equal(driver_used(&t->driver, 0, &written), 0);
	assert_int_equal(written, HEADER + 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_configured_can_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_frame_arrives_in_the_first_buffer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_large_frame_is_merged_from_as_many_buffers_as_it_fills, set_up, tear_down),
		cmocka_unit_test_setup_teardown(frames_wait_for_buffers_and_keep_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_small_ring_is_used_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_merging_each_frame_has_its_own_chain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_receive_buffer_without_room_breaks_the_device, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_the_driver_sends_leaves_by_the_tap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_tap_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_second_pair_is_used_once_it_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reset_keeps_no_buffer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
