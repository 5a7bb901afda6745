/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a plan: the processes, the baton between them, and what is undone when a step fails.
 *
 * launch_run() returns in the host process only. When it fails, every step that the
 * host had applied is undone in reverse order, the service's first process is dead and
 * reaped, and *e says which step failed in which process.
 */
#pragma once

#include "base/err.h"
#include "runtime/isolation/plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct cgroup;
struct mount_cgroups;
struct trace;

enum { LAUNCH_PASS_MAX = 8 };

/* What the caller provides. Everything is borrowed and must outlive the launch. */
struct launch_request {
	const struct plan *plan;
	struct cgroup *cgroup;                     /* prepared or loaded; NULL: the host has none */
	const struct mount_cgroups *mount_cgroups; /* the same as the service sees it */
	int target;                                /* pidfd of the running service that exec goes to; else -1 */
	const char *id, *bundle;                   /* for hooks */
	int seccomp_cache;                         /* directory of compiled filters, or -1 */
	int start_socket;                          /* listening, for STEP_WAIT_START; else -1 */
	int console_socket;                        /* connected, takes the terminal's master; -1: the host keeps it */
	int interrupt_fd;                          /* signalfd of what aborts a launch; or -1 */
	int lock;                                  /* flocked descriptor that the host alone may hold; or -1 */
	const int *pass_fds;                       /* become the program's descriptors from 3 on … */
	unsigned int pass_n;                       /* … where there are any, at most LAUNCH_PASS_MAX */
	int stdin_fd; /* becomes the program's standard input; 0: the caller's, or a terminal */
	unsigned int preserve_fds;
	unsigned int listen_fds;   /* of the preserved, for LISTEN_FDS */
	const struct trace *trace; /* takes how long each step took; NULL: nobody asked */
	/* Writes down that the process exists, at STEP_RECORD. May be NULL. */
	int (*record)(void *recorder, pid_t pid, struct err *e);
	void *recorder;
};

/* What a launch that succeeded leaves to the caller, who owns the descriptors. */
struct launch_result {
	pid_t pid;
	int pidfd;
	int console; /* the terminal's master, or -1 */
};

int launch_run(const struct launch_request *request, struct launch_result *ret, struct err *e);

/* A service that waits for its start. Borrowed. */
struct launch_waiting {
	const struct spec *spec;
	const char *id, *bundle;
	pid_t pid;
	int pidfd;
	int connection; /* to its start socket */
};

/*
 * The other half of a plan that had STEP_WAIT_START: lets the service go, and waits until it has
 * executed its program or failed.
 */
int launch_release(const struct launch_waiting *waiting, struct err *e);
