/* SPDX-License-Identifier: Apache-2.0 */
/* What the launches of the service and of further processes in it have in common. */
#pragma once

#include "runtime/isolation/launch.h"

#include <sys/types.h>

/* In the agent's directory. */
#define PROCESS_START_SOCKET "start"

struct agent_window;
struct guest_service;
struct streams;
struct worker_result;

/* The terminal is as large as the host's, whatever the spec says; a window of nothing says nothing. */
int process_set_window(struct spec_process *process, const struct agent_window *window, struct arena *a, struct err *e);

/* With nothing in it but what every launch here has. Borrows from the service. */
struct launch_request process_launch_request(struct guest_service *service, const struct plan *plan);

/* Makes it one of a process in the running service. In a worker, as it changes what the service's cgroup is. */
int process_join(struct guest_service *service, struct launch_request *request, struct err *e);

/* Runs a plan with these streams. In a worker. */
int process_launch(
	const struct launch_request *request, const struct streams *streams, struct worker_result *ret, struct err *e);

/* Of a process that is ours to reap: there is one, dead or alive. */
int process_pidfd(pid_t pid, struct err *e);

/* Ends one that was started but cannot be kept; 0: there is none. */
void process_abandon(pid_t pid);
