/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/balloon.h"

#include "microvm/virtio/devices.h"

#include <linux/virtio_balloon.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	BALLOON_QUEUE_SIZE = 128,
	BALLOON_TURN_CHAINS = 16,    /* then other devices have their turn */
	BALLOON_PAGES_AT_ONCE = 256, /* what Linux puts into a chain; of a longer one the rest follows */
	BALLOON_PAGES_MAX = 1 << 16, /* of one chain */
};

/* Queues are numbered as they come, without those of features that are not offered. */
enum balloon_queue { BALLOON_INFLATE, BALLOON_DEFLATE, BALLOON_STATS, BALLOON_REPORTING, BALLOON_QUEUES };

struct balloon {
	struct virtio_device device;
	struct virtq_chain chain;
	uint32_t target_pages, actual_pages;
	struct balloon_stats stats;
	uint16_t stats_head; /* of the buffer that the driver has left with us */
	bool stats_held;
};

/* A run of pages, upwards. */
struct balloon_run {
	gpa_t start;
	uint64_t bytes;
};

/* What is not whole pages of memory is no page of the guest's to give: nothing happens to it. */
static void balloon_discard(const struct balloon *balloon, const struct balloon_run *run)
{
	void *host = guest_slice(balloon->device.place.memory, run->start, run->bytes);

	if (host)
		(void)madvise(host, run->bytes, MADV_DONTNEED); /* what the host cannot take back it keeps */
}

/* The page beside the run, either way: Linux gives them downwards as often as upwards. */
static bool balloon_extend(struct balloon_run *run, gpa_t page)
{
	if (run->bytes && page == run->start + run->bytes) {
		run->bytes += GUEST_PAGE;
		return true;
	}
	if (!run->bytes || page + GUEST_PAGE != run->start)
		return false;
	run->start = page;
	run->bytes += GUEST_PAGE;
	return true;
}

static void balloon_discard_pages(const struct balloon *balloon, const uint32_t *pages, size_t n)
{
	struct balloon_run run = {0};

	for (size_t i = 0; i < n; i++) {
		const gpa_t page = (gpa_t)pages[i] << VIRTIO_BALLOON_PFN_SHIFT;

		if (balloon_extend(&run, page))
			continue;
		balloon_discard(balloon, &run);
		run = (struct balloon_run){page, GUEST_PAGE};
	}
	balloon_discard(balloon, &run);
}

/* The pages of an inflated chain: their numbers are copied before one is looked at. */
static void balloon_inflate(struct balloon *balloon, const struct virtq_chain *chain)
{
	uint32_t pages[BALLOON_PAGES_AT_ONCE];
	size_t n, skip = 0;

	while (skip < BALLOON_PAGES_MAX * sizeof *pages) {
		n = virtq_chain_read(chain, skip, pages, sizeof pages) / sizeof *pages;
		balloon_discard_pages(balloon, pages, n);
		if (n < BALLOON_PAGES_AT_ONCE)
			return;
		skip += sizeof pages;
	}
}

/* The buffers themselves are what is free. */
static void balloon_report(struct balloon *balloon, const struct virtq_chain *chain)
{
	(void)balloon;
	for (unsigned int i = 0; i < chain->writable_n; i++) {
		const struct iovec *part = &chain->writable[i];

		/* parts of a page fail: nothing is lost by that */
		if ((uintptr_t)part->iov_base % GUEST_PAGE == 0 && part->iov_len % GUEST_PAGE == 0)
			(void)madvise(part->iov_base, part->iov_len, MADV_DONTNEED);
	}
}

static void balloon_forget(struct balloon *balloon, const struct virtq_chain *chain)
{
	(void)balloon; /* a page that is taken back is there at its first touch */
	(void)chain;
}

/* What a queue is for: without statistics those behind move up. */
static unsigned int balloon_role(const struct virtio_device *d, unsigned int queue)
{
	return queue >= BALLOON_STATS && !virtio_has(d, VIRTIO_BALLOON_F_STATS_VQ) ? queue + 1 : queue;
}

static void balloon_serve(struct virtio_device *d, unsigned int queue)
{
	static void (*const work[BALLOON_QUEUES])(struct balloon *, const struct virtq_chain *) = {
		[BALLOON_INFLATE] = balloon_inflate,
		[BALLOON_DEFLATE] = balloon_forget,
		[BALLOON_REPORTING] = balloon_report,
	};
	struct balloon *balloon = d->self;
	unsigned int n = 0;

	while (n < BALLOON_TURN_CHAINS && virtio_take(d, queue, &balloon->chain) > 0) {
		work[balloon_role(d, queue)](balloon, &balloon->chain);
		virtio_give(d, queue, balloon->chain.head, 0);
		n++;
	}
	virtio_interrupt(d, queue);
	if (n == BALLOON_TURN_CHAINS)
		virtio_notify_later(d, queue);
}

