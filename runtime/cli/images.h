/* SPDX-License-Identifier: Apache-2.0 */
/* What checkpoint and restore share: where the images are, and what of a process is allowed to be in them. */
#pragma once

#include "runtime/cli/cli.h"
#include "runtime/service/checkpoint.h"

struct image_options {
	const char *image_path, *work_path, *cgroups;
	struct cli_list empty_ns;
	bool tcp_established, ext_unix_sk, file_locks, shell_job, lazy_pages, auto_dedup;
};

#define IMAGE_OPTION(type, name, kind, field, argument, help)                                                          \
	{                                                                                                              \
		name, 0, kind, offsetof(struct type, images.field), argument, help                                     \
	}

/* The rows of both verbs' tables; `type` has a struct image_options `images`. */
#define IMAGE_OPTIONS(type)                                                                                            \
	IMAGE_OPTION(type, "image-path", CLI_TEXT, image_path, "DIR", "the images (default: checkpoint)"),             \
		IMAGE_OPTION(type, "work-path", CLI_TEXT, work_path, "DIR", "criu's log (default: with the images)"),  \
		IMAGE_OPTION(type, "tcp-established", CLI_FLAG, tcp_established, NULL, "allow open TCP connections"),  \
		IMAGE_OPTION(type, "ext-unix-sk", CLI_FLAG, ext_unix_sk, NULL, "allow Unix sockets to outside"),       \
		IMAGE_OPTION(type, "shell-job", CLI_FLAG, shell_job, NULL, "allow the caller's terminal"),             \
		IMAGE_OPTION(type, "file-locks", CLI_FLAG, file_locks, NULL, "allow file locks"),                      \
		IMAGE_OPTION(type, "lazy-pages", CLI_FLAG, lazy_pages, NULL, "memory comes when it is touched"),       \
		IMAGE_OPTION(type, "auto-dedup", CLI_FLAG, auto_dedup, NULL, "drop pages that a later image has"),     \
		IMAGE_OPTION(type, "manage-cgroups-mode", CLI_TEXT, cgroups, "MODE",                                   \
			"soft (default), full, strict or ignore"),                                                     \
		IMAGE_OPTION(type, "empty-ns", CLI_LIST, empty_ns, "TYPE", "leave out what is in it: network")

/* The options as the service floor wants them; *ret borrows from them. */
int images_from_options(const struct image_options *o, struct checkpoint *ret, struct err *e);
