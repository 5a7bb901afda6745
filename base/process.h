/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of the host, told apart from later ones with the same number. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * When the process started, in clock ticks since boot (proc(5), /proc/PID/stat, field 22). With
 * the pid it names a process for good. -ESRCH: no such process, or it is a zombie.
 */
int process_start_time(pid_t pid, uint64_t *ret_ticks, struct err *e);

/* A pidfd of the process that has this pid and start time. -ESRCH: it is gone. */
int process_open(pid_t pid, uint64_t start_ticks, struct err *e);

/* Sends a signal; -ESRCH: it is gone. */
int process_signal(int pidfd, int signo, struct err *e);

/* Waits until the process has ended; timeout_ms -1: without limit. -ETIMEDOUT: it has not. */
int process_wait_end(int pidfd, int timeout_ms, struct err *e);

/*
 * Whether the caller is in a user namespace that somebody has made (user_namespaces(7)), as below a podman of a plain
 * user. Its root maps ids and mounts, but makes no device, loads no filter of a cgroup, and the host's files are not
 * its own.
 */
bool process_is_in_user_namespace(void);

/* Zero-initialised is empty. */
struct pid_list {
	size_t n, room;
	pid_t *items; /* owned */
};

#define own_pid_list __attribute__((cleanup(pid_list_free))) struct pid_list

/* -ENOMEM is the only failure. */
int pid_list_add(struct pid_list *to, pid_t pid, struct err *e);
void pid_list_free(struct pid_list *list);
