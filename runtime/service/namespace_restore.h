/* SPDX-License-Identifier: Apache-2.0 */
/* A restore while it is under way. For its own files. */
#pragma once

#include "runtime/service/checkpoint_external.h"
#include "runtime/service/criu_call.h"
#include "runtime/service/namespace.h"
#include "runtime/service/prepare.h"

struct restoring {
	const struct service_request *request;
	struct service_made *made;
	struct prepared prepared;
	struct checkpoint_images images;
	struct checkpoint_stream streams[CHECKPOINT_STREAMS];
	struct external_namespaces namespaces;
	struct text options;
	int console; /* connected, takes the terminal's master; -1: the caller keeps it */
};

/* Writes down where the cgroup is. */
int restore_note_cgroup(struct restoring *r, struct err *e);

/* What criu, which is the process `criu` and in the service's cgroup, is asked for. */
int restore_options(struct restoring *r, pid_t criu, struct err *e);

/* What criu tells while it restores (struct criu_call); `restoring` is a struct restoring. */
int restore_hear(void *restoring, const struct criu_response *notification, int *fd, struct err *e);
