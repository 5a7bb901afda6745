/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/bus.h"
#include "tests/unit/unit.h"

#include <errno.h>

/* Remembers the last access; reads as its offset plus one. */
struct last {
	uint64_t offset, value;
	unsigned int size, n;
};

static uint64_t last_read(void *self, uint64_t offset, unsigned int size)
{
	struct last *last = self;

	*last = (struct last){.offset = offset, .size = size, .n = last->n + 1};
	return offset + 1;
}

static void last_write(void *self, uint64_t offset, unsigned int size, uint64_t value)
{
	struct last *last = self;

	*last = (struct last){.offset = offset, .size = size, .value = value, .n = last->n + 1};
}

static int add(struct bus *bus, uint64_t start, uint64_t bytes, struct last *last)
{
	const struct bus_range range = {.start = start,
		.bytes = bytes,
		.device = {.name = "last", .self = last, .read = last_read, .write = last_write}};
	struct err e = ERR_NONE;

	return bus_add(bus, &range, &e);
}

static void an_access_reaches_the_device_of_its_range(void **state)
{
	struct bus bus = {0};
	struct last low = {0}, high = {0};

	(void)state;
	assert_int_equal(add(&bus, 0x2000, 0x100, &high), 0);
	assert_int_equal(add(&bus, 0x1000, 0x100, &low), 0);
	assert_int_equal(bus_read(&bus, 0x1000, 4), 1);
	assert_int_equal(bus_read(&bus, 0x20fc, 4), 0xfd);
	bus_write(&bus, 0x10ff, 1, 7);
	assert_int_equal(low.offset, 0xff);
	assert_int_equal(low.size, 1);
	assert_int_equal(low.value, 7);
	assert_int_equal(low.n, 2);
	assert_int_equal(high.n, 1);
}

static void where_nobody_answers_all_bits_are_set(void **state)
{
	static const struct {
		uint64_t at;
		unsigned int size;
	} accesses[] = {{0, 1}, {0xfff, 1}, {0xfff, 2}, {0x1100, 4}, {0x10fd, 4}, {0x10ff, 2}, {0x1fff, 1}, {0x1000, 3},
		{0x1000, 0}, {0x1000, 16}, {UINT64_MAX, 1}, {UINT64_MAX, 8}};
	struct bus bus = {0};
	struct last last = {0};

	(void)state;
	assert_int_equal(bus_read(&bus, 0, 4), UINT64_MAX);
	assert_int_equal(add(&bus, 0x1000, 0x100, &last), 0);
	for (size_t i = 0; i < sizeof accesses / sizeof *accesses; i++) {
		assert_int_equal(bus_read(&bus, accesses[i].at, accesses[i].size), UINT64_MAX);
		bus_write(&bus, accesses[i].at, accesses[i].size, 1);
	}
	assert_int_equal(last.n, 0);
}

static void ranges_do_not_overlap(void **state)
{
	struct bus bus = {0};
	struct last last = {0};

	(void)state;
	assert_int_equal(add(&bus, 0x1000, 0x100, &last), 0);
	assert_int_equal(add(&bus, 0x1000, 0x100, &last), -EEXIST);
	assert_int_equal(add(&bus, 0x10ff, 1, &last), -EEXIST);
	assert_int_equal(add(&bus, 0xfff, 2, &last), -EEXIST);
	assert_int_equal(add(&bus, 0x800, 0x1000, &last), -EEXIST);
	assert_int_equal(add(&bus, 0xf00, 0x100, &last), 0);
	assert_int_equal(add(&bus, 0x1100, 0x100, &last), 0);
	assert_int_equal(bus.n, 3);
}

static void a_full_bus_takes_no_more(void **state)
{
	struct bus bus = {0};
	struct last last = {0};

	(void)state;
	for (uint64_t i = BUS_RANGES_MAX; i > 0; i--)
		assert_int_equal(add(&bus, i * 16, 16, &last), 0);
	assert_int_equal(add(&bus, 0x10000, 16, &last), -ENOSPC);
	for (uint64_t i = BUS_RANGES_MAX; i > 0; i--)
		assert_int_equal(bus_read(&bus, i * 16 + 8, 8), 9);
	assert_int_equal(last.n, BUS_RANGES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_access_reaches_the_device_of_its_range),
		cmocka_unit_test(where_nobody_answers_all_bits_are_set),
		cmocka_unit_test(ranges_do_not_overlap),
		cmocka_unit_test(a_full_bus_takes_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
