/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/memory.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { MIB = 1 << 20 };

static const uint64_t gib = UINT64_C(1) << 30;

static struct guest_memory make(uint64_t bytes, unsigned int flags)
{
	struct guest_memory memory = {0};
	struct err e = ERR_NONE;

	assert_int_equal(guest_memory_make(bytes, flags, &memory, &e), 0);
	return memory;
}

static void memory_below_the_hole_is_one_region(void **state)
{
	struct guest_memory memory = make(3 * gib, 0);

	(void)state;
	assert_int_equal(memory.n, 1);
	assert_int_equal(memory.regions[0].start, 0);
	assert_int_equal(memory.regions[0].bytes, GUEST_HOLE_START);
	guest_memory_free(&memory);
	assert_int_equal(memory.n, 0);
}

static void what_does_not_fit_below_the_hole_begins_above_it(void **state)
{
	struct guest_memory memory = make(3 * gib + GUEST_PAGE, 0);

	(void)state;
	assert_int_equal(memory.n, 2);
	assert_int_equal(memory.regions[1].start, GUEST_HOLE_END);
	assert_int_equal(memory.regions[1].bytes, GUEST_PAGE);
	guest_memory_free(&memory);
}

static void a_size_that_is_no_number_of_pages_is_refused(void **state)
{
	static const uint64_t sizes[] = {0, 1, GUEST_PAGE - 1, MIB + 1};
	struct guest_memory memory = {0};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct err e = ERR_NONE;

		assert_int_equal(guest_memory_make(sizes[i], 0, &memory, &e), -EINVAL);
		assert_string_equal(e.code, "vm-memory");
	}
}

static void more_than_the_address_space_is_refused(void **state)
{
	struct guest_memory memory = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(guest_memory_make(UINT64_C(1) << 60, 0, &memory, &e), -ENOMEM);
	assert_int_equal(memory.n, 0);
}

static void a_slice_is_all_memory_or_none(void **state)
{
	const uint64_t top = GUEST_HOLE_END + MIB;
	const struct {
		gpa_t at;
		uint64_t length;
		bool is_memory;
	} slices[] = {
		{0, 1, true},
		{0, 0, false},
		{0, GUEST_HOLE_START, true},
		{0, GUEST_HOLE_START + 1, false},
		{1, GUEST_HOLE_START, false},
		{GUEST_HOLE_START - 1, 1, true},
		{GUEST_HOLE_START - 1, 2, false},
		{GUEST_HOLE_START, 1, false},
		{GUEST_HOLE_START - 1, GUEST_HOLE_END - GUEST_HOLE_START + 2, false},
		{GUEST_HOLE_END - 1, 1, false},
		{GUEST_HOLE_END - 1, 2, false},
		{GUEST_HOLE_END, 1, true},
		{GUEST_HOLE_END, MIB, true},
		{GUEST_HOLE_END, MIB + 1, false},
		{top - 1, 1, true},
		{top, 1, false},
		{top, 0, false},
		{UINT64_MAX, 1, false},
		{UINT64_MAX, UINT64_MAX, false},
		{0, UINT64_MAX, false},
		{GUEST_HOLE_END, UINT64_MAX, false},
		{GUEST_HOLE_END + 1, UINT64_MAX - GUEST_HOLE_END, false},
	};
	struct guest_memory memory = make(3 * gib + MIB, 0);

	(void)state;
	for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
		assert_int_equal(guest_slice(&memory, slices[i].at, slices[i].length) != NULL, slices[i].is_memory);
	assert_ptr_equal(guest_slice(&memory, GUEST_HOLE_END + 5, 1), memory.regions[1].host + 5);
	guest_memory_free(&memory);
}

static void a_copy_is_whole_or_not_at_all(void **state)
{
	struct guest_memory memory = make(MIB, 0);
	char text[4] = "abc";

	(void)state;
	assert_int_equal(guest_copy_to(&memory, MIB - 4, "wxyz", 4), 0);
	assert_int_equal(guest_copy_to(&memory, MIB - 3, "1234", 4), -EFAULT);
	assert_int_equal(guest_copy_from(&memory, MIB - 3, text, 4), -EFAULT);
	assert_string_equal(text, "abc");
	assert_int_equal(guest_copy_from(&memory, MIB - 4, text, 4), 0);
	assert_memory_equal(text, "wxyz", 4);
	guest_memory_free(&memory);
}

static void memory_begins_empty_where_a_huge_page_does(void **state)
{
	struct guest_memory memory = make(4 * MIB, GUEST_MEMORY_HUGEPAGES | GUEST_MEMORY_PREALLOCATE);
	uint64_t word = 1;

	(void)state;
	assert_int_equal((uintptr_t)memory.regions[0].host % (2 * MIB), 0);
	assert_int_equal(guest_copy_from(&memory, 4 * MIB - sizeof word, &word, sizeof word), 0);
	assert_int_equal(word, 0);
	guest_memory_free(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_below_the_hole_is_one_region),
		cmocka_unit_test(what_does_not_fit_below_the_hole_begins_above_it),
		cmocka_unit_test(a_size_that_is_no_number_of_pages_is_refused),
		cmocka_unit_test(more_than_the_address_space_is_refused),
		cmocka_unit_test(a_slice_is_all_memory_or_none),
		cmocka_unit_test(a_copy_is_whole_or_not_at_all),
		cmocka_unit_test(memory_begins_empty_where_a_huge_page_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
