/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands between a caller in the foreground and a service: signals go to the service,
 * its terminal's bytes both ways, its end comes back as a wait status.
 *
 *	relay_block()   before the service exists: from here on no signal can end the caller,
 *	                and those that come wait
 *	…               start it
 *	relay_run()     until it ends; the caller's terminal is restored however that returns
 */
#pragma once

#include "base/err.h"

#include <signal.h>
#include <sys/types.h>

struct relay {
	pid_t pid;   /* the service's first process: a child of the caller, or reparented to it */
	int master;  /* of the service's terminal; relay_run() closes it; -1: it has none */
	int in, out; /* the caller's side of it, borrowed; left in the mode they are in */
	/* How signals reach the service; NULL: by its process. One that does not is lost, as the service may have
	 * ended. */
	void (*send)(void *context, int signo);
	void *context;
};

/* Blocks the signals that relay_run() passes on. *ret_before is the mask that the service is to be started with. */
int relay_block(sigset_t *ret_before, struct err *e);

/* A signalfd of those that relay_run() passes on, which are blocked from then on. -1: errno says why. */
int relay_signalfd(void);

/*
 * Passes signals and bytes on until the service's first process has ended, then what its terminal still
 * holds. *ret_status is as waitpid(2) gives it; the process is reaped. When nobody takes the output any more,
 * the terminal is hung up: the service gets SIGHUP, as if its user had closed the window.
 */
int relay_run(struct relay *relay, int *ret_status, struct err *e);
