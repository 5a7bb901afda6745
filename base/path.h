/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths below a root that a stranger wrote (a root filesystem).
 *
 * Every component is hostile: symlinks may point anywhere, and a process in the
 * service may swap them while we look. So a path is resolved by openat2(2) with
 * RESOLVE_IN_ROOT, where "/" and ".." cannot lead out of the root, and what follows
 * is done to the descriptor found, never to the path again.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* Opens `path` with `root` as "/"; flags as for open(2), O_CLOEXEC is added. Returns the descriptor or a negative
 * errno. */
int path_open_in_root(int root, const char *path, int flags, struct err *e);

/* As path_open_in_root(), but a symlink anywhere on the way is an error (-ELOOP): for what must be just where it says.
 */
int path_open_plain_in_root(int root, const char *path, int flags, struct err *e);

/* What follows makes what is missing, also where a dangling symlink of the root filesystem points. */

/* Opens a directory, making it and missing parents with mode (mkdir -p). Returns an O_PATH descriptor or a negative
 * errno. */
int path_make_dir_in_root(int root, const char *path, mode_t mode, struct err *e);

/* Opens a file, making an empty one and missing parents where there is none. Returns an O_PATH descriptor or a negative
 * errno. */
int path_make_file_in_root(int root, const char *path, mode_t mode, struct err *e);

/*
 * Opens the directory that `path`'s last component is in, making missing ones with mode 0755,
 * and gives that component, which points into path. -EINVAL for a path without one ("/", "..").
 */
int path_open_parent_in_root(int root, const char *path, const char **ret_name, struct err *e);

/* "/proc/self/fd/N" of a descriptor, for calls that take a path only. */
struct fd_path {
	char text[32];
};

struct fd_path path_of_fd(int fd);

/* Whether a component of the path is "..", which no path we are given to write to may have. */
bool path_has_dotdot(const char *path);
