/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: what the guest's first process does for cloche (runtime/proto/agent.h) once the guest is set up. It runs
 * the guest's one service, further processes in it, and tells how the service ended.
 *
 * One loop serves all: connections, the streams of the processes, and the ends of these. It must be the process to
 * which orphans go (process 1, or PR_SET_CHILD_SUBREAPER), with one thread.
 */
#pragma once

#include "base/err.h"
#include "runtime/proto/agent.h"

#include <stdint.h>

enum { AGENT_HOST_PORTS = AGENT_HOST_WINDOW + 1 };

struct agent_setting {
	int listener;               /* of AGENT_PORT; borrowed */
	int host[AGENT_HOST_PORTS]; /* the streams to the host, by enum agent_host_port, which the agent closes; -1:
				       none */
	const char *cgroup;         /* the service's, below the top of each hierarchy */
	const char *directory;      /* an empty one of the agent's own */
	const char *volumes;        /* where filesystems on disks are mounted; made where there are any */
	uint64_t boot_ns;
};

/* Serves until the service has ended, or was told to shut down, and the host knows. */
int agent_run(const struct agent_setting *setting, struct err *e);
