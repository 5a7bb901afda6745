/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the agent share. */
#pragma once

#include "microvm/guest/agent.h"
#include "microvm/guest/streams.h"
#include "microvm/guest/worker.h"
#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/mount_cgroup.h"
#include "runtime/isolation/plan.h"

struct connection;
struct exec;

enum guest_phase {
	GUEST_EMPTY,
	GUEST_CREATING, /* a worker is at it */
	GUEST_CREATED,
	GUEST_STARTING, /* a worker is at it */
	GUEST_RUNNING,
	GUEST_ENDED,
};

/* The one service. */
struct guest_service {
	enum guest_phase phase;
	char id[128];
	char bundle[AGENT_BUNDLE_MAX];
	bool no_new_keyring;
	struct spec spec;
	struct cgroup_host host; /* n == 0: no cgroups here */
	struct cgroup cgroup;
	struct mount_cgroup mounted[CGROUP_HIERARCHIES_MAX];
	struct mount_cgroups mount_cgroups;
	struct plan plan;
	int start;  /* the socket at which it waits for its start; -1 */
	pid_t pid;  /* of its first process; 0: none yet */
	int pidfd;  /* -1 */
	bool input; /* it is to read what the host sends */
	int status; /* as of waitpid(2), once it has ended */
	struct streams streams;
	struct connection *waiting; /* whoever asked for what a worker is at; borrowed */
};

struct agent {
	const struct agent_setting *setting;
	int host[AGENT_HOST_PORTS];
	struct loop loop;
	struct loop_source listener, signals, window;
	struct pumps pumps;
	struct workers workers;
	struct connection *connections;
	struct exec *execs;
	uint32_t token; /* the last one given */
	struct guest_service service;
	bool shutdown;       /* the host wants the machine to end */
	int64_t deadline_ms; /* of CLOCK_MONOTONIC: until then the host is waited for; 0: not yet */
};

/* service.c */
void guest_service_init(struct guest_service *service);
void guest_service_free(struct guest_service *service);

/* Kills whatever is left of it. */
void guest_service_kill(struct guest_service *service);

/* Its first process has ended. */
void guest_service_ended(struct agent *agent, int status);

/* exec.c. Whether it was the process of one. */
bool exec_ended(struct agent *agent, pid_t pid, int status);

/* Tells the host of those that have ended, once their output is on its way. */
void exec_settle(struct agent *agent);

/* The connection that asked for it is closed. */
void exec_forget(struct exec *exec);

void exec_free_all(struct agent *agent);

struct agent_status agent_status_of(int status);
