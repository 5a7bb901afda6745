/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/block_engine.h"

#include "base/log.h"

#include <errno.h>
#include <stddef.h>

/* The best first. The last is on every host. */
static const struct block_engine_class *const engines[] = {&block_engine_uring, &block_engine_plain};

/* No io_uring in this kernel, none for us, or no memory that may be locked for its rings. */
static bool is_refused(int error)
{
	return error == -ENOSYS || error == -EPERM || error == -ENOMEM;
}

int block_engine_open(struct block_engine *engine, unsigned int depth, struct err *e)
{
	int r = -ENOSYS;

	for (size_t i = 0; i < sizeof engines / sizeof *engines && is_refused(r); i++) {
		engine->class = engines[i];
		r = engines[i]->open(engine, depth, e);
		log_debug("disk: %s: %s", engines[i]->name, r < 0 ? e->text : "taken");
	}
	if (r < 0)
		engine->class = NULL;
	return r;
}

void block_engine_close(struct block_engine *engine)
{
	if (!engine->class)
		return;
	block_engine_drain(engine);
	engine->class->close(engine);
	engine->class = NULL;
}

void block_engine_submit(struct block_engine *engine, struct block_io *io)
{
	engine->in_flight++;
	engine->class->submit(engine, io);
}

bool block_engine_push(struct block_engine *engine)
{
	return engine->class->push(engine);
}

void block_engine_collect(struct block_engine *engine)
{
	engine->class->collect(engine, false);
}

void block_engine_drain(struct block_engine *engine)
{
	engine->class->collect(engine, true);
}

static void drop_bytes(struct block_io *io, size_t n)
{
	while (io->buffers_n > 0 && n >= io->buffers->iov_len) {
		n -= io->buffers->iov_len;
		io->buffers++;
		io->buffers_n--;
	}
	if (io->buffers_n > 0) {
		io->buffers->iov_base = (char *)io->buffers->iov_base + n;
		io->buffers->iov_len -= n;
	}
}

bool block_io_advance(struct block_io *io, int64_t n, int *ret_error)
{
	const bool moves_bytes = io->operation == BLOCK_READ || io->operation == BLOCK_WRITE;

	*ret_error = n < 0 ? (int)n : 0;
	if (n < 0 || !moves_bytes || (uint64_t)n >= io->length)
		return false;
	if (n == 0)
		*ret_error = -EIO; /* the disk has become shorter */
	drop_bytes(io, (size_t)n);
	io->offset += (uint64_t)n;
	io->length -= (uint64_t)n;
	return n > 0;
}
