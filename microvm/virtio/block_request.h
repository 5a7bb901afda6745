/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of a disk's driver (virtio 1.2, 5.2.6): a header that is read, data, a byte of status that is written.
 *
 * Faces the guest: what it says is copied once; buffers are cut by the chain's lengths, whatever the descriptors are;
 * no request leads past the disk's end.
 */
#pragma once

#include "microvm/virtio/block_engine.h"
#include "microvm/virtio/queue.h"

enum {
	BLOCK_SECTOR = 512,
	BLOCK_SERIAL_BYTES = 20,
	BLOCK_RANGE_SECTORS_MAX = 1 << 22, /* of one discard: 2 GiB */
};

/* What the disk is. */
struct block_shape {
	uint64_t sectors;
	bool read_only, durable; /* durable: without a cache that the driver could flush */
	char serial[BLOCK_SERIAL_BYTES];
};

struct block_request {
	struct block_io io; /* must be first */
	struct virtq_chain chain;
	struct block_request *next; /* of those that are free */
	uint16_t queue;
	uint8_t *status;
	uint32_t written; /* into the chain, beside the status, when it is done well */
};

enum block_verdict {
	BLOCK_BROKEN, /* no header, or no room for a status */
	BLOCK_TO_DO,  /* io is filled */
	BLOCK_ANSWERED,
};

/* Reads what request->chain asks for. *ret_status is set for BLOCK_ANSWERED. The chain's buffers are cut on the way. */
enum block_verdict block_request_read(
	struct block_request *request, const struct block_shape *shape, uint8_t *ret_status);

/* The status of what an engine has said. */
uint8_t block_request_status(int error);
