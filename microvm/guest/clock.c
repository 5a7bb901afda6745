/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest cannot know by itself: the time, and secrets nobody else has. */
#include "base/own.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/request.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

enum { CLOCK_NS_PER_S = 1000000000, ENTROPY_BYTES = 512 };

int request_time(struct connection *c, const struct frame *frame, struct err *e)
{
	uint64_t ns;
	struct timespec now;

	memcpy(&ns, frame_exact(frame, sizeof ns), sizeof ns);
	now = (struct timespec){.tv_sec = (time_t)(ns / CLOCK_NS_PER_S), .tv_nsec = (long)(ns % CLOCK_NS_PER_S)};
	if (clock_settime(CLOCK_REALTIME, &now) < 0)
		return err_sys(e, "set the guest's clock");
	connection_done(c);
	return 0;
}

/* random(4). The bytes count as what they are: the host's are all unknown to anybody else. */
static int entropy_add(const struct text *bytes, struct err *e)
{
	union {
		struct rand_pool_info info;
		char room[sizeof(struct rand_pool_info) + ENTROPY_BYTES];
	} pool = {0};
	size_t n = bytes->length < ENTROPY_BYTES ? bytes->length : ENTROPY_BYTES;
	own_fd fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	pool.info.buf_size = (int)n;
	pool.info.entropy_count = (int)n * CHAR_BIT;
	memcpy(pool.info.buf, text_string(bytes), n);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0)
		return err_sys(e, "add to the guest's entropy");
	return 0;
}

int request_entropy(struct connection *c, const struct frame *frame, struct err *e)
{
	int r = entropy_add(&frame->payload, e);

	if (r == 0)
		connection_done(c);
	return r;
}
