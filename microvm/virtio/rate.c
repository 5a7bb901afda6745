/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/rate.h"

enum { RATE_BURSTS_PER_S = 10 };

static const uint64_t ns_per_s = 1000000000;

/* Of tokens, of debt: twice as much does not overflow. */
static const int64_t rate_most = INT64_MAX / 4;

static int64_t rate_burst(const struct rate *rate)
{
	const uint64_t burst = rate->per_s / RATE_BURSTS_PER_S;

	return burst ? (int64_t)burst : 1;
}

struct rate rate_new(uint64_t per_s, uint64_t now_ns)
{
	struct rate rate = {.per_s = per_s < (uint64_t)rate_most ? per_s : (uint64_t)rate_most, .at_ns = now_ns};

	rate.tokens = rate_burst(&rate);
	return rate;
}

/* Whole tokens only: the time of the part that is left over counts the next time. */
static void rate_refill(struct rate *rate, uint64_t now_ns)
{
	const uint64_t passed = now_ns - rate->at_ns;
	const unsigned __int128 earned = (unsigned __int128)passed * rate->per_s / ns_per_s;
	const int64_t burst = rate_burst(rate);

	if (earned >= (uint64_t)(burst - rate->tokens)) {
		rate->tokens = burst;
		rate->at_ns = now_ns;
	} else if (earned > 0) {
		rate->tokens += (int64_t)earned;
		rate->at_ns += (uint64_t)(earned * ns_per_s / rate->per_s);
	}
}

uint64_t rate_wait_ns(struct rate *rate, uint64_t now_ns)
{
	unsigned __int128 wait;

	if (rate->per_s == 0)
		return 0;
	rate_refill(rate, now_ns);
	if (rate->tokens > 0)
		return 0;
	wait = (unsigned __int128)(uint64_t)(1 - rate->tokens) * ns_per_s / rate->per_s + 1;
	return wait < INT64_MAX ? (uint64_t)wait : INT64_MAX;
}

void rate_spend(struct rate *rate, uint64_t tokens)
{
	const int64_t spent = tokens < (uint64_t)rate_most ? (int64_t)tokens : rate_most;

	if (rate->per_s != 0 && rate->tokens > -rate_most)
		rate->tokens -= spent;
}
