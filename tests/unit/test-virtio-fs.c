/* SPDX-License-Identifier: Apache-2.0 */
/* The file system device between a driver and a server that the test plays itself. */
#include "tests/virtio/driver.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/fuse.h>
#include <linux/virtio_fs.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { URGENT, REQUEST, SIZE = 64, MANY = 16, IN = DRIVER_DATA, OUT = DRIVER_DATA + 0x10000, ROOM = 256 };

struct test {
	struct driver driver;
	int server, device_socket; /* the other end is the device's */
	struct fuse_in_header got; /* what the server was last sent */
	char body[1024];
	ssize_t length;
};

static int set_up(void **state)
{
	struct machine_device wish = {.kind = MACHINE_FS, .fs = {.server = 0, .tag = "cloche"}};
	struct test *t = test_calloc(1, sizeof *t);
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	t->server = pair[1];
	t->device_socket = pair[0];
	driver_open(&t->driver, &wish, pair, 1);
	driver_start(&t->driver, 0, SIZE);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct test *t = *state;

	driver_close(&t->driver);
	if (t->server >= 0)
		assert_int_equal(close(t->server), 0);
	test_free(t);
	return 0;
}

/* Puts a request with that body into the queue, with room for the answer where its size is not 0. */
static uint16_t ask(struct test *t, unsigned int queue, struct fuse_in_header *header, uint32_t room)
{
	const struct driver_buffer buffers[] = {{.at = IN, .length = sizeof *header},
		{.at = IN + sizeof *header, .length = 4},
		{.at = OUT, .length = sizeof(struct fuse_out_header), .writable = true},
		{.at = OUT + sizeof(struct fuse_out_header),
			.length = room - (uint32_t)sizeof(struct fuse_out_header),
			.writable = true}};

	header->len = sizeof *header + 4;
	memcpy(driver_at(&t->driver, IN, sizeof *header), header, sizeof *header);
	memcpy(driver_at(&t->driver, IN + sizeof *header, 4), "body", 4);
	return driver_put(&t->driver, queue, buffers, room ? room > sizeof(struct fuse_out_header) ? 4 : 3 : 2);
}

/* What the server is sent next; false: nothing. */
static bool server_receive(struct test *t)
{
	struct iovec parts[] = {{&t->got, sizeof t->got}, {t->body, sizeof t->body}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	t->length = recvmsg(t->server, &message, MSG_DONTWAIT);
	return t->length > 0;
}

static void server_answer(struct test *t, uint64_t unique, const char *text)
{
	struct fuse_out_header out = {.len = (uint32_t)(sizeof out + strlen(text)), .unique = unique};
	struct iovec parts[] = {{&out, sizeof out}, {(void *)(uintptr_t)text, strlen(text)}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	assert_int_equal(sendmsg(t->server, &message, 0), out.len);
	driver_run(&t->driver, 0);
}

static struct fuse_out_header answer(struct test *t)
{
	struct fuse_out_header out;

	memcpy(&out, driver_at(&t->driver, OUT, sizeof out), sizeof out);
	return out;
}

static void a_tag_and_one_queue_are_offered(void **state)
{
	struct test *t = *state;
	struct virtio_fs_config config;

	driver_read_config(&t->driver, 0, &config, sizeof config);
	assert_string_equal((const char *)config.tag, "cloche");
	assert_int_equal(config.num_request_queues, 1);
	assert_int_equal(driver_read(&t->driver, VIRTIO_MMIO_DEVICE_ID), VIRTIO_FS);
}

static void a_request_goes_to_the_server_and_its_answer_back(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_LOOKUP, .unique = 4711, .nodeid = 1, .uid = 7};
	struct test *t = *state;
	uint32_t written = 0;
	uint16_t head = ask(t, REQUEST, &header, ROOM);

	assert_true(server_receive(t));
	assert_int_equal(t->length, header.len);
	assert_int_equal(t->got.opcode, FUSE_LOOKUP);
	assert_int_equal(t->got.uid, 7);
	assert_memory_equal(t->body, "body", 4);
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), -1);
	(void)driver_interrupts(&t->driver);
	server_answer(t, t->got.unique, "answer");
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), head);
	assert_int_equal(written, sizeof(struct fuse_out_header) + 6);
	assert_int_equal(answer(t).unique, 4711);
	assert_memory_equal(driver_at(&t->driver, OUT + sizeof(struct fuse_out_header), 6), "answer", 6);
	assert_int_equal(driver_interrupts(&t->driver), 1);
}

