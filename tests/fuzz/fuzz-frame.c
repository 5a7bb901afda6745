/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a stream of frames. The first byte says how many come at a time. What a reader takes in pieces is what
 * is received of the whole stream, and no frame is larger than it may be.
 */
#include "tests/fuzz/fuzz.h"

#include "base/own.h"
#include "runtime/proto/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { FUZZ_LIMIT = 256, FUZZ_BYTES_MAX = 16384 };

static void expect_same(int whole, const struct frame *taken)
{
	struct err e = ERR_NONE;
	own_frame frame = {0};

	FUZZ_EXPECT(frame_receive(whole, FUZZ_LIMIT, 0, &frame, &e) == 1);
	FUZZ_EXPECT(frame.type == taken->type && frame.payload.length == taken->payload.length);
	FUZZ_EXPECT(frame.payload.length <= FUZZ_LIMIT);
	FUZZ_EXPECT(memcmp(text_string(&frame.payload), text_string(&taken->payload), frame.payload.length) == 0);
}

static void expect_end(int whole, int end, const struct err *why)
{
	struct err e = ERR_NONE;
	own_frame frame = {0};

	FUZZ_EXPECT(frame_receive(whole, FUZZ_LIMIT, 0, &frame, &e) == (end == -EPIPE ? 0 : end));
	FUZZ_EXPECT(why->no == -end && why->text[0]);
}

/* Takes all the frames there are. The failure that ended it, or 0: more bytes may come. */
static int take(struct frame_reader *reader, int pieces, int whole, struct err *e)
{
	int r;

	while ((r = frame_reader_feed(reader, pieces, FUZZ_LIMIT, e)) > 0)
		expect_same(whole, &reader->frame);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__attribute__((cleanup(frame_reader_free))) struct frame_reader reader = {0};
	struct err e = ERR_NONE;
	int pieces[2], whole[2], r = 0;
	size_t step;

	if (size < 1 || size > FUZZ_BYTES_MAX)
		return 0;
	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pieces) == 0);
	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, whole) == 0);
	FUZZ_EXPECT(send(whole[0], data + 1, size - 1, MSG_NOSIGNAL) == (ssize_t)size - 1);
	own_release_fd(&whole[0]);
	step = (size_t)data[0] + 1;
	for (size_t at = 1; at < size && r == 0; at += step) {
		size_t n = size - at < step ? size - at : step;

		FUZZ_EXPECT(send(pieces[0], data + at, n, MSG_NOSIGNAL) == (ssize_t)n);
		r = take(&reader, pieces[1], whole[1], &e);
	}
	own_release_fd(&pieces[0]);
	r = r ? r : take(&reader, pieces[1], whole[1], &e);
	expect_end(whole[1], r, &e);
	own_release_fd(&pieces[1]);
	own_release_fd(&whole[1]);
	return 0;
}
