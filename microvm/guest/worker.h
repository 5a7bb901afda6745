/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launches take their time, and what they change in the process that runs them (its namespaces, its streams) is not
 * for the guest's first process: each runs in a process of its own, whose children become ours when it ends.
 */
#pragma once

#include "base/err.h"
#include "base/loop.h"

#include <sys/types.h>

/* What a worker leaves. console: owned by whoever is told; -1: none. */
struct worker_result {
	pid_t pid;
	int console;
};

struct worker_job {
	/* In the worker. */
	int (*run)(void *self, struct worker_result *ret, struct err *e);
	/* Here, later, from the loop. e->no is 0 where it went well. */
	void (*done)(void *self, struct worker_result *result, const struct err *e);
	void *self;
};

struct worker;

/* Those that are at work. */
struct workers {
	struct loop *loop;
	struct worker *first;
};

int worker_start(struct workers *workers, const struct worker_job *job, struct err *e);

/* Takes the results that are there, in the order in which they were left to us: to be called before a process is
 * taken for a stranger, as it may be the one that a worker has just told of. */
void workers_collect(struct workers *workers);

void workers_free(struct workers *workers);
