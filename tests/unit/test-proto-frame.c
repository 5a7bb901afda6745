/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/proto/frame.h"

#include "base/own.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { LIMIT = 64, NOW = 0, SOON = 5000 };

static int setup(void **state)
{
	static int ends[2];

	*state = ends;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	int *ends = *state;

	own_release_fd(&ends[0]);
	own_release_fd(&ends[1]);
	return 0;
}

static void send_bytes(int fd, const void *bytes, size_t length)
{
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), length);
}

static void a_frame_arrives_as_it_was_sent(void **state)
{
	const int *ends = *state;
	const struct frame_parts parts = {.head = "head", .head_length = 4, .tail = "tail", .tail_length = 4};
	struct err e = ERR_NONE;
	own_frame frame = {0};

	assert_int_equal(frame_send(ends[0], 7, &parts, &e), 0);
	assert_int_equal(frame_receive(ends[1], LIMIT, SOON, &frame, &e), 1);
	assert_int_equal(frame.type, 7);
	assert_string_equal(text_string(&frame.payload), "headtail");
	assert_non_null(frame_exact(&frame, 8));
	assert_null(frame_exact(&frame, 7));
	assert_non_null(frame_head(&frame, 4));
	assert_null(frame_head(&frame, 9));
}

static void a_frame_may_have_no_payload(void **state)
{
	const int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	assert_int_equal(frame_send(ends[0], 9, &(struct frame_parts){0}, &e), 0);
	assert_int_equal(frame_receive(ends[1], 0, SOON, &frame, &e), 1);
	assert_int_equal(frame.type, 9);
	assert_non_null(frame_exact(&frame, 0));
}

static void a_stream_that_ends_between_frames_has_no_more(void **state)
{
	int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	own_release_fd(&ends[0]);
	assert_int_equal(frame_receive(ends[1], LIMIT, SOON, &frame, &e), 0);
	assert_int_equal(e.no, 0);
}

static void a_stream_that_ends_within_a_frame_is_broken(void **state)
{
	int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	send_bytes(ends[0], "\4\0\0\0\1\0\0\0abc", 11);
	own_release_fd(&ends[0]);
	assert_int_equal(frame_receive(ends[1], LIMIT, SOON, &frame, &e), -EPROTO);
}

static void a_frame_longer_than_the_limit_is_refused_before_it_comes(void **state)
{
	const int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	send_bytes(ends[0], "\101\0\0\0\1\0\0\0", 8);
	assert_int_equal(frame_receive(ends[1], LIMIT, SOON, &frame, &e), -EPROTO);
	assert_string_equal(e.code, "frame-broken");
}

static void a_header_that_is_none_is_refused(void **state)
{
	const int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	send_bytes(ends[0], "\0\0\0\0\1\0\1\0", 8);
	assert_int_equal(frame_receive(ends[1], LIMIT, SOON, &frame, &e), -EPROTO);
}

static void waiting_has_an_end(void **state)
{
	const int *ends = *state;
	struct err e = ERR_NONE;
	own_frame frame = {0};

	send_bytes(ends[0], "\4\0\0\0\1\0\0", 7);
	assert_int_equal(frame_receive(ends[1], LIMIT, NOW, &frame, &e), -ETIMEDOUT);
}

static void a_reader_takes_a_frame_byte_by_byte_and_leaves_what_follows(void **state)
{
	static const char bytes[] = "\3\0\0\0\2\0\0\0abcrest";
	const int *ends = *state;
	struct frame_reader reader = {0};
	struct err e = ERR_NONE;
	char rest[8] = "";

	for (size_t i = 0; i < 10; i++) {
		send_bytes(ends[0], bytes + i, 1);
		assert_int_equal(frame_reader_feed(&reader, ends[1], LIMIT, &e), 0);
	}
	send_bytes(ends[0], bytes + 10, 5);
	assert_int_equal(frame_reader_feed(&reader, ends[1], LIMIT, &e), 1);
	assert_int_equal(reader.frame.type, 2);
	assert_string_equal(text_string(&reader.frame.payload), "abc");
	assert_int_equal(recv(ends[1], rest, sizeof rest, 0), 4);
	assert_string_equal(rest, "rest");
	frame_reader_free(&reader);
}

static void a_reader_begins_anew_after_a_frame(void **state)
{
	int *ends = *state;
	struct frame_reader reader = {0};
	struct err e = ERR_NONE;

	send_bytes(ends[0], "\1\0\0\0\2\0\0\0a\1\0\0\0\3\0\0\0b", 18);
	assert_int_equal(frame_reader_feed(&reader, ends[1], LIMIT, &e), 1);
	assert_string_equal(text_string(&reader.frame.payload), "a");
	assert_int_equal(frame_reader_feed(&reader, ends[1], LIMIT, &e), 1);
	assert_int_equal(reader.frame.type, 3);
	assert_string_equal(text_string(&reader.frame.payload), "b");
	own_release_fd(&ends[0]);
	assert_int_equal(frame_reader_feed(&reader, ends[1], LIMIT, &e), -EPIPE);
	frame_reader_free(&reader);
}

/* More than a socket holds: the sender waits for the receiver. */
static void the_largest_frame_arrives_whole(void **state)
{
	int *ends = *state;
	own_mem char *bytes = malloc(FRAME_PAYLOAD_MAX);
	const struct frame_parts parts = {.tail = bytes, .tail_length = FRAME_PAYLOAD_MAX};
	const struct frame_parts more = {
		.head = "x", .head_length = 1, .tail = bytes, .tail_length = FRAME_PAYLOAD_MAX};
	struct err e = ERR_NONE;
	own_frame frame = {0};
	int status = 0;
	pid_t pid;

	assert_non_null(bytes);
	memset(bytes, 'x', FRAME_PAYLOAD_MAX);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(frame_send(ends[0], 1, &parts, &e) < 0);
	assert_int_equal(frame_receive(ends[1], FRAME_PAYLOAD_MAX, SOON, &frame, &e), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(frame.payload.length, FRAME_PAYLOAD_MAX);
	assert_memory_equal(frame.payload.data, bytes, FRAME_PAYLOAD_MAX);
	assert_int_equal(frame_send(ends[0], 1, &more, &e), -EMSGSIZE);
}

#define FRAME_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRAME_TEST(a_frame_arrives_as_it_was_sent),
		FRAME_TEST(a_frame_may_have_no_payload),
		FRAME_TEST(a_stream_that_ends_between_frames_has_no_more),
		FRAME_TEST(a_stream_that_ends_within_a_frame_is_broken),
		FRAME_TEST(a_frame_longer_than_the_limit_is_refused_before_it_comes),
		FRAME_TEST(a_header_that_is_none_is_refused),
		FRAME_TEST(waiting_has_an_end),
		FRAME_TEST(a_reader_takes_a_frame_byte_by_byte_and_leaves_what_follows),
		FRAME_TEST(a_reader_begins_anew_after_a_frame),
		FRAME_TEST(the_largest_frame_arrives_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
