/* SPDX-License-Identifier: Apache-2.0 */
/* Chains through the whole device: what a driver puts in, and what it gets back. */
#include "tests/virtio/echo.h"

#include "tests/unit/unit.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <string.h>

#define BIT(n) (UINT64_C(1) << (n))

enum {
	SIZE = 8,
	IN = DRIVER_DATA, /* what the device reads */
	OUT = DRIVER_DATA + 0x1000,
	TABLE = DRIVER_DATA + 0x2000,
	NEXT = VRING_DESC_F_NEXT,
	WRITE = VRING_DESC_F_WRITE,
	INDIRECT = VRING_DESC_F_INDIRECT,
};

#define DRIVER_OF(state) (&((struct echo_test *)*(state))->driver)

static const struct driver_buffer pair[2] = {{.at = IN, .length = 5}, {.at = OUT, .length = 16, .writable = true}};

/* One chain, from before it is put to after it is used. */
static void expect_echo(struct driver *d)
{
	uint32_t written = 0;
	uint16_t head;

	memcpy(driver_at(d, IN, 5), "hello", 5);
	memset(driver_at(d, OUT, 16), 0, 16);
	head = driver_put(d, 0, pair, 2);
	assert_int_equal(driver_used(d, 0, &written), head);
	assert_int_equal(written, 5);
	assert_memory_equal(driver_at(d, OUT, 6), "hello", 6);
	assert_false(driver_needs_reset(d));
}

static void a_chain_is_read_written_and_given_back(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_start(d, 0, SIZE);
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 1);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_VRING);
}

static void indices_go_round_past_their_16_bits(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_start(d, BIT(VIRTIO_RING_F_EVENT_IDX), SIZE);
	for (unsigned int i = 0; i < 0x10000 + SIZE + 3; i++) {
		if (i % 0x1000 < 3)
			expect_echo(d);
		else {
			uint32_t written;

			(void)driver_put(d, 0, pair, 2);
			assert_true(driver_used(d, 0, &written) >= 0);
		}
	}
}

static void a_chain_of_every_buffer_there_is_goes_through(void **state)
{
	struct driver_buffer buffers[SIZE];
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;

	driver_start(d, 0, SIZE);
	for (unsigned int i = 0; i < SIZE; i++)
		buffers[i] = (struct driver_buffer){
			.at = (i < SIZE / 2 ? IN : OUT) + i % (SIZE / 2), .length = 1, .writable = i >= SIZE / 2};
	memcpy(driver_at(d, IN, 4), "abcd", 4);
	(void)driver_put(d, 0, buffers, SIZE);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_int_equal(written, 4);
	assert_memory_equal(driver_at(d, OUT, 4), "abcd", 4);
}

static void put_indirect(struct driver *d, uint32_t length, uint16_t flags)
{
	const struct driver_buffer table = {.at = TABLE, .length = length};

	driver_set_descriptor(d, driver_ring(0, 0), 0, &table, (struct driver_link){.flags = flags, .next = 1});
	driver_offer(d, 0, 0);
	driver_kick(d, 0);
	driver_run(d, 0);
}

static void an_indirect_table_is_followed(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;

	driver_start(d, BIT(VIRTIO_RING_F_INDIRECT_DESC), SIZE);
	memcpy(driver_at(d, IN, 5), "hello", 5);
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){.flags = NEXT, .next = 1});
	driver_set_descriptor(d, TABLE, 1, &pair[1], (struct driver_link){0});
	put_indirect(d, 2 * sizeof(struct vring_desc), INDIRECT);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_int_equal(written, 5);
	put_indirect(d, 2 * sizeof(struct vring_desc), INDIRECT | WRITE); /* which means nothing */
	assert_int_equal(driver_used(d, 0, &written), 0);
}

static void an_indirect_table_may_end_a_chain(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;

	driver_start(d, BIT(VIRTIO_RING_F_INDIRECT_DESC), SIZE);
	driver_set_descriptor(d, driver_ring(0, 0), 0, &pair[0], (struct driver_link){.flags = NEXT, .next = 1});
	driver_set_descriptor(d, driver_ring(0, 0), 1,
		&(struct driver_buffer){.at = TABLE, .length = sizeof(struct vring_desc)},
		(struct driver_link){.flags = INDIRECT});
	driver_set_descriptor(d, TABLE, 0, &pair[1], (struct driver_link){0});
	driver_offer(d, 0, 0);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_int_equal(written, 5);
}

static void an_indirect_table_may_be_larger_than_the_queue(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;

	driver_start(d, BIT(VIRTIO_RING_F_INDIRECT_DESC), SIZE);
	for (uint16_t i = 0; i < VIRTQ_BUFFERS_MAX; i++)
		driver_set_descriptor(d, TABLE, i,
			&(struct driver_buffer){.at = OUT + i, .length = 1, .writable = true},
			(struct driver_link){.flags = i + 1 < VIRTQ_BUFFERS_MAX ? NEXT : 0, .next = (uint16_t)(i + 1)});
	put_indirect(d, VIRTQ_BUFFERS_MAX * sizeof(struct vring_desc), INDIRECT);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_false(driver_needs_reset(d));
}

static void a_kick_before_the_driver_is_there_does_nothing(void **state)
{
	struct echo_test *t = *state;

	driver_negotiate(&t->driver, BIT(VIRTIO_F_VERSION_1));
	driver_set_queue(&t->driver, 0, SIZE);
	driver_kick(&t->driver, 0);
	driver_run(&t->driver, 0);
	assert_int_equal(t->echo.notified, 0);
}

