/* SPDX-License-Identifier: Apache-2.0 */
/* A launch while it runs. For launch.c and the files with steps' effects only. */
#pragma once

#include "base/arena.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/exec.h"
#include "runtime/isolation/launch.h"
#include "seccomp/filter.h"

struct launch_lap;
struct net_devices_moved;

/* Each process of a launch has its own copy from the clone on. */
struct run {
	const struct launch_request *request;
	enum actor me;
	int baton;          /* to the peer */
	int peer_baton;     /* the other end, until the clone has handed it on */
	pid_t pid;          /* host: of the first process; joiner: of the joiner, while it maps ids */
	pid_t joiner;       /* host: of the joiner; 0: none is alive */
	int pidfd;          /* host: of the first process */
	bool executing;     /* the peer has said that execve(2) is next */
	int root;           /* init: the new root */
	int console_master; /* host: the terminal's, where it was given to us */
	int *fds;           /* one per step: what STEP_SOURCE_OPEN, STEP_NAMESPACE_OPEN left for a later step; -1 */
	struct cgroup_entry entry;    /* opened by the host, entered by init */
	struct seccomp_filter filter; /* made by the host before the clone */
	struct arena arena;           /* owns what init finds out on its way */
	struct exec_path program;     /* init: what is executed, with this environment */
	struct strings env;
	struct net_devices_moved *net_moved; /* host: where devices went, in the order of the spec's; NULL: none did */
	struct launch_lap *laps;             /* shared with the other processes; NULL: nobody traces (launch_laps.h) */
	int64_t laps_start_us;
	bool cwd_later; /* only the service's user may enter the working directory */
};

/* What a kind of step does. Rows of one table (step.c). */
struct step_effect {
	int (*apply)(struct run *run, const struct step *step, struct err *e);
	void (*undo)(struct run *run, const struct step *step); /* of the host's steps; may be NULL */
};

extern const struct step_effect step_effects[STEP_KIND_COUNT];
