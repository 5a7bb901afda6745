/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint while it is under way. For its own files. */
#pragma once

#include "runtime/service/checkpoint_images.h"
#include "runtime/service/criu_call.h"
#include "runtime/service/namespace.h"

struct dumping {
	const struct service *service;
	const struct checkpoint *checkpoint;
	struct spec spec;
	struct cgroup cgroup;
	bool paused; /* before */
	struct checkpoint_images images;
	struct text options;
	struct checkpoint_stream streams[CHECKPOINT_STREAMS];
};

/* What criu is asked for. */
int dump_options(struct dumping *d, struct err *e);

/* What criu tells while it dumps (struct criu_call); `dumping` is a struct dumping. */
int dump_hear(void *dumping, const struct criu_response *notification, int *fd, struct err *e);
