/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What carries out a disk's reads and writes: io_uring where the host allows it, else plain system calls, which stop
 * the whole I/O thread for as long as the disk takes.
 *
 * Not thread-safe: the device's lock is held in every call.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

enum block_operation { BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH, BLOCK_DISCARD, BLOCK_ZERO };

/* One request. It and what its buffers point to stay where they are until it is done. */
struct block_io {
	enum block_operation operation;
	bool durable; /* of a write: on the disk when it is done */
	uint64_t offset, length;
	struct iovec *buffers; /* of reads and writes; length bytes, consumed on the way */
	unsigned int buffers_n;
};

struct block_engine;

struct block_engine_class {
	const char *name;
	/* -EPERM, -ENOSYS, -ENOMEM: not on this host */
	int (*open)(struct block_engine *engine, unsigned int depth, struct err *e);
	void (*submit)(struct block_engine *engine, struct block_io *io);
	bool (*push)(struct block_engine *engine);
	void (*collect)(struct block_engine *engine, bool all);
	void (*close)(struct block_engine *engine);
};

struct block_engine {
	const struct block_engine_class *class;
	int fd;     /* borrowed: the disk */
	int event;  /* readable when something may be done: for the loop; -1: everything is done at once */
	void *ring; /* the class's */
	unsigned int in_flight;
	/* error: 0 when all of it is done, else a negative errno. May not submit. */
	void (*done)(void *owner, struct block_io *io, int error);
	void *owner;
};

extern const struct block_engine_class block_engine_uring, block_engine_plain;

/* fd, done and owner are set. depth: how many requests there may be at once. */
int block_engine_open(struct block_engine *engine, unsigned int depth, struct err *e);
void block_engine_close(struct block_engine *engine); /* waits for what is on its way; accepts the unopened */

/* Takes a request, which may be done at once, or be under way after block_engine_push(). */
void block_engine_submit(struct block_engine *engine, struct block_io *io);
/* False: the host could not take all of them now; to be called again. */
bool block_engine_push(struct block_engine *engine);
/* Calls `done` for what is done. */
void block_engine_collect(struct block_engine *engine);
/* The same until nothing is on its way. */
void block_engine_drain(struct block_engine *engine);

/* For engines: n bytes (or a negative errno) came of a request. Returns true when it is to be submitted again. */
bool block_io_advance(struct block_io *io, int64_t n, int *ret_error);
