/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/block_request.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <stddef.h>

struct header {
	uint32_t type, priority;
	uint64_t sector;
};

static_assert(sizeof(struct header) == sizeof(struct virtio_blk_outhdr), "virtio 1.2, 5.2.6");

/* A request that is being read. */
struct reading {
	struct block_request *request;
	const struct block_shape *shape;
	struct header header;
	uint32_t in, out; /* bytes of data: from the driver, to the driver */
};

static bool is_on_disk(const struct block_shape *shape, uint64_t sector, uint64_t sectors)
{
	return sector <= shape->sectors && sectors <= shape->sectors - sector;
}

/* 0: io is filled; else the status. */
static int read_transfer(struct reading *r, enum block_operation operation, uint32_t bytes)
{
	if (bytes == 0 || bytes % BLOCK_SECTOR != 0 || !is_on_disk(r->shape, r->header.sector, bytes / BLOCK_SECTOR))
		return VIRTIO_BLK_S_IOERR;
	r->request->io = (struct block_io){
		.operation = operation,
		.durable = r->shape->durable,
		.offset = r->header.sector * BLOCK_SECTOR,
		.length = bytes,
	};
	return VIRTIO_BLK_S_OK;
}

static int read_in(struct reading *r)
{
	int status = read_transfer(r, BLOCK_READ, r->out);

	r->request->io.buffers = r->request->chain.writable;
	r->request->io.buffers_n = r->request->chain.writable_n;
	r->request->written = r->out;
	return status;
}

/* The header's bytes are not data, in however many buffers they came. */
static void skip_header(struct virtq_chain *chain)
{
	size_t left = sizeof(struct header);

	while (chain->readable_n > 0 && left >= chain->readable->iov_len) {
		left -= chain->readable->iov_len;
		chain->readable++;
		chain->readable_n--;
	}
	if (chain->readable_n > 0) {
		chain->readable->iov_base = (char *)chain->readable->iov_base + left;
		chain->readable->iov_len -= left;
	}
}

static int read_out(struct reading *r)
{
	int status = read_transfer(r, BLOCK_WRITE, r->in);

	skip_header(&r->request->chain);
	r->request->io.buffers = r->request->chain.readable;
	r->request->io.buffers_n = r->request->chain.readable_n;
	return status;
}

static int read_flush(struct reading *r)
{
	r->request->io = (struct block_io){.operation = BLOCK_FLUSH};
	return VIRTIO_BLK_S_OK;
}

/* One range a request is what the configuration space allows. */
static int read_range(struct reading *r, enum block_operation operation, uint32_t known_flags)
{
	struct virtio_blk_discard_write_zeroes range;

	if (r->in != sizeof range)
		return VIRTIO_BLK_S_IOERR;
	(void)virtq_chain_read(&r->request->chain, sizeof(struct header), &range, sizeof range);
	if (range.flags & ~known_flags)
		return VIRTIO_BLK_S_UNSUPP;
	if (range.num_sectors == 0 || range.num_sectors > BLOCK_RANGE_SECTORS_MAX ||
		!is_on_disk(r->shape, range.sector, range.num_sectors))
		return VIRTIO_BLK_S_IOERR;
	r->request->io = (struct block_io){
		.operation = operation,
		.offset = range.sector * BLOCK_SECTOR,
		.length = (uint64_t)range.num_sectors * BLOCK_SECTOR,
	};
	return VIRTIO_BLK_S_OK;
}

static int read_discard(struct reading *r)
{
	return read_range(r, BLOCK_DISCARD, 0);
}

/* UNMAP allows to free the place, and does not ask for it. */
static int read_zeroes(struct reading *r)
{
	return read_range(r, BLOCK_ZERO, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
}

static const struct kind {
	uint32_t type;
	bool writes;
	int (*read)(struct reading *r);
} kinds[] = {
	{VIRTIO_BLK_T_IN, false, read_in},
	{VIRTIO_BLK_T_OUT, true, read_out},
	{VIRTIO_BLK_T_FLUSH, false, read_flush},
	{VIRTIO_BLK_T_DISCARD, true, read_discard},
	{VIRTIO_BLK_T_WRITE_ZEROES, true, read_zeroes},
};

static int read_kind(struct reading *r)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == r->header.type)
			return kinds[i].writes && r->shape->read_only ? VIRTIO_BLK_S_IOERR : kinds[i].read(r);
	return VIRTIO_BLK_S_UNSUPP;
}

static int answer_serial(struct reading *r)
{
	r->request->written = (uint32_t)virtq_chain_write(&r->request->chain, 0, r->shape->serial, BLOCK_SERIAL_BYTES);
	return r->request->written == BLOCK_SERIAL_BYTES ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
}

/* The status is the last byte that can be written, in whichever buffer that is. */
static uint8_t *cut_status(struct virtq_chain *chain)
{
	struct iovec *last = &chain->writable[chain->writable_n - 1];

	last->iov_len--;
	chain->writable_bytes--;
	if (last->iov_len == 0)
		chain->writable_n--;
	return (uint8_t *)last->iov_base + last->iov_len;
}

enum block_verdict block_request_read(
	struct block_request *request, const struct block_shape *shape, uint8_t *ret_status)
{
	struct reading r = {.request = request, .shape = shape};
	struct virtq_chain *chain = &request->chain;
	int status;

	if (virtq_chain_read(chain, 0, &r.header, sizeof r.header) < sizeof r.header || chain->writable_n == 0)
		return BLOCK_BROKEN;
	request->status = cut_status(chain);
	request->written = 0;
	r.in = chain->readable_bytes - (uint32_t)sizeof r.header;
	r.out = chain->writable_bytes;
	if (r.header.type == VIRTIO_BLK_T_GET_ID) {
		*ret_status = (uint8_t)answer_serial(&r);
		return BLOCK_ANSWERED;
	}
	status = read_kind(&r);
	*ret_status = (uint8_t)status;
	return status == VIRTIO_BLK_S_OK ? BLOCK_TO_DO : BLOCK_ANSWERED;
}

uint8_t block_request_status(int error)
{
	if (error == 0)
		return VIRTIO_BLK_S_OK;
	return error == -EOPNOTSUPP || error == -ENOTTY ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
}
