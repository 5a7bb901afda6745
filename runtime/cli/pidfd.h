/* SPDX-License-Identifier: Apache-2.0 */
/* --pidfd-socket: a pidfd of the process that was started, for a caller that is not its parent. */
#pragma once

#include "base/err.h"

/* Connects to the Unix stream socket, before there is anything to undo. *ret is owned; -1 where there is no path. */
int cli_pidfd_connect(const char *path, int *ret, struct err *e);

/* Sends the pidfd (SCM_RIGHTS, with a name of no meaning as the bytes, as runc does). Nothing for a socket of -1. */
int cli_pidfd_send(int socket, int pidfd, struct err *e);
