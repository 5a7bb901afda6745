/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection that asked for a process carries the size of its terminal and, at last, how it ended; each of its
 * streams is a connection of its own. A process whose connections are closed goes on.
 */
#include "microvm/guest/exec.h"

#include "base/own.h"
#include "config/parse.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/process.h"
#include "microvm/guest/request.h"
#include "microvm/guest/state.h"
#include "runtime/isolation/plan_for.h"

#include <errno.h>

struct exec {
	struct agent *agent;
	struct exec *next;
	struct connection *control; /* borrowed; NULL: closed */
	uint32_t token;             /* 0: it is not started yet */
	struct arena arena;
	struct spec_process process;
	struct spec spec; /* the service's, with this process */
	struct plan plan;
	pid_t pid;
	int pidfd, status;
	bool ended;
	struct streams streams;
};

static void exec_free(struct exec *exec)
{
	for (struct exec **at = &exec->agent->execs; *at; at = &(*at)->next)
		if (*at == exec) {
			*at = exec->next;
			break;
		}
	if (exec->control)
		exec->control->exec = NULL;
	streams_free(&exec->streams);
	plan_free(&exec->plan);
	arena_free(&exec->arena);
	own_release_fd(&exec->pidfd);
	free(exec);
}

static struct exec *exec_new(struct connection *c)
{
	struct exec *exec = calloc(1, sizeof *exec);

	if (!exec)
		return NULL;
	exec->agent = c->agent;
	exec->control = c;
	exec->pidfd = -1;
	exec->next = c->agent->execs;
	c->agent->execs = exec;
	streams_init(&exec->streams);
	return exec;
}

static int exec_plan(struct exec *exec, const struct agent_exec *head, const struct text *json, struct err *e)
{
	const struct guest_service *service = &exec->agent->service;
	const struct json_source source = {.text = text_string(json), .length = json->length, .name = "process.json"};
	const struct plan_setting setting = plan_setting_in_guest(&service->host, service->id, service->no_new_keyring);
	own_report report = {0};
	int r = process_parse(&source, &exec->arena, &exec->process, &report, e);

	r = r ? r : process_set_window(&exec->process, &head->window, &exec->arena, e);
	if (r < 0)
		return r;
	exec->spec = service->spec;
	exec->spec.process = &exec->process;
	return plan_for_exec(&exec->spec, &setting, &exec->plan, e);
}

/* In a worker. */
static int exec_launch(void *self, struct worker_result *ret, struct err *e)
{
	struct exec *exec = self;
	struct guest_service *service = &exec->agent->service;
	struct launch_request request = process_launch_request(service, &exec->plan);
	int r = process_join(service, &request, e);

	return r ? r : process_launch(&request, &exec->streams, ret, e);
}

static void exec_done(void *self, struct worker_result *result, const struct err *why)
{
	struct exec *exec = self;
	struct connection *c = exec->control;
	struct err e = *why;

	if (e.no == 0)
		exec->pidfd = process_pidfd(result->pid, &e); /* e tells, as below */
	if (e.no == 0)
		(void)streams_launched(&exec->streams, give_fd(&result->console), &e);
	if (e.no == 0) {
		const struct agent_started started = {.pid = (uint32_t)result->pid, .token = ++exec->agent->token};

		exec->pid = result->pid;
		exec->token = started.token;
		c->exec = exec;
		connection_answer(
			c, AGENT_STARTED, &(struct frame_parts){.head = &started, .head_length = sizeof started});
	} else {
		process_abandon(result->pid);
		connection_refuse(c, &e);
		exec_free(exec);
	}
	connection_resume(c);
}

static int exec_begin(struct exec *exec, const struct agent_exec *head, const struct text *json, struct err *e)
{
	const struct streams_wanted wanted = {
		.terminal = head->flags & AGENT_EXEC_TERMINAL, .input = head->flags & AGENT_EXEC_STDIN};
	int r = exec_plan(exec, head, json, e);

	if (r == 0 && exec->process.terminal.value != wanted.terminal)
		r = err_set(e, EINVAL, "request-broken", "the process and its request do not agree on a terminal");
	r = r ? r : streams_open(&exec->streams, &wanted, e);
	return r ? r
		 : worker_start(&exec->agent->workers,
			   &(struct worker_job){.run = exec_launch, .done = exec_done, .self = exec}, e);
}

static bool exec_is_possible(const struct agent *agent)
{
	enum guest_phase phase = agent->service.phase;

	return phase >= GUEST_CREATED && phase < GUEST_ENDED;
}

int request_exec(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct agent_exec *head = frame_head(frame, sizeof *head);
	const struct text json = {
		.data = frame->payload.data + sizeof *head, .length = frame->payload.length - sizeof *head};
	struct exec *exec;
	int r;

	if (!exec_is_possible(c->agent))
		return err_set(e, ESRCH, "no-process", "container not running");
	if (c->exec)
		return err_set(e, EBUSY, "request-broken", "the connection has a process already");
	exec = exec_new(c);
	if (!exec)
		return err_nomem(e);
	r = exec_begin(exec, head, &json, e);
	if (r < 0)
		exec_free(exec);
	else
		connection_rest(c);
	return r;
}

static struct exec *exec_find(const struct agent *agent, uint32_t token)
{
	struct exec *exec = token ? agent->execs : NULL;

	while (exec && exec->token != token)
		exec = exec->next;
	return exec;
}

/* A stream of what is gone is at its end, and that is all there is to say. */
int request_attach(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct agent_attach *head = frame_exact(frame, sizeof *head);
	const struct agent_attach attach = *head;
	struct agent *agent = c->agent;
	struct exec *exec = exec_find(agent, attach.token);
	own_fd host = connection_give(c);
	struct err ignored;

	(void)e; /* it has no answer */
	if (!exec || attach.stream >= STREAMS_N)
		return 0;
	if (streams_attach(&exec->streams, (enum agent_stream)attach.stream, &agent->pumps, give_fd(&host), &ignored) ==
			0 &&
		exec->ended)
		streams_finish(&exec->streams);
	return 0;
}

int request_window(struct connection *c, const struct frame *frame, struct err *e)
{
	if (!c->exec)
		return err_set(e, EPROTO, "request-broken", "the connection has no process whose terminal it could be");
	streams_resize(&c->exec->streams, frame_exact(frame, sizeof(struct agent_window)));
	return 0;
}

int exec_pidfd(const struct agent *agent, uint32_t token)
{
	const struct exec *exec = exec_find(agent, token);

	return exec && !exec->ended ? exec->pidfd : -1;
}

bool exec_ended(struct agent *agent, pid_t pid, int status)
{
	for (struct exec *exec = agent->execs; exec; exec = exec->next) {
		if (exec->pid != pid || exec->ended)
			continue;
		exec->ended = true;
		exec->status = status;
		streams_finish(&exec->streams);
		return true;
	}
	return false;
}

void exec_settle(struct agent *agent)
{
	struct exec *next;

	for (struct exec *exec = agent->execs; exec; exec = next) {
		const struct agent_status status = agent_status_of(exec->status);

		next = exec->next;
		if (!exec->ended || !streams_are_drained(&exec->streams, exec->control))
			continue;
		if (exec->control)
			connection_answer(exec->control, AGENT_EXITED,
				&(struct frame_parts){.head = &status, .head_length = sizeof status});
		exec_free(exec);
	}
}

void exec_forget(struct exec *exec)
{
	exec->control = NULL;
}

void exec_free_all(struct agent *agent)
{
	while (agent->execs)
		exec_free(agent->execs);
}
