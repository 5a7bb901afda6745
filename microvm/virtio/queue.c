/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/queue.h"

#include <errno.h>
#include <linux/virtio_ring.h>
#include <string.h>

/* virtio 1.2, 2.7.6 and 2.7.8: both rings begin with flags and an index, both end with the other side's event index. */
enum { RING_FLAGS = 0, RING_INDEX = 2, RING_ITEMS = 4, RING_EVENT_BYTES = 2 };

static uint64_t driver_item(uint16_t n)
{
	return RING_ITEMS + UINT64_C(2) * n;
}

static uint64_t device_item(uint16_t n)
{
	return RING_ITEMS + (uint64_t)sizeof(struct vring_used_elem) * n;
}

/* The driver writes these words while we read them: one load, which nothing that is read later overtakes. */
static int word_load(const struct guest_memory *memory, gpa_t at, uint16_t *ret)
{
	const uint16_t *word = guest_slice(memory, at, sizeof *word);

	if (!word)
		return -EPROTO;
	*ret = __atomic_load_n(word, __ATOMIC_ACQUIRE);
	return 0;
}

/* What was written before is seen before. */
static int word_store(const struct guest_memory *memory, gpa_t at, uint16_t value)
{
	uint16_t *word = guest_slice(memory, at, sizeof *word);

	if (!word)
		return -EPROTO;
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	return 0;
}

static bool area_is_good(const struct guest_memory *memory, gpa_t at, uint64_t bytes, uint64_t alignment)
{
	return at % alignment == 0 && guest_slice(memory, at, bytes);
}

int virtq_enable(struct virtq *q, const struct guest_memory *memory)
{
	const uint16_t n = q->size;

	if (n == 0 || n > VIRTQ_SIZE_MAX || (n & (n - 1)) != 0)
		return -EPROTO;
	if (!area_is_good(memory, q->descriptors, sizeof(struct vring_desc) * n, VRING_DESC_ALIGN_SIZE) ||
		!area_is_good(memory, q->driver, driver_item(n) + RING_EVENT_BYTES, VRING_AVAIL_ALIGN_SIZE) ||
		!area_is_good(memory, q->device, device_item(n) + RING_EVENT_BYTES, VRING_USED_ALIGN_SIZE))
		return -EPROTO;
	q->next_available = q->next_used = q->signalled = 0;
	q->ready = true;
	return 0;
}

void virtq_reset(struct virtq *q)
{
	*q = (struct virtq){0};
}

/* A table of descriptors on the way: the queue's own, or an indirect one. */
struct walk {
	const struct guest_memory *memory;
	gpa_t table;
	uint32_t table_n, left; /* left: descriptors until the chain must have ended */
	uint16_t next;
	bool indirect;
};

static int chain_add(struct virtq_chain *chain, const struct guest_memory *memory, const struct vring_desc *d)
{
	const bool writable = d->flags & VRING_DESC_F_WRITE;
	const unsigned int n = chain->readable_n + chain->writable_n;
	uint32_t *bytes = writable ? &chain->writable_bytes : &chain->readable_bytes;
	void *host = guest_slice(memory, d->addr, d->len);

	if (!host || n >= VIRTQ_BUFFERS_MAX || __builtin_add_overflow(*bytes, d->len, bytes))
		return -EPROTO;
	if (!writable && chain->writable_n != 0)
		return -EPROTO;
	chain->buffers[n] = (struct iovec){.iov_base = host, .iov_len = d->len};
	*(writable ? &chain->writable_n : &chain->readable_n) += 1;
	return 0;
}

/* virtio 1.2, 2.7.5.3: the last of a chain, not nested, a table of whole descriptors. Its WRITE flag means nothing. */
static int walk_enter(struct walk *w, const struct vring_desc *d)
{
	const uint32_t n = d->len / (uint32_t)sizeof *d;

	if (w->indirect || d->flags & VRING_DESC_F_NEXT || n == 0 || n > VIRTQ_BUFFERS_MAX || d->len % sizeof *d)
		return -EPROTO;
	if (!guest_slice(w->memory, d->addr, d->len))
		return -EPROTO;
	*w = (struct walk){.memory = w->memory, .table = d->addr, .table_n = n, .left = n, .indirect = true};
	return 1;
}

/* 1: the chain goes on; 0: this was its end. */
static int walk_step(struct walk *w, struct virtq_chain *chain)
{
	struct vring_desc d;

	if (w->left-- == 0 || w->next >= w->table_n)
		return -EPROTO;
	if (guest_copy_from(w->memory, w->table + sizeof d * w->next, &d, sizeof d) < 0)
		return -EPROTO;
	if (d.flags & VRING_DESC_F_INDIRECT)
		return walk_enter(w, &d);
	if (chain_add(chain, w->memory, &d) < 0)
		return -EPROTO;
	w->next = d.next;
	return d.flags & VRING_DESC_F_NEXT ? 1 : 0;
}

