/* SPDX-License-Identifier: Apache-2.0 */
/* For how long something takes, and when it is to end: CLOCK_MONOTONIC, which stands still while the host sleeps. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Signed, so that a deadline of -1 can stand for none. */
static inline int64_t clock_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: Linux always has this clock */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t clock_now_us(void)
{
	return clock_now_ns() / 1000;
}

static inline int64_t clock_now_ms(void)
{
	return clock_now_ns() / 1000000;
}
