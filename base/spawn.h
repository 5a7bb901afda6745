/* SPDX-License-Identifier: Apache-2.0 */
/* Running a program of the host to its end, which comes at the latest with the caller's: hooks, newuidmap(1), helpers
 * of our own. */
#pragma once

#include "base/err.h"

struct spawn {
	const char *path;        /* absolute, or a name without '/' to look for in $PATH */
	const char *const *argv; /* NULL-terminated; argv[0] included */
	const char *const *envp; /* NULL-terminated; NULL: none */
	const char *input;       /* its standard input; NULL: empty */
	int timeout_ms;          /* killed after it; -1: none */
	int interrupt_fd;        /* signalfd(2): killed when a signal waits there; -1: none */
};

/*
 * Runs it and waits. Its descriptors are 0 (input), 1 and 2 (kept in memory for the
 * message); signals are as by default. 0 where it exited with 0, otherwise -ECHILD with the
 * exit status and the end of what it printed, -ETIMEDOUT, -EINTR, or why it could not start.
 */
int spawn_run(const struct spawn *spawn, struct err *e);
