/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/block_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int plain_open(struct block_engine *engine, unsigned int depth, struct err *e)
{
	(void)depth;
	(void)e;
	engine->event = -1;
	return 0;
}

static int64_t plain_once(int fd, const struct block_io *io)
{
	const off_t offset = (off_t)io->offset, length = (off_t)io->length;

	switch (io->operation) {
	case BLOCK_READ:
		return preadv(fd, io->buffers, (int)io->buffers_n, offset);
	case BLOCK_WRITE:
		return pwritev2(fd, io->buffers, (int)io->buffers_n, offset, io->durable ? RWF_DSYNC : 0);
	case BLOCK_FLUSH:
		return fdatasync(fd);
	case BLOCK_DISCARD:
		return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
	case BLOCK_ZERO:
		return fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset, length);
	}
	return -1;
}

static void plain_submit(struct block_engine *engine, struct block_io *io)
{
	int error;
	int64_t n;

	do {
		n = plain_once(engine->fd, io);
		n = n < 0 ? -errno : n;
	} while (n == -EINTR || block_io_advance(io, n, &error));
	engine->in_flight--;
	engine->done(engine->owner, io, error);
}

static bool plain_push(struct block_engine *engine)
{
	(void)engine;
	return true;
}

static void plain_collect(struct block_engine *engine, bool all)
{
	(void)engine;
	(void)all;
}

static void plain_close(struct block_engine *engine)
{
	(void)engine;
}

const struct block_engine_class block_engine_plain = {
	.name = "plain system calls",
	.open = plain_open,
	.submit = plain_submit,
	.push = plain_push,
	.collect = plain_collect,
	.close = plain_close,
};
