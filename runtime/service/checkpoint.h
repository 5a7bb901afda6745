/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoint and restore: a service's processes as files, and back. Behind the wall of namespaces it is criu(8) that
 * does it (docs/decisions/0022-criu-over-its-socket.md).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct service;

/* What becomes of the cgroups below the service's own, and of limits (criu(8), --manage-cgroups). */
enum checkpoint_cgroups {
	CHECKPOINT_CGROUPS_SOFT, /* made where they are missing */
	CHECKPOINT_CGROUPS_FULL,
	CHECKPOINT_CGROUPS_STRICT,
	CHECKPOINT_CGROUPS_IGNORE,
	CHECKPOINT_CGROUPS_COUNT,
};

/* What is wanted of a checkpoint, or of the images to restore from. Borrowed. */
struct checkpoint {
	const char *image_path;  /* a directory; made where it is missing and there is something to write */
	const char *work_path;   /* where criu keeps its log; NULL: beside the images */
	const char *parent_path; /* of an earlier pre-dump, relative to image_path; NULL: none */
	const char *page_server; /* address of a criu page-server; NULL: none */
	unsigned int page_server_port;
	enum checkpoint_cgroups cgroups;
	int status_fd; /* told when lazy pages are served; -1: none */
	bool pre_dump, leave_running;
	bool tcp_established, ext_unix_sk, file_locks, shell_job;
	bool lazy_pages, auto_dedup;
	bool empty_network;                          /* what is in the network namespace is somebody else's affair */
	const char *lsm_profile, *lsm_mount_context; /* of a restore; NULL: as it was */
};

/*
 * Writes the service's processes to the images, and removes the service unless it is to go on: after a pre-dump, with
 * leave_running, and whenever the checkpoint fails.
 */
int service_checkpoint(struct service *s, const struct checkpoint *checkpoint, struct err *e);
