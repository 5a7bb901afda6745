/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/driver.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 8, TO_GUEST = 0, FROM_GUEST = 1, SAID = DRIVER_DATA, ROOM = DRIVER_DATA + 0x100000 };

struct under_test {
	struct driver driver;
	int in; /* what is written here the guest is told; -1: no input */
};

static void open_with(struct under_test *t, int in)
{
	struct machine_device wish = {.kind = MACHINE_CONSOLE, .console = {.log = MACHINE_NO_FD, .in = MACHINE_NO_FD}};

	if (in >= 0)
		wish.console.in = 0;
	driver_open(&t->driver, &wish, &in, 1);
	assert_int_equal(in, -1); /* it is the device's */
	driver_start(&t->driver, 0, SIZE);
}

static int set_up(void **state)
{
	struct under_test *t = test_calloc(1, sizeof *t);
	int pipe[2];

	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	t->in = pipe[1];
	open_with(t, pipe[0]);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct under_test *t = *state;

	driver_close(&t->driver);
	if (t->in >= 0)
		close(t->in);
	test_free(t);
	return 0;
}

static void say(struct driver *d, const char *text)
{
	const struct driver_buffer buffer = {.at = SAID, .length = (uint32_t)strlen(text)};
	uint32_t written;

	memcpy(driver_at(d, SAID, buffer.length), text, buffer.length);
	(void)driver_put(d, FROM_GUEST, &buffer, 1);
	assert_true(driver_used(d, FROM_GUEST, &written) >= 0);
	assert_int_equal(written, 0);
}

static void what_the_guest_says_is_logged(void **state)
{
	struct under_test *t = *state;

	say(&t->driver, "hello from ");
	say(&t->driver, "the guest\n");
	assert_true(guest_log_has(&t->driver.log, "hello from the guest\n"));
	assert_int_equal(driver_interrupts(&t->driver), 2);
}

static void of_an_endless_line_the_end_is_logged(void **state)
{
	const struct driver_buffer buffer = {.at = SAID, .length = 1 << 20};
	struct under_test *t = *state;

	memcpy(driver_at(&t->driver, SAID, 5), "begin", 5);
	memcpy(driver_at(&t->driver, SAID + (1 << 20) - 3, 3), "end", 3);
	(void)driver_put(&t->driver, FROM_GUEST, &buffer, 1);
	assert_true(guest_log_has(&t->driver.log, "end"));
	assert_int_equal(t->driver.log.total, GUEST_LOG_BYTES);
}

static void give_room(struct driver *d, uint32_t length)
{
	const struct driver_buffer buffer = {.at = ROOM, .length = length, .writable = true};

	(void)driver_put(d, TO_GUEST, &buffer, 1);
}

static void expect_told(struct driver *d, const char *text)
{
	uint32_t written = 0;

	assert_true(driver_used(d, TO_GUEST, &written) >= 0);
	assert_int_equal(written, strlen(text));
	assert_memory_equal(driver_at(d, ROOM, written), text, written);
}

static void input_waits_for_room_and_room_for_input(void **state)
{
	struct under_test *t = *state;
	uint32_t written;

	assert_int_equal(write(t->in, "one", 3), 3);
	driver_run(&t->driver, 0);
	give_room(&t->driver, 16);
	expect_told(&t->driver, "one");
	give_room(&t->driver, 16);
	assert_int_equal(driver_used(&t->driver, TO_GUEST, &written), -1);
	assert_int_equal(write(t->in, "two", 3), 3);
	driver_run(&t->driver, 0);
	expect_told(&t->driver, "two");
}

static void input_is_read_piece_by_piece(void **state)
{
	struct under_test *t = *state;

	assert_int_equal(write(t->in, "abcdef", 6), 6);
	give_room(&t->driver, 4);
	expect_told(&t->driver, "abcd");
	give_room(&t->driver, 4);
	expect_told(&t->driver, "ef");
}

static void input_that_ends_leaves_the_console_as_it_is(void **state)
{
	struct under_test *t = *state;
	uint32_t written;

	give_room(&t->driver, 16);
	close(t->in);
	t->in = -1;
	driver_run(&t->driver, 0);
	assert_int_equal(driver_used(&t->driver, TO_GUEST, &written), -1);
	say(&t->driver, "still here");
	assert_true(guest_log_has(&t->driver.log, "still here"));
}

static void input_is_kept_for_the_next_driver(void **state)
{
	struct under_test *t = *state;

	give_room(&t->driver, 16);
	driver_write(&t->driver, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(write(t->in, "late", 4), 4);
	driver_run(&t->driver, 0); /* comes to rest, though there is input */
	driver_start(&t->driver, 0, SIZE);
	give_room(&t->driver, 16);
	expect_told(&t->driver, "late");
}

static void room_that_cannot_be_written_needs_a_reset(void **state)
{
	const struct driver_buffer buffer = {.at = ROOM, .length = 16};
	struct under_test *t = *state;

	assert_int_equal(write(t->in, "one", 3), 3);
	(void)driver_put(&t->driver, TO_GUEST, &buffer, 1);
	assert_true(driver_needs_reset(&t->driver));
}

static void input_from_a_file_is_read_to_its_end(void **state)
{
	struct under_test t = {.in = -1};
	int file = memfd_create("input", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(pwrite(file, "a file", 6, 0), 6);
	open_with(&t, file);
	give_room(&t.driver, 16);
	expect_told(&t.driver, "a file");
	give_room(&t.driver, 16);
	driver_close(&t.driver);
}

static void a_console_needs_no_input(void **state)
{
	struct under_test t = {.in = -1};

	(void)state;
	open_with(&t, -1);
	give_room(&t.driver, 16);
	say(&t.driver, "alone");
	assert_true(guest_log_has(&t.driver.log, "alone"));
	driver_close(&t.driver);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_guest_says_is_logged),
		TEST(of_an_endless_line_the_end_is_logged),
		TEST(input_waits_for_room_and_room_for_input),
		TEST(input_is_read_piece_by_piece),
		TEST(input_that_ends_leaves_the_console_as_it_is),
		TEST(input_is_kept_for_the_next_driver),
		TEST(room_that_cannot_be_written_needs_a_reset),
		cmocka_unit_test(input_from_a_file_is_read_to_its_end),
		cmocka_unit_test(a_console_needs_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
