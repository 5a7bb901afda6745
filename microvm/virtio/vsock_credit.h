/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credit of a connection (virtio 1.2, 5.10.6.3), both ways: how many bytes the guest may still send, and how many
 * it still takes. Counters wrap at 2^32, as those of packets do. The guest's numbers are taken as they come: the worst
 * that they can say is that nothing may be sent to it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { VSOCK_CREDIT_BYTES = 128 * 1024 }; /* of one connection, at most held back for a slow reader */

struct vsock_credit {
	uint32_t limit;                          /* our buf_alloc */
	uint32_t received, taken, told;          /* by us; by the descriptor: fwd_cnt; of that, what the guest knows */
	uint32_t guest_limit, guest_taken, sent; /* its buf_alloc and fwd_cnt; by us */
	bool asked;                              /* for its numbers, since there was nothing left */
};

/* What the guest may still send. */
uint32_t vsock_credit_room(const struct vsock_credit *credit);

/* What we may still send. */
uint32_t vsock_credit_left(const struct vsock_credit *credit);

/* The guest would do well to know what was taken: it believes that half of its room is gone. */
bool vsock_credit_is_news(const struct vsock_credit *credit);

/* The numbers of a packet from the guest. */
void vsock_credit_update(struct vsock_credit *credit, uint32_t limit, uint32_t taken);
