/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames on a stream: a header of eight bytes, then the payload.
 *
 *	u32 length	of the payload, little-endian as everything here (both ends are x86-64 or arm64)
 *	u16 type
 *	u16 zero
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

enum { FRAME_PAYLOAD_MAX = 4 << 20 };

struct frame {
	uint16_t type;
	struct text payload; /* owned */
};

#define own_frame __attribute__((cleanup(frame_free))) struct frame

/* Sends a head of fixed size and a tail (each may be NULL with length 0) as one frame. The descriptor blocks. */
struct frame_parts {
	const void *head;
	size_t head_length;
	const void *tail;
	size_t tail_length;
};

int frame_send(int fd, uint16_t type, const struct frame_parts *parts, struct err *e);

/*
 * Receives one frame whose payload is at most `limit` bytes, within timeout_ms (-1: no limit).
 * 1: a frame; 0: the stream ended before one began; -EPROTO: it ended within one, or the header is none; -ETIMEDOUT.
 */
int frame_receive(int fd, size_t limit, int timeout_ms, struct frame *ret, struct err *e);

/*
 * The same without waiting, for an event loop: takes what there is, and nothing past the frame's end. 1: whole, in
 * `frame` until the next call, which begins anew; 0: not yet; -EPIPE: the stream ended before one began; else as above.
 */
struct frame_reader {
	uint8_t header[8];
	size_t have; /* of header and payload */
	struct frame frame;
};

int frame_reader_feed(struct frame_reader *reader, int fd, size_t limit, struct err *e);
void frame_reader_free(struct frame_reader *reader);

/* The payload where it has exactly, or at least, `size` bytes; NULL otherwise. */
const void *frame_exact(const struct frame *frame, size_t size);
const void *frame_head(const struct frame *frame, size_t size);

void frame_free(struct frame *frame);