static void answers_come_in_any_order_also_to_the_same_number_twice(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_LOOKUP, .unique = 5};
	struct test *t = *state;
	uint64_t first;
	uint16_t heads[] = {ask(t, REQUEST, &header, ROOM), ask(t, REQUEST, &header, ROOM)};
	uint32_t written;

	assert_true(server_receive(t));
	first = t->got.unique;
	assert_true(server_receive(t));
	assert_int_not_equal(first, t->got.unique);
	server_answer(t, t->got.unique, "");
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), heads[1]);
	server_answer(t, first, "");
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), heads[0]);
}

static void what_has_no_answer_is_done_at_once(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_FORGET, .unique = 5};
	struct test *t = *state;
	uint32_t written = 1;
	uint16_t head = ask(t, URGENT, &header, 0);

	assert_int_equal(driver_used(&t->driver, URGENT, &written), head);
	assert_int_equal(written, 0);
	assert_true(server_receive(t));
	assert_int_equal(t->got.opcode, FUSE_FORGET);
}

static void an_answer_without_room_is_an_error(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_READ, .unique = 5};
	struct test *t = *state;
	uint32_t written = 0;
	uint16_t head = ask(t, REQUEST, &header, sizeof(struct fuse_out_header));

	assert_true(server_receive(t));
	server_answer(t, t->got.unique, "more than that");
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), head);
	assert_int_equal(written, sizeof(struct fuse_out_header));
	assert_int_equal(answer(t).error, -EIO);
	assert_int_equal(answer(t).unique, 5);
}

static void a_request_that_is_none_comes_back_at_once(void **state)
{
	const struct driver_buffer small = {.at = IN, .length = 10};
	struct fuse_in_header header = {.opcode = FUSE_READ, .unique = 5, .len = 1000};
	const struct driver_buffer lying = {.at = IN, .length = sizeof header};
	struct test *t = *state;
	uint32_t written;
	uint16_t head = driver_put(&t->driver, REQUEST, &small, 1);

	assert_int_equal(driver_used(&t->driver, REQUEST, &written), head);
	memcpy(driver_at(&t->driver, IN, sizeof header), &header, sizeof header);
	head = driver_put(&t->driver, REQUEST, &lying, 1);
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), head);
	assert_false(server_receive(t));
}

static void an_answer_from_before_a_reset_is_thrown_away(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_LOOKUP, .unique = 5};
	struct test *t = *state;
	uint64_t before;
	uint32_t written;

	(void)ask(t, REQUEST, &header, ROOM);
	assert_true(server_receive(t));
	before = t->got.unique;
	driver_write(&t->driver, VIRTIO_MMIO_STATUS, 0);
	driver_start(&t->driver, 0, SIZE);
	(void)ask(t, REQUEST, &header, ROOM);
	server_answer(t, before, "old");
	assert_int_equal(driver_used(&t->driver, REQUEST, &written), -1);
	assert_true(server_receive(t));
	server_answer(t, t->got.unique, "new");
	assert_true(driver_used(&t->driver, REQUEST, &written) >= 0);
}

static void requests_wait_while_the_socket_is_full(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_LOOKUP, .unique = 5};
	struct test *t = *state;
	const int small = 4096;
	int n = 0;

	assert_int_equal(setsockopt(t->device_socket, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	for (int i = 0; i < MANY; i++)
		(void)ask(t, REQUEST, &header, ROOM);
	while (server_receive(t))
		n++;
	assert_in_range(n, 1, MANY - 1);
	do {
		driver_run(&t->driver, 0);
		while (server_receive(t))
			n++;
	} while (n < MANY);
	assert_int_equal(n, MANY);
}

static void the_machine_ends_when_the_server_is_gone(void **state)
{
	struct fuse_in_header header = {.opcode = FUSE_LOOKUP, .unique = 5};
	struct test *t = *state;

	assert_int_equal(close(t->server), 0);
	t->server = -1;
	driver_run(&t->driver, 0);
	assert_int_equal(t->driver.failed, 1);
	(void)ask(t, REQUEST, &header, ROOM);
	assert_int_equal(t->driver.failed, 1);
}

static void the_machine_ends_when_the_server_sends_nonsense(void **state)
{
	struct test *t = *state;

	assert_int_equal(send(t->server, "nonsense", 8, 0), 8);
	driver_run(&t->driver, 0);
	assert_int_equal(t->driver.failed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tag_and_one_queue_are_offered),
		TEST(a_request_goes_to_the_server_and_its_answer_back),
		TEST(answers_come_in_any_order_also_to_the_same_number_twice),
		TEST(what_has_no_answer_is_done_at_once),
		TEST(an_answer_without_room_is_an_error),
		TEST(a_request_that_is_none_comes_back_at_once),
		TEST(an_answer_from_before_a_reset_is_thrown_away),
		TEST(requests_wait_while_the_socket_is_full),
		TEST(the_machine_ends_when_the_server_is_gone),
		TEST(the_machine_ends_when_the_server_sends_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
