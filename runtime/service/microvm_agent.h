/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of what cloche and the guest's first process say to each other (runtime/proto/agent.h). */
#pragma once

#include "base/err.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/frame.h"
#include "runtime/service/service.h"

/* Whom a wait for the guest watches beside it. */
struct agent_watch {
	int pidfd;        /* of the VMM, whose end ends the wait */
	int interrupt_fd; /* signalfd; -1 */
	int timeout_ms;   /* for all of it; -1: none */
};

/*
 * A connection on which the agent has said hello. Tries again until the guest listens. Returns the descriptor;
 * -ETIMEDOUT, -EINTR, -ESRCH: the VMM has ended.
 */
int agent_connect(const struct service *s, const struct agent_watch *watch, struct err *e);

/*
 * Sends a request and takes its answer of that type, at most `limit` bytes. What the agent says went wrong is the
 * error, in words of the guest's.
 */
struct agent_request {
	uint16_t type, answer;
	struct frame_parts parts;
	size_t limit;
};

int agent_ask(int connection, const struct agent_request *request, const struct agent_watch *watch, struct frame *ret,
	struct err *e);

/* The size that the process's terminal is to have; 0 each: none is asked for. */
struct agent_window agent_window_of(const struct spec_process *process);

/* Waits for a frame of that type. 1: it is there; 0: the stream has ended. */
int agent_wait(int connection, uint16_t type, const struct agent_watch *watch, struct frame *ret, struct err *e);
