/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/agent.h"

#include "base/clock.h"
#include "base/own.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/state.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AGENT_PATIENCE_MS = 10000 };

static void agent_ended(struct agent *agent, pid_t pid, int status)
{
	if (pid == agent->service.pid && agent->service.phase >= GUEST_CREATED)
		guest_service_ended(agent, status);
	else
		(void)exec_ended(agent, pid, status); /* a worker, or an orphan of the service's, is nobody's */
}

/*
 * A worker tells of a process before that can be ours to reap, so with the process not yet reaped, whatever is to be
 * known about it waits in a worker's socket.
 */
static void agent_reap(struct loop_source *source, uint32_t events)
{
	struct agent *agent = source->self;
	struct signalfd_siginfo signal;
	siginfo_t ended = {0};
	int status = 0;

	(void)events;
	while (read(source->fd, &signal, sizeof signal) > 0)
		; /* one signal may stand for many */
	while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && ended.si_pid) {
		workers_collect(&agent->workers);
		if (waitpid(ended.si_pid, &status, __WALL) == ended.si_pid)
			agent_ended(agent, ended.si_pid, status);
		ended.si_pid = 0;
	}
}

static int agent_watch_signals(struct agent *agent, int fd, struct err *e)
{
	agent->signals = (struct loop_source){.fd = fd, .ready = agent_reap, .self = agent};
	return loop_add(&agent->loop, &agent->signals, EPOLLIN, e);
}

static void agent_resize(struct loop_source *source, uint32_t events)
{
	struct agent *agent = source->self;
	struct agent_window window;
	ssize_t n = recv(source->fd, &window, sizeof window, MSG_DONTWAIT);

	(void)events;
	if (n == (ssize_t)sizeof window)
		streams_resize(&agent->service.streams, &window);
	else if (n >= 0)
		loop_remove(&agent->loop, source);
}

static int agent_watch_window(struct agent *agent, struct err *e)
{
	agent->window =
		(struct loop_source){.fd = agent->host[AGENT_HOST_WINDOW], .ready = agent_resize, .self = agent};
	return agent->window.fd < 0 ? 0 : loop_add(&agent->loop, &agent->window, EPOLLIN, e);
}

/* Once the service has ended: whether there is something left to be told, or someone who may want to hear it. */
static bool agent_is_done(struct agent *agent)
{
	const struct guest_service *service = &agent->service;

	if (agent->shutdown && service->phase == GUEST_EMPTY)
		return true;
	if (service->phase != GUEST_ENDED || !streams_are_drained(&service->streams, false))
		return false;
	if (!agent->deadline_ms)
		agent->deadline_ms = clock_now_ms() + AGENT_PATIENCE_MS;
	if (!agent->workers.first && !agent->execs && streams_are_taken(&service->streams))
		return true;
	return clock_now_ms() >= agent->deadline_ms;
}

static int agent_serve(struct agent *agent, struct err *e)
{
	int64_t ticked = 0;
	int r = 0;

	while (r >= 0 && !agent_is_done(agent)) {
		bool tick = pumps_want_tick(&agent->pumps) || agent->service.phase == GUEST_ENDED;

		r = loop_turn(&agent->loop, tick ? PUMP_TICK_MS : -1, e);
		if (clock_now_ms() - ticked >= PUMP_TICK_MS) {
			pumps_tick(&agent->pumps);
			ticked = clock_now_ms();
		}
		exec_settle(agent);
	}
	return r < 0 ? r : 0;
}

/* The last that the host hears. It has taken it when it closes its side. */
static void agent_tell(const struct agent *agent)
{
	const struct agent_status status = agent_status_of(agent->service.status);
	const struct timeval patience = {.tv_sec = AGENT_PATIENCE_MS / 1000};
	int fd = agent->host[AGENT_HOST_STATUS];
	char byte;

	if (fd < 0 || agent->service.phase != GUEST_ENDED)
		return;
	/* a host that is gone needs no telling */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (send(fd, &status, sizeof status, MSG_NOSIGNAL) == (ssize_t)sizeof status && shutdown(fd, SHUT_WR) == 0)
		(void)recv(fd, &byte, sizeof byte, 0);
}

static int agent_init(struct agent *agent, const struct agent_setting *setting, struct err *e)
{
	*agent = (struct agent){.setting = setting,
		.listener.fd = -1,
		.signals.fd = -1,
		.window.fd = -1,
		.loop = {.epoll = -1, .stop = -1}};
	agent->pumps.loop = agent->workers.loop = &agent->loop;
	memcpy(agent->host, setting->host, sizeof agent->host);
	guest_service_init(&agent->service);
	return loop_open(&agent->loop, e);
}

static void agent_free(struct agent *agent)
{
	workers_free(&agent->workers);
	while (agent->connections)
		connection_close(agent->connections);
	exec_free_all(agent);
	guest_service_free(&agent->service);
	for (int i = 0; i < AGENT_HOST_PORTS; i++)
		own_release_fd(&agent->host[i]);
	loop_close(&agent->loop);
}

int agent_run(const struct agent_setting *setting, struct err *e)
{
	__attribute__((cleanup(agent_free))) struct agent agent;
	own_fd signals = -1;
	sigset_t set;
	int r = agent_init(&agent, setting, e);

	(void)sigemptyset(&set); /* these cannot fail: the numbers are right */
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN); /* write(2) tells */
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r == 0 && signals < 0)
		r = err_sys(e, "make a descriptor for signals");
	r = r ? r : agent_watch_signals(&agent, signals, e);
	r = r ? r : agent_watch_window(&agent, e);
	r = r ? r : connection_listen(&agent, e);
	r = r ? r : agent_serve(&agent, e);
	if (r == 0)
		agent_tell(&agent);
	return r;
}
