/* SPDX-License-Identifier: Apache-2.0 */
/* A file of which parts go into a guest's memory. */
#pragma once

#include "base/err.h"
#include "microvm/vmm/memory.h"

struct image {
	int fd; /* borrowed */
	uint64_t bytes;
	const char *name; /* for messages: "kernel" */
};

/* -EINVAL: it is no regular file, or empty. */
int image_open(int fd, const char *name, struct image *ret, struct err *e);

/* Reads whole. -EINVAL: the file has no such bytes. */
int image_read(const struct image *image, uint64_t offset, void *to, size_t length, struct err *e);

/* A part of the file, and where it goes. */
struct image_part {
	uint64_t offset, length;
	gpa_t at;
};

/* Puts a part into memory: whole pages are mapped privately where file and memory lie alike, the rest is copied. */
int image_place(
	const struct image *image, const struct image_part *part, const struct guest_memory *memory, struct err *e);
