/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a service: creating → created → running ⇄ paused → stopped.
 *
 * A service is opened by its id, with or without its lock (store.h), used, and closed.
 * What a verb may do in which status stands in one table (status.c).
 */
#pragma once

#include "base/err.h"
#include "base/trace.h"
#include "config/report.h"
#include "config/spec.h"
#include "runtime/service/state.h"

#include <stdbool.h>
#include <sys/types.h>

enum service_status { SERVICE_CREATING, SERVICE_CREATED, SERVICE_RUNNING, SERVICE_PAUSED, SERVICE_STOPPED };

enum service_verb {
	SERVICE_VERB_START,
	SERVICE_VERB_KILL,
	SERVICE_VERB_DELETE,
	SERVICE_VERB_EXEC,
	SERVICE_VERB_PAUSE,
	SERVICE_VERB_RESUME,
	SERVICE_VERB_UPDATE,
	SERVICE_VERB_CHECKPOINT,
	SERVICE_VERB_COUNT,
};

struct service {
	int root, dir; /* descriptors of the store and of this service's directory */
	struct service_state state;
	int pidfd; /* of the first process; -1: it has ended, or there never was one */
};

#define own_service  __attribute__((cleanup(service_close))) struct service
#define SERVICE_NONE ((struct service){.root = -1, .dir = -1, .pidfd = -1})

/* Opens a service. -ENOENT: there is none. `lock`: whoever is to change it; a reader does without. */
int service_open(const char *root, const char *id, bool lock, struct service *ret, struct err *e);
void service_close(struct service *s);

/*
 * The lock of an open service, given back and taken again by whoever stands by while it runs.
 * -ENOENT: it was deleted meanwhile.
 */
void service_unlock(const struct service *s);
int service_lock(const struct service *s, struct err *e);

/* Visits every service below the root; none where there is no root. One that is deleted meanwhile is left out. */
typedef void service_visit(void *context, const struct service *s);
int service_each(const char *root, service_visit *visit, void *context, struct err *e);

/* Its status now, from the state, the process and the freezer. */
enum service_status service_status(const struct service *s);
const char *service_status_name(enum service_status status);

/* 0, or -EBUSY with the reason when the verb is not for a service in its status. */
int service_allows(const struct service *s, enum service_verb verb, struct err *e);

/* The spec as it was started, from the service's directory. */
int service_spec(const struct service *s, struct spec *ret, struct err *e);

/* Runs the poststart or poststop hooks; a failure is logged, as the spec says. */
void service_hooks_after(const struct service *s, const struct spec *spec, enum spec_hook_moment moment);

struct checkpoint;

/* How a service is made. Borrowed. */
struct service_request {
	const char *root, *id;
	const char *isolation;   /* name of the wall */
	const char *bundle;      /* absolute */
	const struct spec *spec; /* expanded and checked */
	const char *pid_file, *console_socket;
	unsigned int preserve_fds; /* from 3 on, all that go to the service */
	unsigned int listen_fds;   /* the first of them, which its LISTEN_FDS tells of */
	bool privileged;           /* host root */
	bool wait_start;           /* `create`: leave it waiting before its program */
	bool no_pivot, no_new_keyring, systemd_cgroup;
	bool bare;                        /* a program of cloche's own, in a root without devices */
	int interrupt_fd;                 /* signalfd of what aborts it; -1 */
	const struct checkpoint *restore; /* from these images; NULL: its program is started */
	struct report *report;            /* takes what is no reason to fail, and who asks is to tell of; may be NULL */
	const struct trace *trace;        /* takes where the time goes; NULL: nobody asked */
};

/* A service that was made, whose first process is the caller's child. */
struct service_made {
	struct service service;
	int console; /* the terminal's master where the caller keeps it; else -1 */
};

/*
 * Makes a service, and unless it is to wait, starts it. When it fails, nothing of it is left. The
 * lock is held until service_close().
 */
int service_make(const struct service_request *request, struct service_made *ret, struct err *e);
void service_made_close(struct service_made *made);

/* Writes down the first process, in the state and in a file (or NULL). For the walls, at the moment it exists. */
int service_record(struct service *s, const char *pid_file, pid_t pid, struct err *e);

/* Writes a pid as engines read it: digits alone, no newline. */
int service_write_pid_file(const char *path, pid_t pid, struct err *e);

/* A further process in a service. Borrowed. */
struct service_exec {
	const struct spec *spec; /* the service's, with the process to start */
	const char *pid_file, *console_socket;
	const char *cgroup;        /* a group that exists below the service's; NULL: the service's own */
	unsigned int preserve_fds; /* from 3 on, all that go to the service */
	unsigned int listen_fds;   /* the first of them, which its LISTEN_FDS tells of */
	bool ignore_paused;
	int interrupt_fd;
	struct report *report; /* as of a service_request */
};

/* The process, the caller's child; the descriptors are the caller's. */
struct service_executed {
	pid_t pid;
	int pidfd, console;
};

int service_execute(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e);

/*
 * Ends the cloche that is making a service, if one is: politely, so that it clears up, then by force. It has
 * the lock; whoever opens the service next gets it.
 */
int service_end_making(const struct service *s, struct err *e);

/* Lets a created service run its program. */
int service_start(struct service *s, struct err *e);

/* Sends a signal to the first process, or to all processes of the service. */
int service_kill(struct service *s, int signo, bool all, struct err *e);

/*
 * Removes a service that has ended: its processes that are left, its cgroup, its directory; runs the
 * poststop hooks. With `force`, whatever its status, and without complaint where there is nothing.
 */
int service_delete(struct service *s, bool force, struct err *e);
