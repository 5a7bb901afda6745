/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Split virtqueues (virtio 1.2, 2.7): taking chains of buffers from the driver, giving them back.
 *
 * Faces the guest. A descriptor is copied once, checked, then used; indirect tables are bounded; every walk counts
 * down from the queue's size; a ring that makes no sense breaks the queue (-EPROTO) and its device asks to be reset.
 */
#pragma once

#include "microvm/vmm/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

enum { VIRTQ_SIZE_MAX = 256, VIRTQ_BUFFERS_MAX = VIRTQ_SIZE_MAX };

struct virtq {
	uint16_t size; /* a power of two, at most VIRTQ_SIZE_MAX; set by the driver while the queue is not ready */
	bool ready, event_idx;
	gpa_t descriptors, driver, device; /* the three areas, checked when the queue is made ready */
	uint16_t next_available, next_used;
	uint16_t signalled; /* the used index that the driver was last asked about */
};

/*
 * A chain: what the device reads, then what it writes. Valid until it is given back or the device is reset.
 * It points into itself: it stays where it was filled. Its unused buffers are left alone: a large array of chains
 * costs the memory that is used of it.
 */
struct virtq_chain {
	uint16_t head;
	uint16_t readable_n, writable_n;
	uint32_t readable_bytes, writable_bytes;
	struct iovec *readable, *writable; /* into buffers */
	struct iovec buffers[VIRTQ_BUFFERS_MAX];
};

/* Checks the queue's areas. 0, or -EPROTO when one is not memory or not aligned. */
int virtq_enable(struct virtq *q, const struct guest_memory *memory);
void virtq_reset(struct virtq *q);

/* 1: *ret is the next chain; 0: none; -EPROTO: the ring is broken. */
int virtq_take(struct virtq *q, const struct guest_memory *memory, struct virtq_chain *ret);

/* Un-takes the chain that virtq_take() gave last. */
void virtq_untake(struct virtq *q);

/* Gives a chain back, `written` bytes of it written. -EPROTO: the ring has gone. */
int virtq_give(struct virtq *q, const struct guest_memory *memory, uint16_t head, uint32_t written);

/* Whether the driver wants an interrupt for what was given back since the last one. Call once after a batch. */
bool virtq_wants_interrupt(struct virtq *q, const struct guest_memory *memory);

/* Asks the driver for (or spares it) notifications. Returns true when chains came meanwhile: take again. */
bool virtq_ask_notification(struct virtq *q, const struct guest_memory *memory, bool on);

/* Copies from the chain's readable bytes, starting `skip` bytes in. Returns how many there were. */
size_t virtq_chain_read(const struct virtq_chain *chain, size_t skip, void *to, size_t length);
/* The same into its writable bytes. */
size_t virtq_chain_write(const struct virtq_chain *chain, size_t skip, const void *from, size_t length);
