/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket of cloche-fs: one message is one FUSE request or one answer (docs/microvm.md, "fs").
 *
 * A request that is not whole never reaches libfuse, which would believe it. FUSE_INIT begins anew: whoever mounted
 * before has no files any more.
 */
#pragma once

#include "base/err.h"
#include "microvm/fs/share.h"

struct session;

/* The socket (SOCK_SEQPACKET) and the share are borrowed. */
int session_open(struct share *share, int socket, struct session **ret, struct err *e);
void session_close(struct session *session);

/* The next request; whatever it is, the session goes on. 1; 0: the socket has ended. */
int session_turn(struct session *session, struct err *e);
