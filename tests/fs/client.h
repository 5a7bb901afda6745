/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of cloche-fs, for tests: a share in a directory of its own, a session that serves it, and FUSE
 * requests over a socket, one at a time, all in one process and one thread.
 *
 * The share is the folder "0" of that directory. What must hold whatever is asked ends the test (abort).
 */
#pragma once

#include "microvm/fs/session.h"

#include <linux/fuse.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIENT_BYTES = 1 << 18, CLIENT_ROOT = FUSE_ROOT_ID };

struct client {
	char path[64]; /* of the directory; absolute */
	int socket, served, top;
	struct share share;
	struct session *session;
	uint64_t unique;
	uint32_t uid, gid;
	uint64_t folder; /* the share's number, once it was looked up */
	struct fuse_out_header head;
	size_t length;              /* of the answer's body, as far as it fits */
	uint8_t body[CLIENT_BYTES]; /* the answer's */
};

/* descriptors: how many the server may have. */
void client_open(struct client *c, size_t descriptors);
void client_close(struct client *c);

/* A path below the share, as the host sees it. Valid until the next call. */
const char *client_host_path(struct client *c, const char *name);

/* What follows the header: a fixed part, then more; each may be NULL. */
struct client_parts {
	const void *fixed;
	size_t fixed_length;
	const void *more;
	size_t more_length;
};

/* Sends the bytes as they are and lets the session have a turn. Returns the answer's error, or 1: there was none. */
int client_send_raw(struct client *c, const void *message, size_t length);

/* A request with a true header. Returns 0 or the answer's (negative) error. */
int client_call(struct client *c, uint32_t opcode, uint64_t number, const struct client_parts *parts);

/* With names only: "a\0b\0" as one literal with its length. */
int client_call_text(struct client *c, uint32_t opcode, uint64_t number, const char *text, size_t length);

int client_init(struct client *c, uint64_t flags);
/* INIT, then the share is looked up. */
void client_mount(struct client *c);

/* The entry of the last answer, and of its second half what a file was opened as. */
const struct fuse_entry_out *client_entry(const struct client *c);
const struct fuse_attr_out *client_attr(const struct client *c);

/* What tests do often. The number, or the negative error. */
int64_t client_look_up(struct client *c, uint64_t directory, const char *name);
int64_t client_open_file(struct client *c, uint64_t number, int flags);
int64_t client_create(struct client *c, const char *name, uint32_t mode, int flags, int64_t *ret_handle);
int client_read(struct client *c, int64_t handle, uint64_t at, uint32_t size);
int client_write(struct client *c, int64_t handle, uint64_t at, const char *text);
int client_release(struct client *c, int64_t handle);