static void a_kick_of_a_queue_that_is_not_ready_does_nothing(void **state)
{
	struct echo_test *t = *state;

	driver_start(&t->driver, 0, SIZE);
	driver_write(&t->driver, VIRTIO_MMIO_QUEUE_SEL, 1);
	driver_write(&t->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	driver_kick(&t->driver, 1);
	driver_run(&t->driver, 0);
	assert_int_equal(t->echo.notified, 0);
	expect_echo(&t->driver);
}

static void a_kick_with_nothing_in_the_queue_interrupts_nobody(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_start(d, 0, SIZE);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(driver_interrupts(d), 0);
}

static void a_driver_that_wants_no_interrupts_gets_none(void **state)
{
	struct driver *d = DRIVER_OF(state);
	struct vring_avail *ring;

	driver_start(d, 0, SIZE);
	ring = driver_at(d, driver_ring(0, DRIVER_RING_DRIVER), sizeof *ring);
	ring->flags = VRING_AVAIL_F_NO_INTERRUPT;
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 0);
	ring->flags = 0;
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 1);
}

static uint16_t *used_event(struct driver *d)
{
	return driver_at(d, driver_ring(0, DRIVER_RING_DRIVER) + 4 + 2 * SIZE, 2);
}

static uint16_t available_event(struct driver *d)
{
	return *(const uint16_t *)driver_at(d, driver_ring(0, DRIVER_RING_DEVICE) + 4 + 8 * SIZE, 2);
}

static void event_indices_say_when_an_interrupt_is_wanted(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_start(d, BIT(VIRTIO_RING_F_EVENT_IDX), SIZE);
	*used_event(d) = 2; /* the third */
	expect_echo(d);
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 0);
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 1);
	expect_echo(d);
	assert_int_equal(driver_interrupts(d), 0);
	assert_int_equal(available_event(d), 4);
}

static void event_indices_of_a_batch_make_one_interrupt(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	driver_start(d, BIT(VIRTIO_RING_F_EVENT_IDX), SIZE);
	*used_event(d) = 1;
	for (int i = 0; i < 3; i++)
		driver_offer(d, 0, driver_chain(d, 0, pair, 2));
	driver_kick(d, 0);
	driver_run(d, 0);
	for (int i = 0; i < 3; i++)
		assert_true(driver_used(d, 0, &written) >= 0);
	assert_int_equal(driver_interrupts(d), 1);
}

static void a_chain_that_was_untaken_is_taken_again(void **state)
{
	struct echo_test *t = *state;
	struct virtio_device *device = &t->echo.device;

	t->echo.holds = true;
	driver_start(&t->driver, 0, SIZE);
	(void)driver_put(&t->driver, 0, pair, 2);
	assert_int_equal(virtio_take(device, 0, &t->echo.chain), 1);
	virtio_untake(device, 0);
	assert_int_equal(virtio_take(device, 0, &t->echo.chain), 1);
	assert_int_equal(t->echo.chain.readable_bytes, 5);
	assert_int_equal(t->echo.chain.writable_bytes, 16);
	assert_int_equal(virtio_take(device, 0, &t->echo.chain), 0);
}

static void copies_begin_anywhere_and_end_with_the_chain(void **state)
{
	char bytes[16] = "";
	struct iovec buffers[3] = {
		{.iov_base = (char[]){"abc"}, .iov_len = 3}, {.iov_base = (char[]){"d"}, .iov_len = 1}, {bytes, 2}};
	struct virtq_chain chain = {.readable_n = 2, .writable_n = 1, .readable = buffers, .writable = buffers + 2};
	char got[8] = "";

	(void)state;
	assert_int_equal(virtq_chain_read(&chain, 0, got, sizeof got), 4);
	assert_string_equal(got, "abcd");
	assert_int_equal(virtq_chain_read(&chain, 2, got, 2), 2);
	assert_string_equal(got, "cdcd");
	assert_int_equal(virtq_chain_read(&chain, 3, got, 8), 1);
	assert_int_equal(virtq_chain_read(&chain, 4, got, 8), 0);
	assert_int_equal(virtq_chain_read(&chain, SIZE_MAX, got, 8), 0);
	assert_int_equal(virtq_chain_write(&chain, 1, "xyz", 3), 1);
	assert_memory_equal(bytes, "\0x\0", 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chain_is_read_written_and_given_back),
		TEST(indices_go_round_past_their_16_bits),
		TEST(a_chain_of_every_buffer_there_is_goes_through),
		TEST(an_indirect_table_is_followed),
		TEST(an_indirect_table_may_end_a_chain),
		TEST(an_indirect_table_may_be_larger_than_the_queue),
		TEST(a_kick_before_the_driver_is_there_does_nothing),
		TEST(a_kick_of_a_queue_that_is_not_ready_does_nothing),
		TEST(a_kick_with_nothing_in_the_queue_interrupts_nobody),
		TEST(a_driver_that_wants_no_interrupts_gets_none),
		TEST(event_indices_say_when_an_interrupt_is_wanted),
		TEST(event_indices_of_a_batch_make_one_interrupt),
		TEST(a_chain_that_was_untaken_is_taken_again),
		TEST(copies_begin_anywhere_and_end_with_the_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
