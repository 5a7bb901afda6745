/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token bucket: so much a second, a tenth of a second's worth at once. What is spent beyond goes into debt, which
 * time pays back: so a request is never too large for the bucket, only the next one late.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint64_t per_s; /* 0: no limit */
	int64_t tokens; /* below 0: debt */
	uint64_t at_ns; /* when they were counted */
};

struct rate rate_new(uint64_t per_s, uint64_t now_ns);

/* How long until there is no debt; 0: something may be spent now. */
uint64_t rate_wait_ns(struct rate *rate, uint64_t now_ns);
void rate_spend(struct rate *rate, uint64_t tokens);
