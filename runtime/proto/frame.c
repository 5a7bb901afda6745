/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a guest, and whoever connects to it. A length is believed only as far as bytes come. */
#include "runtime/proto/frame.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { FRAME_CHUNK = 16384 };

struct frame_header {
	uint32_t length;
	uint16_t type, zero;
};

/* The rest of the parts after `done` bytes. Returns how many parts that is. */
static size_t frame_rest(const struct iovec *parts, size_t n, size_t done, struct iovec *ret)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		size_t skipped = done < parts[i].iov_len ? done : parts[i].iov_len;

		done -= skipped;
		if (skipped < parts[i].iov_len)
			ret[left++] = (struct iovec){(char *)parts[i].iov_base + skipped, parts[i].iov_len - skipped};
	}
	return left;
}

static int frame_send_parts(int fd, const struct iovec *parts, size_t n, struct err *e)
{
	struct iovec rest[3];
	size_t done = 0, left;

	while ((left = frame_rest(parts, n, done, rest)) > 0) {
		const struct msghdr message = {.msg_iov = rest, .msg_iovlen = left};
		ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return err_sys(e, "send a frame");
		done += sent < 0 ? 0 : (size_t)sent;
	}
	return 0;
}

/* sendmsg(2) reads what an iovec names, whose type is older than const. */
static struct iovec frame_part(const void *data, size_t length)
{
	return (struct iovec){(void *)(uintptr_t)data, length};
}

int frame_send(int fd, uint16_t type, const struct frame_parts *parts, struct err *e)
{
	struct frame_header header = {.type = type};
	struct iovec all[3] = {{&header, sizeof header}};
	size_t length;

	if (__builtin_add_overflow(parts->head_length, parts->tail_length, &length) || length > FRAME_PAYLOAD_MAX)
		return err_set(e, EMSGSIZE, "frame-too-large", "a message is too large to be sent");
	header.length = (uint32_t)length;
	all[1] = frame_part(parts->head, parts->head_length);
	all[2] = frame_part(parts->tail, parts->tail_length);
	return frame_send_parts(fd, all, 3, e);
}

/* 1: there is a header in the reader, which is one. */
static int frame_reader_header(const struct frame_reader *reader, size_t limit, struct frame_header *ret, struct err *e)
{
	if (reader->have < sizeof reader->header)
		return 0;
	memcpy(ret, reader->header, sizeof *ret);
	if (ret->zero || ret->length > limit || ret->length > FRAME_PAYLOAD_MAX)
		return err_set(e, EPROTO, "frame-broken", "a frame of type '%u' with '%u' bytes was not expected here",
			ret->type, ret->length);
	return 1;
}

/* Whether all is there that the header promises. */
static bool frame_reader_is_whole(const struct frame_reader *reader)
{
	struct frame_header header;

	memcpy(&header, reader->header, sizeof header);
	return reader->have >= sizeof header && reader->have - sizeof header == header.length;
}

static int frame_reader_end(const struct frame_reader *reader, ssize_t n, struct err *e)
{
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno != ECONNRESET)
		return err_sys(e, "receive a frame");
	if (reader->have)
		return err_set(e, EPROTO, "frame-broken", "the stream ended within a frame");
	return err_set(e, EPIPE, "stream-ended", "the stream ended");
}

static int frame_reader_keep(struct frame_reader *reader, const char *bytes, size_t n, struct err *e)
{
	if (reader->have < sizeof reader->header)
		memcpy(reader->header + reader->have, bytes, n);
	else
		text_add_bytes(&reader->frame.payload, bytes, n);
	reader->have += n;
	return reader->frame.payload.failed ? err_nomem(e) : 0;
}

/* Up to the end of the header or of the payload, whichever is next: what comes after the frame stays in the stream. */
static size_t frame_reader_wanted(const struct frame_reader *reader, const struct frame_header *header)
{
	size_t size = sizeof reader->header;
	size_t left = reader->have < size ? size - reader->have : size + header->length - reader->have;

	return left < FRAME_CHUNK ? left : FRAME_CHUNK;
}

/* Takes what there is of the header, or of the payload. 1: something; 0: nothing for now. */
static int frame_reader_take(struct frame_reader *reader, int fd, size_t limit, struct err *e)
{
	struct frame_header header = {0};
	char bytes[FRAME_CHUNK];
	int r = frame_reader_header(reader, limit, &header, e);
	size_t wanted = frame_reader_wanted(reader, &header);
	ssize_t n;

	if (r < 0 || !wanted)
		return r;
	n = recv(fd, bytes, wanted, MSG_DONTWAIT);
	if (n <= 0)
		return frame_reader_end(reader, n, e);
	r = frame_reader_keep(reader, bytes, (size_t)n, e);
	return r ? r : 1;
}

int frame_reader_feed(struct frame_reader *reader, int fd, size_t limit, struct err *e)
{
	int r = 1;

	if (frame_reader_is_whole(reader))
		frame_reader_free(reader);
	while (r > 0 && !frame_reader_is_whole(reader))
		r = frame_reader_take(reader, fd, limit, e);
	if (r > 0) { /* one without a payload is whole before its header was looked at */
		struct frame_header header;

		r = frame_reader_header(reader, limit, &header, e);
		reader->frame.type = r > 0 ? header.type : 0;
	}
	return r;
}

void frame_reader_free(struct frame_reader *reader)
{
	frame_free(&reader->frame);
	*reader = (struct frame_reader){0};
}

/* Waits until there is something to read, or the deadline (-1: none). */
static int frame_wait(int fd, int64_t deadline_ms, struct err *e)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int64_t left = deadline_ms < 0 ? -1 : deadline_ms - clock_now_ms();
	int n = poll(&wait, 1, left < 0 && deadline_ms >= 0 ? 0 : (int)left);

	if (n < 0 && errno != EINTR)
		return err_sys(e, "wait for a frame");
	if (n == 0)
		return err_set(e, ETIMEDOUT, "timeout", "no answer came in time");
	return 0;
}

static int frame_receive_into(struct frame_reader *reader, int fd, size_t limit, int64_t deadline_ms, struct err *e)
{
	int r = 0;

	while (r == 0) {
		r = frame_reader_feed(reader, fd, limit, e);
		if (r == 0)
			r = frame_wait(fd, deadline_ms, e);
	}
	return r;
}

int frame_receive(int fd, size_t limit, int timeout_ms, struct frame *ret, struct err *e)
{
	__attribute__((cleanup(frame_reader_free))) struct frame_reader reader = {0};
	struct err why = ERR_NONE;
	int r = frame_receive_into(&reader, fd, limit, timeout_ms < 0 ? -1 : clock_now_ms() + timeout_ms, &why);

	if (r == -EPIPE)
		return 0;
	if (r < 0) {
		*e = why;
		return r;
	}
	*ret = reader.frame;
	reader.frame = (struct frame){0};
	return 1;
}

const void *frame_exact(const struct frame *frame, size_t size)
{
	return frame->payload.length == size ? text_string(&frame->payload) : NULL;
}

const void *frame_head(const struct frame *frame, size_t size)
{
	return frame->payload.length >= size ? text_string(&frame->payload) : NULL;
}

void frame_free(struct frame *frame)
{
	text_free(&frame->payload);
	*frame = (struct frame){0};
}
