/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/driver.h"

#include "tests/unit/unit.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <string.h>

enum { SIZE = 64, OUT = DRIVER_DATA };

static int set_up(void **state)
{
	struct driver *d = test_calloc(1, sizeof *d);

	driver_open(d, &(struct machine_device){.kind = MACHINE_RNG}, NULL, 0);
	driver_start(d, 0, SIZE);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	driver_close(*state);
	test_free(*state);
	return 0;
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
	while (n > 0 && bytes[n - 1] == 0)
		n--;
	return n == 0;
}

static void a_buffer_is_filled(void **state)
{
	const struct driver_buffer buffer = {.at = OUT, .length = 64, .writable = true};
	uint32_t written = 0;

	assert_int_equal(driver_read(*state, VIRTIO_MMIO_DEVICE_ID), VIRTIO_RNG);
	(void)driver_put(*state, 0, &buffer, 1);
	assert_int_equal(driver_used(*state, 0, &written), 0);
	assert_int_equal(written, 64);
	assert_false(is_zero(driver_at(*state, OUT, 64), 64));
	assert_true(is_zero(driver_at(*state, OUT + 64, 64), 64));
	assert_int_equal(driver_interrupts(*state), 1);
}

static void of_a_huge_buffer_the_beginning_is_filled(void **state)
{
	const struct driver_buffer buffer = {.at = OUT, .length = 1 << 20, .writable = true};
	uint32_t written = 0;

	(void)driver_put(*state, 0, &buffer, 1);
	assert_int_equal(driver_used(*state, 0, &written), 0);
	assert_in_range(written, 1, 4096);
	assert_true(is_zero(driver_at(*state, OUT + written, 4096), 4096));
}

static void a_full_queue_is_served_in_several_turns(void **state)
{
	const struct driver_buffer buffer = {.at = OUT, .length = 16, .writable = true};
	struct driver *d = *state;
	uint32_t written;

	for (unsigned int i = 0; i < SIZE; i++)
		driver_offer(d, 0, driver_chain(d, 0, &buffer, 1));
	driver_kick(d, 0);
	driver_run(d, 0);
	for (int i = 0; i < SIZE; i++)
		assert_int_equal(driver_used(d, 0, &written), i);
}

static void what_cannot_be_written_comes_back_unwritten(void **state)
{
	const struct driver_buffer buffer = {.at = OUT, .length = 16};
	uint32_t written = 1;

	(void)driver_put(*state, 0, &buffer, 1);
	assert_int_equal(driver_used(*state, 0, &written), 0);
	assert_int_equal(written, 0);
	assert_true(is_zero(driver_at(*state, OUT, 16), 16));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_buffer_is_filled),
		TEST(of_a_huge_buffer_the_beginning_is_filled),
		TEST(a_full_queue_is_served_in_several_turns),
		TEST(what_cannot_be_written_comes_back_unwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