static void chain_begin(struct virtq_chain *chain, uint16_t head)
{
	chain->head = head;
	chain->readable_n = chain->writable_n = 0;
	chain->readable_bytes = chain->writable_bytes = 0;
}

int virtq_take(struct virtq *q, const struct guest_memory *memory, struct virtq_chain *ret)
{
	const uint16_t place = q->next_available & (uint16_t)(q->size - 1);
	struct walk w = {.memory = memory, .table = q->descriptors, .table_n = q->size, .left = q->size};
	uint16_t available;
	int r;

	if (word_load(memory, q->driver + RING_INDEX, &available) < 0 ||
		(uint16_t)(available - q->next_available) > q->size)
		return -EPROTO;
	if (available == q->next_available)
		return 0;
	if (word_load(memory, q->driver + driver_item(place), &w.next) < 0)
		return -EPROTO;
	chain_begin(ret, w.next);
	do
		r = walk_step(&w, ret);
	while (r > 0);
	if (r < 0)
		return r;
	ret->readable = ret->buffers;
	ret->writable = ret->buffers + ret->readable_n;
	q->next_available++;
	return 1;
}

void virtq_untake(struct virtq *q)
{
	q->next_available--;
}

int virtq_give(struct virtq *q, const struct guest_memory *memory, uint16_t head, uint32_t written)
{
	const uint16_t place = q->next_used & (uint16_t)(q->size - 1);
	const struct vring_used_elem item = {.id = head, .len = written};

	if (guest_copy_to(memory, q->device + device_item(place), &item, sizeof item) < 0)
		return -EPROTO;
	q->next_used++;
	return word_store(memory, q->device + RING_INDEX, q->next_used);
}

bool virtq_wants_interrupt(struct virtq *q, const struct guest_memory *memory)
{
	const uint16_t before = q->signalled, now = q->next_used;
	uint16_t event, flags;

	if (before == now)
		return false;
	q->signalled = now;
	/* the index that we stored must be visible before we look whether the driver waits for it: else both wait */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (q->event_idx)
		return word_load(memory, q->driver + driver_item(q->size), &event) == 0 &&
		       vring_need_event(event, now, before);
	return word_load(memory, q->driver + RING_FLAGS, &flags) == 0 && !(flags & VRING_AVAIL_F_NO_INTERRUPT);
}

bool virtq_ask_notification(struct virtq *q, const struct guest_memory *memory, bool on)
{
	uint16_t available;
	int r = 0;

	if (!q->event_idx)
		r = word_store(memory, q->device + RING_FLAGS, on ? 0 : VRING_USED_F_NO_NOTIFY);
	else if (on) /* an event index that is behind spares notifications by itself */
		r = word_store(memory, q->device + device_item(q->size), q->next_available);
	if (r < 0 || !on)
		return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return word_load(memory, q->driver + RING_INDEX, &available) == 0 && available != q->next_available;
}

/* Where a copy of `length` bytes, `skip` bytes into some buffers, stands. */
struct spread {
	const struct iovec *buffers;
	size_t n, skip, length;
};

/* The next piece that is in one buffer; 0: no more. */
static size_t spread_next(struct spread *s, uint8_t **ret)
{
	size_t piece;

	while (s->n > 0 && s->skip >= s->buffers->iov_len) {
		s->skip -= s->buffers->iov_len;
		s->buffers++;
		s->n--;
	}
	if (s->n == 0)
		return 0;
	piece = s->buffers->iov_len - s->skip;
	piece = piece < s->length ? piece : s->length;
	*ret = (uint8_t *)s->buffers->iov_base + s->skip;
	s->skip += piece;
	s->length -= piece;
	return piece;
}

size_t virtq_chain_read(const struct virtq_chain *chain, size_t skip, void *to, size_t length)
{
	struct spread s = {.buffers = chain->readable, .n = chain->readable_n, .skip = skip, .length = length};
	size_t done = 0;
	uint8_t *from;

	for (size_t piece; (piece = spread_next(&s, &from)) > 0; done += piece)
		memcpy((uint8_t *)to + done, from, piece);
	return done;
}

size_t virtq_chain_write(const struct virtq_chain *chain, size_t skip, const void *from, size_t length)
{
	struct spread s = {.buffers = chain->writable, .n = chain->writable_n, .skip = skip, .length = length};
	size_t done = 0;
	uint8_t *to;

	for (size_t piece; (piece = spread_next(&s, &to)) > 0; done += piece)
		memcpy(to, (const uint8_t *)from + done, piece);
	return done;
}
