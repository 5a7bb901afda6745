/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection of the host's: requests, one after another. While a worker is at one the connection rests, so whoever
 * answers finds it open.
 */
#pragma once

#include "base/loop.h"
#include "runtime/proto/frame.h"

struct agent;
struct exec;

struct connection {
	struct agent *agent;
	struct connection *next;
	int fd; /* owned; it blocks */
	struct loop_source source;
	struct frame_reader reader;
	struct exec *exec; /* whose size and end it carries; NULL: none */
};

/* Takes connections from the listener. */
int connection_listen(struct agent *agent, struct err *e);

/* The host that does not take an answer finds its connection closed. */
void connection_answer(struct connection *c, uint16_t type, const struct frame_parts *parts);
void connection_done(struct connection *c);
void connection_refuse(struct connection *c, const struct err *e);

/* Takes no requests until it is resumed. */
void connection_rest(struct connection *c);
void connection_resume(struct connection *c);

/* Gives the descriptor away, and ends the connection. */
int connection_give(struct connection *c);

void connection_close(struct connection *c);
