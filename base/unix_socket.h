/* SPDX-License-Identifier: Apache-2.0 */
/* Unix sockets by name (unix(7)). What is connected to may have a name longer than sun_path. */
#pragma once

#include "base/err.h"

/* A listening socket `name` in dirfd, for its owner alone; type: SOCK_STREAM or SOCK_SEQPACKET. Returns the descriptor.
 */
int unix_listen(int dirfd, const char *name, int type, struct err *e);

/* Connects to the socket `name` in dirfd; type: SOCK_STREAM or SOCK_SEQPACKET. Returns the descriptor. */
int unix_connect(int dirfd, const char *name, int type, struct err *e);

/* Connects the caller's socket, which may have options of its own. */
int unix_connect_by(int socket, int dirfd, const char *name, struct err *e);
