/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/pump.h"

#include <errno.h>
#include <unistd.h>

struct pollfd pump_wants_read(const struct pump *pump)
{
	bool wants = !pump->ended && pump->start == pump->end;

	return (struct pollfd){.fd = wants ? pump->from : -1, .events = POLLIN};
}

struct pollfd pump_wants_write(const struct pump *pump)
{
	bool wants = pump->start < pump->end;

	return (struct pollfd){.fd = wants ? pump->to : -1, .events = POLLOUT};
}

enum pump_result pump_read(struct pump *pump)
{
	ssize_t n = read(pump->from, pump->data, sizeof pump->data);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return PUMP_QUIET;
	if (n < 0 && errno == EIO)
		return PUMP_HUNGUP;
	if (n <= 0) {
		pump->ended = true;
		return PUMP_ENDED;
	}
	pump->start = 0;
	pump->end = (size_t)n;
	return PUMP_MOVED;
}

enum pump_result pump_write(struct pump *pump)
{
	ssize_t n = write(pump->to, pump->data + pump->start, pump->end - pump->start);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return PUMP_QUIET;
	if (n < 0) {
		pump->ended = true;
		pump->start = pump->end = 0;
		return PUMP_BROKEN;
	}
	pump->start += (size_t)n;
	return PUMP_MOVED;
}
