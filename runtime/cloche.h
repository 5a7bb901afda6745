/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcloche: services behind a wall, for programs that make them themselves.
 *
 * A service is what a spec says (OCI runtime-spec 1.3, or cloche's short form), kept under an id in a
 * directory of services, where the cloche program finds it as well. The order:
 *
 *	cloche_spec_load()      read and check a spec
 *	cloche_create()         the service exists, and waits before its program
 *	cloche_start()          its program runs
 *	cloche_wait()           until it has ended
 *	cloche_delete()         nothing of it is left
 *	cloche_close()          the handle is gone; the service, if it was not deleted, goes on
 *
 * Errors. A function that can fail returns 0 or a negative errno, and then fills *error, which may be
 * NULL where nobody wants it. Nothing is printed, and nothing exits.
 *
 * Ownership. A handle that a function gives is the caller's, who frees it with the function of its kind;
 * NULL is fine there. A string that a function gives (char **) is the caller's, to free(3). What
 * goes in is borrowed for the call, but a service borrows its spec for cloche_create() alone.
 *
 * Processes. The first process of a service that this process created, and each one it executed, is its
 * child: it is reaped by cloche_wait(), or by the caller's own waitpid(2), not by both. Unless the caller is
 * on a read-only mount or cannot write its own binary, a service could reach that by /proc/PID/exe while it is
 * being started (CVE-2019-5736); the cloche program sees to that itself.
 *
 * Threads. cloche_create() and cloche_exec() go on in a clone of the calling process before they execute
 * a program, which is safe only while the process has no other thread: with one they fail with -EBUSY, code
 * "threads". A program with threads makes services in a child that it forked before, or by the cloche
 * program. Everything else may be called from any thread, one at a time for a handle.
 */
#ifndef CLOCHE_H
#define CLOCHE_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLOCHE_API __attribute__((visibility("default")))

/* What failed. Plain data. */
struct cloche_error {
	int number;        /* errno, positive */
	char code[32];     /* stable name of the failure ("id-in-use"), or "" */
	char pointer[160]; /* JSON pointer of the spec's field at fault, or "" */
	char text[1024];   /* one line */
};

/* A spec that was read and checked. */
struct cloche_spec;

/* A service, by its id. */
struct cloche_service;

/* "0.1.0". The program's own; never freed. */
CLOCHE_API const char *cloche_version(void);

/* What this library understands and this kernel has, as JSON (OCI runtime-spec, features.md). -ENOMEM. */
CLOCHE_API int cloche_features(char **ret_json, struct cloche_error *error);

/*
 * Reads a spec from a file, or from config.json in a directory (a bundle). Paths in it are relative to
 * the directory. -EINVAL: it cannot be a service, with the first reason; -ENOENT: no such file.
 */
CLOCHE_API int cloche_spec_load(const char *path, struct cloche_spec **ret, struct cloche_error *error);

/*
 * Looks at a spec without starting anything: whether it could be one, and whether this host has what it asks
 * for. *ret_report is JSON: {"errors":N,"warnings":N,"findings":[…]}, also where N is not 0; it is
 * the caller's. Returns 0 also then; a negative errno when it could not look.
 */
CLOCHE_API int cloche_spec_check(const char *path, char **ret_report, struct cloche_error *error);

/* The whole spec as JSON, with all that defaults made of it. -ENOMEM. */
CLOCHE_API int cloche_spec_write(const struct cloche_spec *spec, char **ret_json, struct cloche_error *error);

CLOCHE_API void cloche_spec_free(struct cloche_spec *spec);

/* How a service is made. Zero-initialised is the default; `size` tells which members the caller knows. */
struct cloche_options {
	size_t size;                /* sizeof(struct cloche_options) */
	const char *root;           /* the directory of services; NULL: as the cloche program's */
	const char *isolation;      /* "namespace", "microvm", "auto"; NULL: what the spec says */
	const char *pid_file;       /* gets the first process's number; NULL: none */
	const char *console_socket; /* Unix socket that takes the terminal's master; NULL: none */
};

/*
 * Makes a service that waits before its program. *ret is an open handle. When it fails, nothing of
 * the service is left. -EEXIST, code "id-in-use"; -EBUSY, code "threads"; -ENOENT, code "exec-not-found", and
 * -EACCES, code "exec-not-permitted", are about its program. A spec with a terminal needs console_socket.
 */
CLOCHE_API int cloche_create(const struct cloche_spec *spec, const char *id, const struct cloche_options *options,
	struct cloche_service **ret, struct cloche_error *error);

/* Opens a service that exists; root NULL: as the cloche program's. -ENOENT: there is none. */
CLOCHE_API int cloche_open(const char *root, const char *id, struct cloche_service **ret, struct cloche_error *error);

/* Lets a created service run its program. -EBUSY: it is not waiting. */
CLOCHE_API int cloche_start(struct cloche_service *service, struct cloche_error *error);

/*
 * Waits until the service's first process has ended, and reaps it. *ret_status is as waitpid(2) gives it.
 * -ECHILD: it is not a child of the calling process.
 */
CLOCHE_API int cloche_wait(struct cloche_service *service, int *ret_status, struct cloche_error *error);

/* Its state as JSON (OCI runtime-spec, runtime.md): "status", "pid", "bundle", …. -ENOENT: it was deleted. */
CLOCHE_API int cloche_state(struct cloche_service *service, char **ret_json, struct cloche_error *error);

/* Sends a signal to its first process, or to all. -EBUSY, -ESRCH: it has ended. */
CLOCHE_API int cloche_kill(struct cloche_service *service, int signo, int all, struct cloche_error *error);

/*
 * Starts a further process in the service: its own process with other arguments (NULL-terminated).
 * *ret_pid is a child of the calling process. Errors as of cloche_create(); -EBUSY: it does not run.
 */
CLOCHE_API int cloche_exec(
	struct cloche_service *service, const char *const *argv, pid_t *ret_pid, struct cloche_error *error);

/* Holds all its processes still, and lets them go on. -EBUSY: it is not running, or not paused. */
CLOCHE_API int cloche_pause(struct cloche_service *service, struct cloche_error *error);
CLOCHE_API int cloche_resume(struct cloche_service *service, struct cloche_error *error);

/* What it uses, as JSON: the "data" of runc's `events --stats`. -EBUSY: it does not run. */
CLOCHE_API int cloche_stats(struct cloche_service *service, char **ret_json, struct cloche_error *error);

/*
 * Removes a service that has ended, with all that was made for it; with `force`, ends it first. The handle
 * still has to be closed. -EBUSY: it runs.
 */
CLOCHE_API int cloche_delete(struct cloche_service *service, int force, struct cloche_error *error);

/* Lets go of the handle. */
CLOCHE_API void cloche_close(struct cloche_service *service);

/* The states of all services below root (NULL: as the cloche program's), as a JSON array. */
CLOCHE_API int cloche_list(const char *root, char **ret_json, struct cloche_error *error);

#ifdef __cplusplus
}
#endif

#endif
