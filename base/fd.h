/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors: whole reads and writes, passing them, closing what is not wanted. */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>
#include <sys/types.h>

/* Appends all that fd yields, at most limit bytes (-EFBIG past it, with `name` in the message). */
int fd_read_all(int fd, const char *name, size_t limit, struct text *out, struct err *e);

/* Appends the file `path` (relative to dirfd, AT_FDCWD for the working directory). */
int file_read(int dirfd, const char *path, size_t limit, struct text *out, struct err *e);

/* Writes all of it, through short writes and EINTR. */
int fd_write_all(int fd, const void *data, size_t length, const char *name, struct err *e);

/* Writes text into an existing file with one write(2), as files of /proc, /sys and cgroups want it. */
int file_write(int dirfd, const char *path, const char *text, struct err *e);

/*
 * Replaces `name` in dirfd by the content, whole or not at all: a temporary beside it,
 * then rename(2). A reader sees the old or the new file, never part of one.
 */
int file_replace(int dirfd, const char *name, const void *data, size_t length, mode_t mode, struct err *e);

/* file_replace() by a path. */
int file_replace_path(const char *path, const void *data, size_t length, mode_t mode, struct err *e);

/* Sends length bytes and, where fd is not negative, that descriptor, as one message of a Unix socket (unix(7)). */
int fd_send(int socket, const void *data, size_t length, int fd, struct err *e);

/*
 * Receives one message of at most `room` bytes. *ret_fd is the descriptor that came
 * with it (close-on-exec, owned by the caller) or -1; ret_fd may be NULL where none is
 * expected. More than one are refused. Returns the length, 0 at the end of the stream, or a negative errno.
 */
ssize_t fd_receive(int socket, void *data, size_t room, int *ret_fd, struct err *e);

/* Lets this process have as many descriptors as it may give itself (RLIMIT_NOFILE, its hard limit); ret_max may be
 * NULL. */
int fd_raise_limit(size_t *ret_max, struct err *e);