static void balloon_read_stats(struct balloon *balloon, const struct virtq_chain *chain)
{
	struct virtio_balloon_stat stat;

	for (size_t i = 0; i < BALLOON_STATS_MAX; i++) {
		if (virtq_chain_read(chain, i * sizeof stat, &stat, sizeof stat) != sizeof stat)
			return;
		if (stat.tag >= BALLOON_STATS_MAX)
			continue;
		balloon->stats.values[stat.tag] = stat.val;
		balloon->stats.known |= 1U << stat.tag;
	}
}

/* The driver leaves one buffer with us; we give it back when we want newer figures (5.5.6.3). */
static void balloon_take_stats(struct virtio_device *d)
{
	struct balloon *balloon = d->self;

	if (balloon->stats_held || virtio_take(d, BALLOON_STATS, &balloon->chain) <= 0)
		return;
	balloon_read_stats(balloon, &balloon->chain);
	balloon->stats_head = balloon->chain.head;
	balloon->stats_held = true;
}

static void balloon_notify(struct virtio_device *d, unsigned int queue)
{
	const unsigned int role = balloon_role(d, queue);

	if (role == BALLOON_STATS)
		balloon_take_stats(d);
	else if (role < BALLOON_REPORTING || (role == BALLOON_REPORTING && virtio_has(d, VIRTIO_BALLOON_F_REPORTING)))
		balloon_serve(d, queue);
}

static struct virtio_balloon_config balloon_config(const struct balloon *balloon)
{
	return (struct virtio_balloon_config){.num_pages = balloon->target_pages, .actual = balloon->actual_pages};
}

static void balloon_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct virtio_balloon_config config = balloon_config(d->self);

	virtio_config_copy(&(struct virtio_config){&config, sizeof config}, offset, to, length);
}

/* `actual` is the driver's to write; all else is ours. */
static void balloon_config_write(struct virtio_device *d, uint32_t offset, const void *from, uint32_t length)
{
	struct balloon *balloon = d->self;

	if (offset == offsetof(struct virtio_balloon_config, actual) && length == sizeof balloon->actual_pages)
		memcpy(&balloon->actual_pages, from, length);
}

static void balloon_reset(struct virtio_device *d)
{
	struct balloon *balloon = d->self;

	balloon->stats_held = false;
	balloon->actual_pages = 0;
	balloon->stats.known = 0;
}

static const struct virtio_class balloon_class = {
	.name = "balloon",
	.id = VIRTIO_BALLOON,
	.queue_size = BALLOON_QUEUE_SIZE,
	.config_read = balloon_config_read,
	.config_write = balloon_config_write,
	.reset = balloon_reset,
	.notify = balloon_notify,
};

void balloon_set_target(struct virtio_device *d, uint32_t pages)
{
	struct balloon *balloon = d->self;

	virtio_lock(d);
	balloon->target_pages = pages;
	virtio_config_changed(d);
	virtio_unlock(d);
}

struct balloon_stats balloon_get_stats(struct virtio_device *d)
{
	struct balloon *balloon = d->self;
	struct balloon_stats stats;

	virtio_lock(d);
	stats = balloon->stats;
	stats.target_pages = balloon->target_pages;
	stats.actual_pages = balloon->actual_pages;
	if (balloon->stats_held) {
		balloon->stats_held = false;
		virtio_give(d, BALLOON_STATS, balloon->stats_head, 0);
		virtio_interrupt(d, BALLOON_STATS);
	}
	virtio_unlock(d);
	return stats;
}

static void balloon_close(struct virtio_device *d)
{
	virtio_close(d);
	free(d->self);
}

int balloon_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	struct balloon *balloon = calloc(1, sizeof *balloon);
	int r;

	if (!balloon)
		return err_nomem(e);
	balloon->device = (struct virtio_device){
		.class = &balloon_class,
		.self = balloon,
		.features = 1 << VIRTIO_BALLOON_F_STATS_VQ | 1 << VIRTIO_BALLOON_F_DEFLATE_ON_OOM |
			    1 << VIRTIO_BALLOON_F_REPORTING,
		.queues_n = BALLOON_QUEUES,
	};
	r = virtio_open(&balloon->device, wish->place, e);
	if (r < 0) {
		free(balloon);
		return r;
	}
	*ret = (struct virtio_made){.device = &balloon->device, .close = balloon_close};
	return 0;
}
