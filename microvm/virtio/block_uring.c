/* SPDX-License-Identifier: Apache-2.0 */
/* io_uring(7): the only file that knows liburing. */
#include "microvm/virtio/block_engine.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <string.h>
#include <sys/eventfd.h>

static int uring_set_up(struct block_engine *engine, struct io_uring *ring, struct err *e)
{
	int r = io_uring_register_eventfd(ring, engine->event);

	/* a file that the ring knows is not looked up and counted for each request */
	if (r == 0)
		r = io_uring_register_files(ring, &engine->fd, 1);
	return r < 0 ? err_set(e, -r, "io-uring", "set up io_uring: %s", strerror(-r)) : 0;
}

static void uring_close(struct block_engine *engine)
{
	io_uring_queue_exit(engine->ring);
	own_release_mem(&engine->ring);
	own_release_fd(&engine->event);
}

static int uring_open(struct block_engine *engine, unsigned int depth, struct err *e)
{
	own_fd event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	own_mem struct io_uring *ring = calloc(1, sizeof *ring);
	int r;

	if (!ring)
		return err_nomem(e);
	if (event < 0)
		return err_sys(e, "make an eventfd for io_uring");
	r = io_uring_queue_init(depth, ring, 0);
	if (r < 0)
		return err_set(e, -r, "io-uring", "make an io_uring: %s", strerror(-r));
	engine->event = give_fd(&event);
	engine->ring = give_mem(ring);
	r = uring_set_up(engine, engine->ring, e);
	if (r < 0)
		uring_close(engine);
	return r;
}

static void uring_prepare(struct io_uring_sqe *sqe, const struct block_io *io)
{
	static const int modes[] = {
		[BLOCK_DISCARD] = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		[BLOCK_ZERO] = FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
	};

	switch (io->operation) {
	case BLOCK_READ:
		io_uring_prep_readv(sqe, 0, io->buffers, io->buffers_n, io->offset);
		break;
	case BLOCK_WRITE:
		io_uring_prep_writev2(sqe, 0, io->buffers, io->buffers_n, io->offset, io->durable ? RWF_DSYNC : 0);
		break;
	case BLOCK_FLUSH:
		io_uring_prep_fsync(sqe, 0, IORING_FSYNC_DATASYNC);
		break;
	case BLOCK_DISCARD:
	case BLOCK_ZERO:
		io_uring_prep_fallocate(sqe, 0, modes[io->operation], (off_t)io->offset, (off_t)io->length);
		break;
	}
	io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
}

/* The ring has as many places as there may be requests: one is free. */
static void uring_submit(struct block_engine *engine, struct block_io *io)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(engine->ring);

	uring_prepare(sqe, io);
	io_uring_sqe_set_data(sqe, io);
}

/* What the kernel has no memory for now stays in the ring, and goes with the next push. */
static bool uring_push(struct block_engine *engine)
{
	(void)io_uring_submit(engine->ring); /* whatever it says, what is left says it */
	return io_uring_sq_ready(engine->ring) == 0;
}

static void uring_complete(struct block_engine *engine, struct block_io *io, int result)
{
	int error;

	if (result == -EINTR || result == -EAGAIN || block_io_advance(io, result, &error)) {
		uring_submit(engine, io);
		return;
	}
	engine->in_flight--;
	engine->done(engine->owner, io, error);
}

static bool uring_take_one(struct block_engine *engine)
{
	struct io_uring_cqe *cqe;
	struct block_io *io;
	int result;

	if (io_uring_peek_cqe(engine->ring, &cqe) < 0)
		return false;
	io = io_uring_cqe_get_data(cqe);
	result = cqe->res;
	io_uring_cqe_seen(engine->ring, cqe);
	uring_complete(engine, io, result);
	return true;
}

static void uring_collect(struct block_engine *engine, bool all)
{
	uint64_t count;

	(void)!read(engine->event, &count, sizeof count); /* where nothing was there, nothing is lost */
	while (engine->in_flight > 0) {
		if (uring_take_one(engine))
			continue;
		if (!all)
			break;
		(void)io_uring_submit_and_wait(engine->ring, 1); /* a wait that failed is begun again */
	}
	(void)uring_push(engine); /* what was begun again; what is left goes with the next */
}

const struct block_engine_class block_engine_uring = {
	.name = "io_uring",
	.open = uring_open,
	.submit = uring_submit,
	.push = uring_push,
	.collect = uring_collect,
	.close = uring_close,
};
