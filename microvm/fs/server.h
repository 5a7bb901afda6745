/* SPDX-License-Identifier: Apache-2.0 */
/* Whole FUSE requests to what a share does, and its answers to a socket. The only user of libfuse. */
#pragma once

#include "microvm/fs/share.h"

struct server;

/*
 * For one life of a guest's mount, which begins with FUSE_INIT. Share and socket are borrowed; answers are sent to the
 * socket, each as one message with at most data_max bytes of data. 0 or -ENOMEM.
 */
int server_open(struct share *share, int socket, size_t data_max, struct server **ret);
void server_close(struct server *server);

/* One request that message_check() has let pass; followed by zeroes, as many as a request's fixed part may have. */
void server_handle(struct server *server, void *message, size_t length);
