/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/worker.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WORKER_DESCRIPTORS = 1024 };

struct worker {
	struct workers *all;
	struct worker *next;
	struct loop_source result; /* its descriptor is owned */
	struct worker_job job;
};

struct worker_message {
	struct err err;
	pid_t pid;
};

/* We have raised ours. A program finds what every program finds that nobody has given more: select(2) ends there. */
static void worker_lower_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= WORKER_DESCRIPTORS)
		return;
	limit.rlim_cur = WORKER_DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* to less than it is: this does not fail */
}

_Noreturn static void worker_run(const struct worker_job *job, int socket)
{
	struct worker_message message = {.err = ERR_NONE};
	struct worker_result result = {.console = -1};
	struct err ignored;

	worker_lower_limit();
	(void)job->run(job->self, &result, &message.err); /* the message says how it went */
	message.pid = result.pid;
	(void)fd_send(socket, &message, sizeof message, result.console, &ignored); /* silence is a failure, too */
	_exit(0);
}

static void worker_free(struct worker *worker)
{
	int fd = worker->result.fd;

	for (struct worker **at = &worker->all->first; *at; at = &(*at)->next)
		if (*at == worker) {
			*at = worker->next;
			break;
		}
	loop_remove(worker->all->loop, &worker->result);
	own_release_fd(&fd);
	free(worker);
}

/* What it has left, if it has. Returns whether that was the end of it. */
static bool worker_collect(struct worker *worker)
{
	const struct worker_job job = worker->job;
	struct worker_message message = {.err = ERR_NONE};
	struct worker_result result = {.console = -1};
	struct err e = ERR_NONE;
	ssize_t n = fd_receive(worker->result.fd, &message, sizeof message, &result.console, &e);

	if (n == -EAGAIN)
		return false;
	if (n != (ssize_t)sizeof message)
		(void)err_set(&message.err, ECHILD, "start-died",
			"the process that was to start it ended before it was done");
	worker_free(worker);
	result.pid = message.pid;
	job.done(job.self, &result, &message.err);
	own_release_fd(&result.console);
	return true;
}

static void worker_ready(struct loop_source *source, uint32_t events)
{
	(void)events;                       /* receiving tells */
	(void)worker_collect(source->self); /* there may have been nothing yet */
}

static struct worker *worker_new(struct workers *workers, const struct worker_job *job, int result)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (worker)
		*worker = (struct worker){.all = workers,
			.next = workers->first,
			.result = {.fd = result, .ready = worker_ready, .self = worker},
			.job = *job};
	return worker;
}

static int worker_fork(struct worker *worker, int theirs, struct err *e)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, "start a process");
	if (pid == 0)
		worker_run(&worker->job, theirs);
	return 0;
}

int worker_start(struct workers *workers, const struct worker_job *job, struct err *e)
{
	own_fd ours = -1, theirs = -1;
	struct worker *worker;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	worker = worker_new(workers, job, ours);
	if (!worker)
		return err_nomem(e);
	workers->first = worker;
	ours = -1; /* the worker's */
	r = loop_add(workers->loop, &worker->result, EPOLLIN, e);
	r = r ? r : worker_fork(worker, theirs, e);
	if (r < 0)
		worker_free(worker);
	return r;
}

void workers_collect(struct workers *workers)
{
	struct worker *worker = workers->first;

	while (worker) /* what is done about a result may start or end others */
		worker = worker_collect(worker) ? workers->first : worker->next;
}

void workers_free(struct workers *workers)
{
	while (workers->first)
		worker_free(workers->first);
}
