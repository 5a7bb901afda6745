/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/driver.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BIT(n) (UINT64_C(1) << (n))

enum {
	SIZE = 128,
	SECTORS = 128,
	HEADER = DRIVER_DATA,
	DATA = DRIVER_DATA + 0x1000,
	STATUS = DRIVER_DATA + 0x100000,
	UNANSWERED = 0xee,
};

struct under_test {
	struct driver driver;
	int disk;
};

static const struct machine_device plain_wish = {
	.kind = MACHINE_BLOCK, .block = {.fd = 0, .queues = 1, .serial = "a serial number 2345"}};

static struct under_test *open_with(const struct machine_device *wish, uint64_t features)
{
	struct under_test *t = test_calloc(1, sizeof *t);
	int given;

	t->disk = memfd_create("disk", MFD_CLOEXEC);
	assert_int_equal(ftruncate(t->disk, SECTORS * 512), 0);
	given = fcntl(t->disk, F_DUPFD_CLOEXEC, 0);
	driver_open(&t->driver, wish, &given, 1);
	driver_start(&t->driver, features, SIZE);
	return t;
}

static int set_up(void **state)
{
	*state = open_with(&plain_wish, UINT64_MAX);
	return 0;
}

static int tear_down(void **state)
{
	struct under_test *t = *state;

	driver_close(&t->driver);
	close(t->disk);
	test_free(t);
	return 0;
}

#define DRIVER_OF(state) (&((struct under_test *)*(state))->driver)

static int wait_used(struct driver *d, unsigned int queue, uint32_t *ret_written)
{
	int head = driver_used(d, queue, ret_written);

	for (int tries = 0; head < 0 && tries < 200; tries++) {
		driver_run(d, 10);
		head = driver_used(d, queue, ret_written);
	}
	return head;
}

static void set_header(struct driver *d, uint32_t type, uint64_t sector)
{
	*(struct virtio_blk_outhdr *)driver_at(d, HEADER, sizeof(struct virtio_blk_outhdr)) =
		(struct virtio_blk_outhdr){.type = type, .sector = sector};
	*(uint8_t *)driver_at(d, STATUS, 1) = UNANSWERED;
}

static void put_request(struct driver *d, unsigned int queue, uint32_t data, bool in)
{
	const struct driver_buffer buffers[3] = {{.at = HEADER, .length = 16},
		{.at = data ? DATA : STATUS, .length = data ? data : 1, .writable = data ? in : true},
		{.at = STATUS, .length = 1, .writable = true}};

	(void)driver_put(d, queue, buffers, data ? 3 : 2);
}

/* Returns the status. */
static int request_on(struct driver *d, unsigned int queue, uint32_t type, uint64_t sector, uint32_t data)
{
	const bool in = type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID;
	uint32_t written = 0;
	int status;

	set_header(d, type, sector);
	put_request(d, queue, data, in);
	assert_true(wait_used(d, queue, &written) >= 0);
	status = *(const uint8_t *)driver_at(d, STATUS, 1);
	assert_int_equal(written, status == VIRTIO_BLK_S_OK && in ? data + 1 : 1);
	return status;
}

static int request(struct driver *d, uint32_t type, uint64_t sector, uint32_t data)
{
	return request_on(d, 0, type, sector, data);
}

static void what_is_written_is_read(void **state)
{
	struct driver *d = DRIVER_OF(state);
	char sector[512];

	memset(driver_at(d, DATA, 1024), 'x', 1024);
	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, 3, 1024), VIRTIO_BLK_S_OK);
	assert_int_equal(pread(((struct under_test *)*state)->disk, sector, 512, 4 * 512), 512);
	assert_int_equal(sector[511], 'x');
	assert_int_equal(request(d, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
	memset(driver_at(d, DATA, 2048), 0, 2048);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, 2, 2048), VIRTIO_BLK_S_OK);
	assert_int_equal(*(const char *)driver_at(d, DATA + 511, 1), 0);
	assert_int_equal(*(const char *)driver_at(d, DATA + 512, 1), 'x');
	assert_int_equal(*(const char *)driver_at(d, DATA + 1535, 1), 'x');
	assert_int_equal(*(const char *)driver_at(d, DATA + 1536, 1), 0);
	assert_true(driver_interrupts(d) >= 1);
}

