/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/driver.h"

#include "microvm/virtio/balloon.h"
#include "tests/unit/unit.h"

#include <linux/virtio_balloon.h>
#include <linux/virtio_mmio.h>
#include <string.h>

enum {
	SIZE = 64,
	PAGES = DRIVER_DATA,           /* where lists of pages are written */
	GIVEN = DRIVER_DATA + 0x10000, /* the pages themselves */
	STATS = 1 << VIRTIO_BALLOON_F_STATS_VQ,
	REPORTING = 1 << VIRTIO_BALLOON_F_REPORTING,
};

static int set_up(void **state)
{
	struct driver *d = test_calloc(1, sizeof *d);

	driver_open(d, &(struct machine_device){.kind = MACHINE_BALLOON}, NULL, 0);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	driver_close(*state);
	test_free(*state);
	return 0;
}

static void fill(struct driver *d, unsigned int pages)
{
	memset(driver_at(d, GIVEN, (uint64_t)pages * GUEST_PAGE), 'x', (size_t)pages * GUEST_PAGE);
}

static bool is_given_up(struct driver *d, unsigned int page)
{
	const char *at = driver_at(d, GIVEN + (gpa_t)page * GUEST_PAGE, GUEST_PAGE);

	return at[0] == 0 && memcmp(at, at + 1, GUEST_PAGE - 1) == 0;
}

static void inflate(struct driver *d, const uint32_t *pages, uint32_t bytes)
{
	const struct driver_buffer buffer = {.at = PAGES, .length = bytes};
	uint32_t written;
	int used;

	memcpy(driver_at(d, PAGES, bytes), pages, bytes);
	used = driver_put(d, 0, &buffer, 1);
	assert_int_equal(driver_used(d, 0, &written), used);
	assert_int_equal(written, 0);
}

static void pages_go_back_to_the_host_in_any_order(void **state)
{
	const uint32_t first = GIVEN / GUEST_PAGE, pages[] = {first + 3, first + 2, first, first + 5, first + 6};
	struct driver *d = *state;

	driver_start(d, 0, SIZE);
	fill(d, 8);
	inflate(d, pages, sizeof pages);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(is_given_up(d, i), i != 1 && i != 4 && i != 7);
}

static void pages_that_are_none_are_passed_over(void **state)
{
	const uint32_t first = GIVEN / GUEST_PAGE, pages[] = {UINT32_MAX, 0, UINT32_MAX - 1, 0xc0000, first};
	struct driver *d = *state;

	driver_start(d, 0, SIZE);
	fill(d, 2);
	inflate(d, pages, sizeof pages);
	inflate(d, pages, 3); /* not even one number */
	assert_true(is_given_up(d, 0));
	assert_false(is_given_up(d, 1));
	assert_false(driver_needs_reset(d));
}

static void a_long_list_is_walked_to_its_end(void **state)
{
	enum { LONG = 600 };
	struct driver *d = *state;
	uint32_t pages[LONG];

	driver_start(d, 0, SIZE);
	fill(d, LONG);
	for (uint32_t i = 0; i < LONG; i++)
		pages[i] = GIVEN / GUEST_PAGE + i;
	inflate(d, pages, sizeof pages);
	for (unsigned int i = 0; i < LONG; i++)
		assert_true(is_given_up(d, i));
}

/* The queue of reports is the fourth with statistics, the third without. */
static void report(struct driver *d, unsigned int queue)
{
	const struct driver_buffer free[] = {
		{.at = GIVEN, .length = 2 * GUEST_PAGE, .writable = true},
		{.at = GIVEN + 3 * GUEST_PAGE + 8, .length = GUEST_PAGE, .writable = true},
	};
	uint32_t written;
	int used;

	fill(d, 5);
	used = driver_put(d, queue, free, 2);
	assert_int_equal(driver_used(d, queue, &written), used);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(is_given_up(d, i), i < 2);
}

static void whole_pages_that_are_reported_free_go_back(void **state)
{
	driver_start(*state, STATS | REPORTING, SIZE);
	report(*state, 3);
}

static void reports_move_up_where_there_are_no_statistics(void **state)
{
	driver_start(*state, REPORTING, SIZE);
	report(*state, 2);
}

static void reports_that_were_not_agreed_on_are_left_alone(void **state)
{
	const struct driver_buffer free = {.at = GIVEN, .length = GUEST_PAGE, .writable = true};
	struct driver *d = *state;
	uint32_t written;

	driver_start(d, STATS, SIZE);
	fill(d, 1);
	(void)driver_put(d, 3, &free, 1);
	assert_int_equal(driver_used(d, 3, &written), -1);
	assert_false(is_given_up(d, 0));
}

static void statistics_are_kept_and_asked_for_again(void **state)
{
	const struct virtio_balloon_stat told[] = {{.tag = VIRTIO_BALLOON_S_MEMFREE, .val = 1234},
		{.tag = 999, .val = 1}, {.tag = VIRTIO_BALLOON_S_AVAIL, .val = 5}};
	const struct driver_buffer buffer = {.at = PAGES, .length = sizeof told};
	struct driver *d = *state;
	struct balloon_stats stats;
	uint32_t written;
	int head;

	driver_start(d, STATS, SIZE);
	memcpy(driver_at(d, PAGES, sizeof told), told, sizeof told);
	head = driver_put(d, 2, &buffer, 1);
	assert_int_equal(driver_used(d, 2, &written), -1);
	stats = balloon_get_stats(d->made.device);
	assert_int_equal(stats.known, 1 << VIRTIO_BALLOON_S_MEMFREE | 1 << VIRTIO_BALLOON_S_AVAIL);
	assert_int_equal(stats.values[VIRTIO_BALLOON_S_MEMFREE], 1234);
	assert_int_equal(driver_used(d, 2, &written), head);
	(void)balloon_get_stats(d->made.device);
	assert_int_equal(driver_used(d, 2, &written), -1);
}

static void the_target_is_in_the_configuration_and_what_was_reached_is_heard(void **state)
{
	struct driver *d = *state;
	struct virtio_balloon_config config;

	driver_start(d, 0, SIZE);
	balloon_set_target(d->made.device, 77);
	driver_read_config(d, 0, &config, sizeof config);
	assert_int_equal(config.num_pages, 77);
	driver_write(d, VIRTIO_MMIO_CONFIG + offsetof(struct virtio_balloon_config, actual), 70);
	driver_write(d, VIRTIO_MMIO_CONFIG, 5);
	assert_int_equal(balloon_get_stats(d->made.device).actual_pages, 70);
	assert_int_equal(balloon_get_stats(d->made.device).target_pages, 77);
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(balloon_get_stats(d->made.device).actual_pages, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_go_back_to_the_host_in_any_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pages_that_are_none_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_list_is_walked_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whole_pages_that_are_reported_free_go_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reports_move_up_where_there_are_no_statistics, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reports_that_were_not_agreed_on_are_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(statistics_are_kept_and_asked_for_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_target_is_in_the_configuration_and_what_was_reached_is_heard, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
