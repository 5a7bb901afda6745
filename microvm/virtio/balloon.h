/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The balloon (virtio 1.2, 5.5): memory that the guest does not need goes back to the host.
 *
 * Two ways: free page reporting, by which the guest tells of itself what lies idle, and a target, by which the host
 * asks for memory. A guest out of memory takes back what it gave (DEFLATE_ON_OOM).
 *
 * Faces the guest, who names pages: only its own memory is ever given up, and it may do that as it likes.
 */
#pragma once

#include "microvm/virtio/virtio.h"

enum { BALLOON_STATS_MAX = 10 }; /* of the tags that there are (5.5.6.3) */

struct balloon_stats {
	uint32_t target_pages, actual_pages; /* asked for, given; of 4 KiB */
	uint32_t known;                      /* a bit for each of `values` that the guest has told */
	uint64_t values[BALLOON_STATS_MAX];  /* by tag: enum virtio_balloon_stat's numbers, as the guest says */
};

/* Asks the guest for that many pages in all. On the I/O thread. */
void balloon_set_target(struct virtio_device *d, uint32_t pages);

/* What is known, and asks the guest for newer figures. On the I/O thread. */
struct balloon_stats balloon_get_stats(struct virtio_device *d);