static void the_last_sector_is_the_last(void **state)
{
	struct driver *d = DRIVER_OF(state);

	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, SECTORS - 1, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, SECTORS - 1, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, SECTORS, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, UINT64_MAX, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, UINT64_MAX / 512 + 1, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, UINT64_MAX - 1, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(lseek(((struct under_test *)*state)->disk, 0, SEEK_END), SECTORS * 512);
}

static void transfers_are_whole_sectors(void **state)
{
	struct driver *d = DRIVER_OF(state);

	assert_int_equal(request(d, VIRTIO_BLK_T_IN, 0, 511), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, 0, 513), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, 0, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, VIRTIO_BLK_T_OUT, 0, 0), VIRTIO_BLK_S_IOERR);
}

static void what_is_not_known_is_not_supported(void **state)
{
	struct driver *d = DRIVER_OF(state);

	assert_int_equal(request(d, VIRTIO_BLK_T_SECURE_ERASE, 0, 0), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(request(d, UINT32_MAX, 0, 512), VIRTIO_BLK_S_UNSUPP);
}

static void a_disk_tells_its_serial_number(void **state)
{
	struct driver *d = DRIVER_OF(state);

	assert_int_equal(request(d, VIRTIO_BLK_T_GET_ID, 0, 20), VIRTIO_BLK_S_OK);
	assert_memory_equal(driver_at(d, DATA, 20), "a serial number 2345", 20);
	assert_int_equal(request(d, VIRTIO_BLK_T_GET_ID, 0, 19), VIRTIO_BLK_S_IOERR);
}

static int range_request(struct driver *d, uint32_t type, struct virtio_blk_discard_write_zeroes range)
{
	memcpy(driver_at(d, DATA, sizeof range), &range, sizeof range);
	return request(d, type, 0, sizeof range);
}

static void a_discard_stays_on_the_disk(void **state)
{
	struct driver *d = DRIVER_OF(state);
	const uint32_t type = VIRTIO_BLK_T_DISCARD;
	char byte = 'x';
	int disk = ((struct under_test *)*state)->disk;

	assert_int_equal(pwrite(disk, &byte, 1, 8 * 512), 1);
	assert_int_equal(range_request(d, type, (struct virtio_blk_discard_write_zeroes){8, 8, 0}), VIRTIO_BLK_S_OK);
	assert_int_equal(pread(disk, &byte, 1, 8 * 512), 1);
	assert_int_equal(byte, 0);
	assert_int_equal(range_request(d, type, (struct virtio_blk_discard_write_zeroes){8, 0, 0}), VIRTIO_BLK_S_IOERR);
	assert_int_equal(
		range_request(d, type, (struct virtio_blk_discard_write_zeroes){SECTORS, 1, 0}), VIRTIO_BLK_S_IOERR);
	assert_int_equal(
		range_request(d, type, (struct virtio_blk_discard_write_zeroes){1, UINT32_MAX, 0}), VIRTIO_BLK_S_IOERR);
	assert_int_equal(
		range_request(d, type, (struct virtio_blk_discard_write_zeroes){UINT64_MAX, 8, 0}), VIRTIO_BLK_S_IOERR);
	assert_int_equal(
		range_request(d, type, (struct virtio_blk_discard_write_zeroes){0, 8, 1}), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(request(d, type, 0, 32), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(d, type, 0, 8), VIRTIO_BLK_S_IOERR);
	assert_int_equal(lseek(disk, 0, SEEK_END), SECTORS * 512);
}

/* A memory file has no such call: then the driver writes zeroes itself. */
static void zeroes_are_written_or_left_to_the_driver(void **state)
{
	struct driver *d = DRIVER_OF(state);
	const int status =
		range_request(d, VIRTIO_BLK_T_WRITE_ZEROES, (struct virtio_blk_discard_write_zeroes){0, 8, 1});

	assert_true(status == VIRTIO_BLK_S_OK || status == VIRTIO_BLK_S_UNSUPP);
}

static void a_request_in_odd_pieces_is_one_request(void **state)
{
	const struct driver_buffer buffers[] = {{.at = HEADER, .length = 1}, {.at = HEADER + 1, .length = 14},
		{.at = HEADER + 15, .length = 1}, {.at = DATA, .length = 300, .writable = true},
		{.at = DATA + 300, .length = 213, .writable = true}};
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;

	assert_int_equal(pwrite(((struct under_test *)*state)->disk, "a", 1, 511), 1);
	set_header(d, VIRTIO_BLK_T_IN, 0);
	memset(driver_at(d, DATA, 513), UNANSWERED, 513);
	(void)driver_put(d, 0, buffers, 5);
	assert_true(wait_used(d, 0, &written) >= 0);
	assert_int_equal(written, 513);
	assert_int_equal(*(const char *)driver_at(d, DATA + 511, 1), 'a');
	assert_int_equal(*(const char *)driver_at(d, DATA + 512, 1), VIRTIO_BLK_S_OK);
}

static void a_write_may_follow_its_header_in_one_buffer(void **state)
{
	const struct driver_buffer buffers[] = {
		{.at = HEADER, .length = 16 + 512}, {.at = STATUS, .length = 1, .writable = true}};
	struct driver *d = DRIVER_OF(state);
	uint32_t written = 0;
	char first = 0;

	set_header(d, VIRTIO_BLK_T_OUT, 1);
	memset(driver_at(d, HEADER + 16, 512), 'b', 512);
	(void)driver_put(d, 0, buffers, 2);
	assert_true(wait_used(d, 0, &written) >= 0);
	assert_int_equal(pread(((struct under_test *)*state)->disk, &first, 1, 512), 1);
	assert_int_equal(first, 'b');
}

static void a_request_without_header_or_status_needs_a_reset(void **state)
{
	const struct driver_buffer short_header[] = {
		{.at = HEADER, .length = 15}, {.at = STATUS, .length = 1, .writable = true}};
	const struct driver_buffer no_status[] = {{.at = HEADER, .length = 16 + 512}};
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	(void)driver_put(d, 0, short_header, 2);
	assert_true(driver_needs_reset(d));
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	driver_start(d, 0, SIZE);
	(void)driver_put(d, 0, no_status, 1);
	assert_true(driver_needs_reset(d));
	assert_int_equal(driver_used(d, 0, &written), -1);
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	driver_start(d, 0, SIZE);
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
}

static void more_requests_than_places_are_all_done(void **state)
{
	const struct driver_buffer buffers[] = {
		{.at = HEADER, .length = 16}, {.at = STATUS, .length = 1, .writable = true}};
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	set_header(d, VIRTIO_BLK_T_FLUSH, 0);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < SIZE / 2; i++)
			driver_offer(d, 0, driver_chain(d, 0, buffers, 2));
		driver_kick(d, 0);
		for (int i = 0; i < SIZE / 2; i++)
			assert_true(wait_used(d, 0, &written) >= 0);
	}
}

