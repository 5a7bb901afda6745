/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of a checkpoint's images, and the one of criu's log. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "runtime/service/checkpoint.h"

#include <stddef.h>
#include <sys/types.h>

enum { CHECKPOINT_STREAMS = 3 }; /* standard input, output, error */

/* A stream's name in the images, by which another takes its place: "pipe:[4711]", "file[1f:2c]"; "": none. */
struct checkpoint_stream {
	char key[64];
};

struct checkpoint_images {
	struct arena arena;
	int dir, work;        /* owned */
	const char *log;      /* name in `work` */
	const char *log_path; /* for messages */
	size_t n, room;
	const char **names; /* what was there before */
};

#define CHECKPOINT_IMAGES_NONE ((struct checkpoint_images){.dir = -1, .work = -1})
#define own_checkpoint_images  __attribute__((cleanup(checkpoint_images_close))) struct checkpoint_images

/* To write images: makes the directory where it is missing, and looks at what is in it. */
int checkpoint_images_make(const struct checkpoint *checkpoint, struct checkpoint_images *ret, struct err *e);

/* To read them. */
int checkpoint_images_open(const struct checkpoint *checkpoint, struct checkpoint_images *ret, struct err *e);

/*
 * The same directories as the process `pid` sees them, in its mount namespace: criu enters them by our descriptors, and
 * mounts what it needs for itself where it then is.
 */
int checkpoint_images_enter(struct checkpoint_images *images, pid_t pid, struct err *e);

/* Removes what a checkpoint that failed has written; criu's log stays. */
void checkpoint_images_discard(const struct checkpoint_images *images);

/* The names of the streams, in the file that runc has for them, too ("descriptors.json"). */
int checkpoint_streams_write(const struct checkpoint_images *images,
	const struct checkpoint_stream streams[CHECKPOINT_STREAMS], struct err *e);
int checkpoint_streams_read(
	const struct checkpoint_images *images, struct checkpoint_stream ret[CHECKPOINT_STREAMS], struct err *e);

void checkpoint_images_close(struct checkpoint_images *images);
