/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes whose filesystem is in an image file or on a block device of the host's. The machine has each as a disk, in
 * the order of the spec's mounts; the guest mounts it, so that nothing of the host's kernel ever reads what is in it.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "runtime/isolation/mount_request.h"

enum { MICROVM_DISKS_MAX = 10 };

struct microvm_disk {
	int fd;
	bool read_only;
};

struct microvm_disks {
	size_t n;
	struct microvm_disk items[MICROVM_DISKS_MAX];
};

/* Whether a mount is of a filesystem that needs a disk. Pure. */
bool microvm_disk_is_needed(const struct mount_request *request);

/* Where a guest finds the disk that has `number` others before it. NULL: out of memory. Pure. */
const char *microvm_disk_device(size_t number, struct arena *a);

/*
 * Opens them. A relative source is below the bundle. One that is written is nobody else's as long as the machine is
 * there (flock(2)). *ret is closed also after a failure.
 */
int microvm_disks_open(const struct spec *spec, const char *bundle, struct microvm_disks *ret, struct err *e);
void microvm_disks_close(struct microvm_disks *disks);