static void a_reset_forgets_what_is_on_its_way(void **state)
{
	struct driver *d = DRIVER_OF(state);
	uint32_t written;

	for (int round = 0; round < 50; round++) {
		set_header(d, VIRTIO_BLK_T_IN, 0);
		for (int i = 0; i < 20; i++)
			put_request(d, 0, 4096, true);
		driver_write(d, VIRTIO_MMIO_STATUS, 0);
		memset(driver_at(d, DATA, 4096), UNANSWERED, 4096);
		driver_run(d, 1);
		assert_int_equal(*(const uint8_t *)driver_at(d, DATA, 1), UNANSWERED);
		driver_start(d, 0, SIZE);
		assert_int_equal(driver_used(d, 0, &written), -1);
	}
	assert_int_equal(request(d, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
}

static void the_configuration_says_what_the_disk_is(void **state)
{
	struct virtio_blk_config config;

	driver_read_config(DRIVER_OF(state), 0, &config, sizeof config);
	assert_int_equal(config.capacity, SECTORS);
	assert_int_equal(config.blk_size, 512);
	assert_int_equal(config.num_queues, 1);
	assert_int_equal(config.seg_max, SIZE - 2);
	assert_int_equal(config.max_discard_seg, 1);
}

static void a_disk_that_is_read_only_is_not_written(void **state)
{
	struct machine_device wish = plain_wish;
	struct under_test *t;

	(void)state;
	wish.block.read_only = 1;
	t = open_with(&wish, UINT64_MAX);
	assert_true(t->driver.made.device->driver_features & BIT(VIRTIO_BLK_F_RO));
	assert_false(t->driver.made.device->driver_features & BIT(VIRTIO_BLK_F_DISCARD));
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_OUT, 0, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_DISCARD, 0, 16), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	tear_down((void **)&t);
}

static void every_queue_is_served(void **state)
{
	struct machine_device wish = plain_wish;
	struct under_test *t;

	(void)state;
	wish.block.queues = 4;
	t = open_with(&wish, UINT64_MAX);
	assert_true(t->driver.made.device->driver_features & BIT(VIRTIO_BLK_F_MQ));
	for (unsigned int queue = 0; queue < 4; queue++)
		assert_int_equal(request_on(&t->driver, queue, VIRTIO_BLK_T_IN, queue, 512), VIRTIO_BLK_S_OK);
	tear_down((void **)&t);
}

static void a_rate_holds_requests_back_and_lets_them_go(void **state)
{
	struct machine_device wish = plain_wish;
	struct under_test *t;
	uint32_t written;

	(void)state;
	wish.block.operations_per_s = 2;
	t = open_with(&wish, 0);
	assert_int_equal(request(&t->driver, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	set_header(&t->driver, VIRTIO_BLK_T_IN, 0);
	put_request(&t->driver, 0, 512, true);
	driver_run(&t->driver, 0);
	assert_int_equal(driver_used(&t->driver, 0, &written), -1);
	assert_true(wait_used(&t->driver, 0, &written) >= 0);
	tear_down((void **)&t);
}

static void a_disk_that_is_not_one_is_refused(void **state)
{
	static const struct {
		struct machine_block block;
		int flags;
	} rows[] = {
		{{.fd = MACHINE_NO_FD}, O_RDWR},
		{{.fd = 0}, O_RDONLY},
		{{.fd = 0, .bytes = SECTORS * 512 + 1}, O_RDWR},
		{{.fd = 0, .queues = VIRTIO_QUEUES_MAX + 1}, O_RDWR},
		{{.fd = 0, .direct = 1}, O_RDWR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[] = "cloche-test-XXXXXX";
		int made = mkostemp(path, O_CLOEXEC), fd = open(path, rows[i].flags | O_CLOEXEC);
		struct machine_device wish = {.kind = MACHINE_BLOCK, .block = rows[i].block};
		struct driver d;
		struct virtio_made ret;
		struct err e = ERR_NONE;

		unlink(path);
		assert_int_equal(ftruncate(made, SECTORS * 512), 0);
		close(made);
		driver_open_place(&d);
		assert_true(block_make(&(struct virtio_wish){&wish, &fd, 1, &d.place}, &ret, &e) < 0);
		assert_string_not_equal(e.text, "");
		loop_close(&d.loop);
		guest_memory_free(&d.memory);
		guest_log_close(&d.log);
		close(d.place.irq.eventfd);
		if (fd >= 0)
			close(fd);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read),
		TEST(the_last_sector_is_the_last),
		TEST(transfers_are_whole_sectors),
		TEST(what_is_not_known_is_not_supported),
		TEST(a_disk_tells_its_serial_number),
		TEST(a_discard_stays_on_the_disk),
		TEST(zeroes_are_written_or_left_to_the_driver),
		TEST(a_request_in_odd_pieces_is_one_request),
		TEST(a_write_may_follow_its_header_in_one_buffer),
		TEST(a_request_without_header_or_status_needs_a_reset),
		TEST(more_requests_than_places_are_all_done),
		TEST(a_reset_forgets_what_is_on_its_way),
		TEST(the_configuration_says_what_the_disk_is),
		cmocka_unit_test(a_disk_that_is_read_only_is_not_written),
		cmocka_unit_test(every_queue_is_served),
		cmocka_unit_test(a_rate_holds_requests_back_and_lets_them_go),
		cmocka_unit_test(a_disk_that_is_not_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
