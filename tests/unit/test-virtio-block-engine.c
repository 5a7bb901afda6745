/* SPDX-License-Identifier: Apache-2.0 */
/* Each engine does the same; what this host has no io_uring for is skipped. */
#include "microvm/virtio/block_engine.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEPTH = 8, BYTES = 1 << 16 };

struct under_test {
	const struct block_engine_class *class;
	struct block_engine engine;
	int done, error;
};

static void note_done(void *owner, struct block_io *io, int error)
{
	struct under_test *t = owner;

	(void)io;
	t->done++;
	t->error = error;
}

static bool open_engine(struct under_test *t, const struct block_engine_class *class)
{
	struct err e = ERR_NONE;

	*t = (struct under_test){.class = class,
		.engine = {.class = class, .fd = memfd_create("disk", MFD_CLOEXEC), .done = note_done, .owner = t}};
	assert_int_equal(ftruncate(t->engine.fd, BYTES), 0);
	return class->open(&t->engine, DEPTH, &e) == 0;
}

static void close_engine(struct under_test *t)
{
	int fd = t->engine.fd;

	block_engine_close(&t->engine);
	close(fd);
}

static int carry_out(struct under_test *t, struct block_io io)
{
	t->done = 0;
	block_engine_submit(&t->engine, &io);
	assert_true(block_engine_push(&t->engine));
	block_engine_drain(&t->engine);
	assert_int_equal(t->done, 1);
	assert_int_equal(t->engine.in_flight, 0);
	return t->error;
}

static int transfer(struct under_test *t, enum block_operation operation, uint64_t offset, char text[8])
{
	struct iovec halves[2] = {{text, 3}, {text + 3, 5}};

	return carry_out(t, (struct block_io){.operation = operation,
				    .durable = true,
				    .offset = offset,
				    .length = 8,
				    .buffers = halves,
				    .buffers_n = 2});
}

static void check_transfers(struct under_test *t)
{
	char text[8] = "written", back[8] = "";

	assert_int_equal(transfer(t, BLOCK_WRITE, 4096, text), 0);
	assert_int_equal(carry_out(t, (struct block_io){.operation = BLOCK_FLUSH}), 0);
	assert_int_equal(transfer(t, BLOCK_READ, 4096, back), 0);
	assert_memory_equal(back, "written", 8);
	assert_int_equal(
		carry_out(t, (struct block_io){.operation = BLOCK_DISCARD, .offset = 4096, .length = 4096}), 0);
	assert_int_equal(transfer(t, BLOCK_READ, 4096, back), 0);
	assert_memory_equal(back, "\0\0\0\0\0\0\0", 8);
}

/* The disk has shrunk under us; part of the read is still there. */
static void check_end(struct under_test *t)
{
	char back[8] = "";

	assert_int_equal(ftruncate(t->engine.fd, 4100), 0);
	assert_int_equal(transfer(t, BLOCK_READ, 4096, back), -EIO);
	assert_int_equal(transfer(t, BLOCK_READ, 1 << 20, back), -EIO);
}

static void check_drain(struct under_test *t)
{
	struct block_io io[DEPTH];
	struct iovec buffers[DEPTH];
	char bytes[DEPTH];

	t->done = 0;
	for (size_t i = 0; i < DEPTH; i++) {
		buffers[i] = (struct iovec){&bytes[i], 1};
		io[i] = (struct block_io){
			.operation = BLOCK_READ, .offset = i, .length = 1, .buffers = &buffers[i], .buffers_n = 1};
		block_engine_submit(&t->engine, &io[i]);
	}
	block_engine_drain(&t->engine); /* pushes, too */
	assert_int_equal(t->done, DEPTH);
}

static void check_engine(const struct block_engine_class *class)
{
	struct under_test t;

	if (!open_engine(&t, class)) {
		close(t.engine.fd);
		skip();
	}
	check_transfers(&t);
	check_drain(&t);
	check_end(&t);
	close_engine(&t);
}

static void plain_calls_read_write_flush_and_discard(void **state)
{
	(void)state;
	check_engine(&block_engine_plain);
}

static void io_uring_reads_writes_flushes_and_discards(void **state)
{
	(void)state;
	check_engine(&block_engine_uring);
}

static void an_engine_that_was_never_opened_is_closed(void **state)
{
	struct block_engine engine = {.fd = -1, .event = -1};

	(void)state;
	block_engine_close(&engine);
	assert_null(engine.class);
}

static void progress_is_counted_across_buffers(void **state)
{
	char bytes[8];
	struct iovec buffers[2] = {{bytes, 3}, {bytes + 3, 5}};
	struct block_io io = {.operation = BLOCK_READ, .offset = 100, .length = 8, .buffers = buffers, .buffers_n = 2};
	int error = 1;

	(void)state;
	assert_true(block_io_advance(&io, 4, &error));
	assert_int_equal(io.offset, 104);
	assert_int_equal(io.length, 4);
	assert_int_equal(io.buffers_n, 1);
	assert_ptr_equal(io.buffers->iov_base, bytes + 4);
	assert_int_equal(io.buffers->iov_len, 4);
	assert_false(block_io_advance(&io, 0, &error));
	assert_int_equal(error, -EIO);
	assert_false(block_io_advance(&io, -ENOSPC, &error));
	assert_int_equal(error, -ENOSPC);
	assert_false(block_io_advance(&io, 4, &error));
	assert_int_equal(error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_calls_read_write_flush_and_discard),
		cmocka_unit_test(io_uring_reads_writes_flushes_and_discards),
		cmocka_unit_test(an_engine_that_was_never_opened_is_closed),
		cmocka_unit_test(progress_is_counted_across_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
