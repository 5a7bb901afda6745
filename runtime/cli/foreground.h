/* SPDX-License-Identifier: Apache-2.0 */
/* Standing in front of a process of a service until it ends (run, exec). */
#pragma once

#include "base/err.h"
#include "runtime/service/service.h"

#include <sys/types.h>

/* The process's terminal has the caller's size from the first; later changes are passed on (service/relay.h). */
int foreground_take_size(struct spec *spec, struct err *e);

/*
 * Call before anything is started. From then on the signals that a user ends a program with wait in the
 * returned signalfd, which a launch watches, and foreground_wait() passes on what comes later.
 */
int foreground_begin(struct err *e);

/*
 * Waits for the end of `pid`, with the terminal's master (or -1; taken over). Signals go to the service by way of its
 * wall, or to `pid` where there is none. Returns an exit status: its own, or 128 + signal.
 */
int foreground_wait(pid_t pid, int *master, struct service *service, struct err *e);
