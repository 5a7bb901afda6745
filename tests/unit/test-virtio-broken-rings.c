/* SPDX-License-Identifier: Apache-2.0 */
/* Rings that a driver got wrong, in each way there is: the device asks for a reset, and nothing else happens. */
#include "tests/virtio/echo.h"

#include "tests/unit/unit.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#define BIT(n) (UINT64_C(1) << (n))

enum {
	SIZE = 8,
	IN = DRIVER_DATA,
	OUT = DRIVER_DATA + 0x1000,
	TABLE = DRIVER_DATA + 0x2000,
	NEXT = VRING_DESC_F_NEXT,
	INDIRECT = VRING_DESC_F_INDIRECT,
};

#define DRIVER_OF(state) (&((struct echo_test *)*(state))->driver)

static const struct driver_buffer pair[2] = {{.at = IN, .length = 5}, {.at = OUT, .length = 16, .writable = true}};

/* Each leaves a ring with one thing wrong; the kick comes after. */

static void wrong_address(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, &(struct driver_buffer){.at = DRIVER_MEMORY_BYTES - 4, .length = 5}, 1));
}

static void wrong_address_that_wraps(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, &(struct driver_buffer){.at = UINT64_MAX - 3, .length = 8}, 1));
}

static void wrong_address_in_the_hole(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, &(struct driver_buffer){.at = GUEST_MMIO_START, .length = 4}, 1));
}

static void wrong_length_zero(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, &(struct driver_buffer){.at = IN}, 1));
}

static void wrong_length_all_ones(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, &(struct driver_buffer){.at = 0, .length = UINT32_MAX}, 1));
}

static void wrong_order(struct driver *d)
{
	driver_offer(d, 0, driver_chain(d, 0, (struct driver_buffer[]){pair[1], pair[0]}, 2));
}

static void wrong_loop(struct driver *d)
{
	driver_set_descriptor(d, driver_ring(0, 0), 0, &pair[0], (struct driver_link){.flags = NEXT, .next = 1});
	driver_set_descriptor(d, driver_ring(0, 0), 1, &pair[0], (struct driver_link){.flags = NEXT, .next = 0});
	driver_offer(d, 0, 0);
}

static void wrong_next(struct driver *d)
{
	driver_set_descriptor(d, driver_ring(0, 0), 0, &pair[0], (struct driver_link){.flags = NEXT, .next = SIZE});
	driver_offer(d, 0, 0);
}

static void wrong_head(struct driver *d)
{
	driver_offer(d, 0, SIZE);
}

static void wrong_available_index(struct driver *d)
{
	d->queues[0].available = SIZE;
	driver_offer(d, 0, driver_chain(d, 0, pair, 2)); /* one more than there is room for */
}

static void wrong_available_index_back(struct driver *d)
{
	d->queues[0].available = UINT16_MAX - 1;
	driver_offer(d, 0, driver_chain(d, 0, pair, 2)); /* one less than there was */
}

static void offer_indirect(struct driver *d, const struct driver_buffer *table, uint16_t flags)
{
	driver_set_descriptor(d, driver_ring(0, 0), 0, table, (struct driver_link){.flags = flags, .next = 1});
	driver_offer(d, 0, 0);
}

static void wrong_indirect_in_indirect(struct driver *d)
{
	const struct driver_buffer table = {.at = TABLE, .length = sizeof(struct vring_desc)};

	driver_set_descriptor(d, TABLE, 0, &table, (struct driver_link){.flags = INDIRECT});
	offer_indirect(d, &table, INDIRECT);
}

static void wrong_indirect_and_next(struct driver *d)
{
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){0});
	driver_set_descriptor(d, driver_ring(0, 0), 1, &pair[0], (struct driver_link){0});
	offer_indirect(d, &(struct driver_buffer){.at = TABLE, .length = sizeof(struct vring_desc)}, INDIRECT | NEXT);
}

static void wrong_indirect_length_zero(struct driver *d)
{
	offer_indirect(d, &(struct driver_buffer){.at = TABLE}, INDIRECT);
}

static void wrong_indirect_length_odd(struct driver *d)
{
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){0});
	offer_indirect(d, &(struct driver_buffer){.at = TABLE, .length = sizeof(struct vring_desc) + 1}, INDIRECT);
}

static void wrong_indirect_length_too_large(struct driver *d)
{
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){0});
	offer_indirect(d,
		&(struct driver_buffer){.at = TABLE, .length = (VIRTQ_BUFFERS_MAX + 1) * sizeof(struct vring_desc)},
		INDIRECT);
}

static void wrong_indirect_address(struct driver *d)
{
	offer_indirect(d, &(struct driver_buffer){.at = DRIVER_MEMORY_BYTES - 8, .length = sizeof(struct vring_desc)},
		INDIRECT);
}

