/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said on the socket of `criu swrk` (CRIU's images/rpc.proto): one request; then notifications, each of which
 * is answered, until the answer to the request. A message is a packet. Pure.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CRIU_MESSAGE_MAX = 64 * 1024 };

/* criu_req_type */
enum criu_type { CRIU_DUMP = 1, CRIU_RESTORE = 2, CRIU_PRE_DUMP = 4, CRIU_NOTIFY = 6 };

/* criu_cg_mode */
enum criu_cgroup_mode { CRIU_CGROUP_IGNORE = 0, CRIU_CGROUP_SOFT = 3, CRIU_CGROUP_FULL = 4, CRIU_CGROUP_STRICT = 5 };

/* Numbers of criu_opts, for protobuf_add_number() and protobuf_add_string(), or for what is said below. */
enum criu_option {
	CRIU_IMAGES_DIR_FD = 1, /* a descriptor of whoever asks, not of criu */
	CRIU_PID = 2,
	CRIU_LEAVE_RUNNING = 3,
	CRIU_EXT_UNIX_SK = 4,
	CRIU_TCP_ESTABLISHED = 5,
	CRIU_EVASIVE_DEVICES = 6,
	CRIU_SHELL_JOB = 7,
	CRIU_FILE_LOCKS = 8,
	CRIU_LOG_LEVEL = 9,
	CRIU_LOG_FILE = 10,
	CRIU_PAGE_SERVER = 11, /* criu_add_page_server() */
	CRIU_NOTIFY_SCRIPTS = 12,
	CRIU_ROOT = 13,
	CRIU_PARENT_IMG = 14,
	CRIU_TRACK_MEM = 15,
	CRIU_AUTO_DEDUP = 16,
	CRIU_WORK_DIR_FD = 17, /* as CRIU_IMAGES_DIR_FD */
	CRIU_EXT_MNT = 23,     /* criu_add_pair() */
	CRIU_CG_ROOT = 25,     /* criu_add_pair() */
	CRIU_RST_SIBLING = 26,
	CRIU_INHERIT_FD = 27, /* criu_add_inherited() */
	CRIU_EXT_MASTERS = 30,
	CRIU_MANAGE_CGROUPS_MODE = 34,
	CRIU_EXTERNAL = 37,
	CRIU_EMPTY_NS = 38,
	CRIU_FREEZE_CGROUP = 44,
	CRIU_LAZY_PAGES = 48,
	CRIU_STATUS_FD = 49,
	CRIU_ORPHAN_PTS_MASTER = 50,
	CRIU_CONFIG_FILE = 51,
	CRIU_LSM_PROFILE = 53,
	CRIU_LSM_MOUNT_CONTEXT = 63,
};

/* A key and what it stands for: an external mount, or a controller and its cgroup. */
void criu_add_pair(struct text *options, enum criu_option option, const char *key, const char *value);

/* A descriptor of criu's that takes the place of what the images call `key`. */
void criu_add_inherited(struct text *options, const char *key, int fd);

void criu_add_page_server(struct text *options, const char *address, unsigned int port);

/* Appends a request with its options. */
void criu_write_request(enum criu_type type, const struct text *options, struct text *out);

/* Appends the answer to a notification. */
void criu_write_answer(bool success, struct text *out);

/* An answer of criu, or a notification. */
struct criu_response {
	unsigned int type; /* enum criu_type, or another */
	bool success;
	char script[64]; /* of a notification, else "" */
	pid_t pid;       /* of what is restored; 0: not said */
	char error[256]; /* the first error that criu met, "" where it says none */
};

/* -EPROTO: not a response. */
int criu_read_response(const void *bytes, size_t length, struct criu_response *ret, struct err *e);
