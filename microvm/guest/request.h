/* SPDX-License-Identifier: Apache-2.0 */
/* What the host may ask for. */
#pragma once

#include "base/err.h"

struct connection;
struct frame;
struct guest_service;

/*
 * Does what a frame asks for. The answer is sent here, or later when a worker is done; a negative errno is for the
 * caller to answer. The connection may be gone afterwards unless that is what is returned.
 */
int request_handle(struct connection *c, const struct frame *frame, struct err *e);

/* Each takes a frame whose payload is at least as long as its head. */
typedef int request_handler(struct connection *c, const struct frame *frame, struct err *e);

/* create.c, start.c, exec.c, clock.c, update.c */
request_handler request_create, request_start, request_exec, request_attach, request_window, request_time,
	request_entropy, request_update;

/* -ESRCH or -EOPNOTSUPP: there is no cgroup of the service's. */
int request_need_cgroup(const struct guest_service *service, struct err *e);