static void wrong_indirect_next(struct driver *d)
{
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){.flags = NEXT, .next = 1});
	driver_set_descriptor(d, TABLE, 1, &pair[0], (struct driver_link){0}); /* behind the table's end */
	offer_indirect(d, &(struct driver_buffer){.at = TABLE, .length = sizeof(struct vring_desc)}, INDIRECT);
}

static void wrong_indirect_loop(struct driver *d)
{
	driver_set_descriptor(d, TABLE, 0, &pair[0], (struct driver_link){.flags = NEXT, .next = 0});
	offer_indirect(d, &(struct driver_buffer){.at = TABLE, .length = 2 * sizeof(struct vring_desc)}, INDIRECT);
}

static void wrong_indirect_and_direct_too_many(struct driver *d)
{
	for (uint16_t i = 0; i < VIRTQ_BUFFERS_MAX; i++)
		driver_set_descriptor(d, TABLE, i, &pair[0],
			(struct driver_link){.flags = i + 1 < VIRTQ_BUFFERS_MAX ? NEXT : 0, .next = (uint16_t)(i + 1)});
	driver_set_descriptor(d, driver_ring(0, 0), 1,
		&(struct driver_buffer){.at = TABLE, .length = VIRTQ_BUFFERS_MAX * sizeof(struct vring_desc)},
		(struct driver_link){.flags = INDIRECT});
	offer_indirect(d, &pair[0], NEXT);
}

/* 256 times all of the memory: more than 32 bits count. */
static void wrong_sum(struct driver *d)
{
	for (uint16_t i = 0; i < VIRTQ_BUFFERS_MAX; i++)
		driver_set_descriptor(d, TABLE, i, &(struct driver_buffer){.at = 0, .length = DRIVER_MEMORY_BYTES},
			(struct driver_link){.flags = i + 1 < VIRTQ_BUFFERS_MAX ? NEXT : 0, .next = (uint16_t)(i + 1)});
	offer_indirect(d, &(struct driver_buffer){.at = TABLE, .length = VIRTQ_BUFFERS_MAX * sizeof(struct vring_desc)},
		INDIRECT);
}

static const struct mistake {
	const char *name;
	void (*make)(struct driver *d);
} mistakes[] = {
	{"a buffer that ends past memory", wrong_address},
	{"a buffer that wraps round", wrong_address_that_wraps},
	{"a buffer among the devices", wrong_address_in_the_hole},
	{"an empty buffer", wrong_length_zero},
	{"a buffer of 4 GiB", wrong_length_all_ones},
	{"to be read after to be written", wrong_order},
	{"a loop", wrong_loop},
	{"a next past the table", wrong_next},
	{"a head past the table", wrong_head},
	{"an available index too far on", wrong_available_index},
	{"an available index that went back", wrong_available_index_back},
	{"indirect within indirect", wrong_indirect_in_indirect},
	{"indirect and next", wrong_indirect_and_next},
	{"an empty indirect table", wrong_indirect_length_zero},
	{"an indirect table of one and a bit", wrong_indirect_length_odd},
	{"an indirect table too large", wrong_indirect_length_too_large},
	{"an indirect table past memory", wrong_indirect_address},
	{"a next past the indirect table", wrong_indirect_next},
	{"a loop in an indirect table", wrong_indirect_loop},
	{"too many buffers", wrong_indirect_and_direct_too_many},
	{"a chain of more than 4 GiB", wrong_sum},
};

static void expect_broken(struct driver *d, const struct mistake *mistake)
{
	uint32_t written;

	print_message("# %s\n", mistake->name);
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	driver_start(d, BIT(VIRTIO_RING_F_INDIRECT_DESC), SIZE);
	mistake->make(d);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_true(driver_needs_reset(d));
	assert_int_equal(driver_used(d, 0, &written), -1);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_CONFIG);
	assert_int_equal(driver_interrupts(d), 1);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(driver_interrupts(d), 0);
}

static void a_ring_that_makes_no_sense_needs_a_reset_and_is_well_after_it(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
		expect_broken(d, &mistakes[i]);
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	driver_start(d, 0, SIZE);
	driver_offer(d, 0, driver_chain(d, 0, pair, 2));
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_false(driver_needs_reset(d));
	assert_int_equal(d->failed, 0);
}

static void what_was_good_before_a_broken_chain_is_done(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	driver_start(d, 0, SIZE);
	driver_offer(d, 0, driver_chain(d, 0, pair, 2));
	wrong_address(d);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(driver_used(d, 0, &written), 0);
	assert_int_equal(driver_used(d, 0, &written), -1);
	assert_true(driver_needs_reset(d));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ring_that_makes_no_sense_needs_a_reset_and_is_well_after_it),
		TEST(what_was_good_before_a_broken_chain_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
