/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/request.h"

#include "config/json_write.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/exec.h"
#include "microvm/guest/state.h"
#include "runtime/isolation/cgroup_process.h"
#include "runtime/isolation/cgroup_stats.h"
#include "runtime/isolation/stats_json.h"

#include <errno.h>
#include <stdbool.h>

int request_need_cgroup(const struct guest_service *service, struct err *e)
{
	if (service->phase < GUEST_CREATED)
		return err_set(e, ESRCH, "no-process", "container not running");
	if (!service->cgroup.n)
		return err_set(e, EOPNOTSUPP, "no-cgroup", "the guest's kernel has no cgroups, which this needs");
	return 0;
}

static int request_signal(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct agent_signal *signal = frame_exact(frame, sizeof *signal);
	struct guest_service *service = &c->agent->service;
	int pidfd = signal->token ? exec_pidfd(c->agent, signal->token) : service->pidfd, r;

	if (signal->all) {
		r = request_need_cgroup(service, e);
		r = r ? r : cgroup_signal(&service->cgroup, signal->signo, e);
	} else if (pidfd < 0 || service->phase == GUEST_ENDED) {
		r = err_set(e, ESRCH, "no-process", "container not running");
	} else {
		r = process_signal(pidfd, signal->signo, e);
	}
	if (r == 0)
		connection_done(c);
	return r;
}

static int request_processes(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct guest_service *service = &c->agent->service;
	own_pid_list pids = {0};
	int r = request_need_cgroup(service, e);

	(void)frame; /* it has nothing to say */
	r = r ? r : cgroup_pids(&service->cgroup, &pids, e);
	if (r == 0)
		connection_answer(c, AGENT_PIDS,
			&(struct frame_parts){.head = pids.items, .head_length = pids.n * sizeof *pids.items});
	return r;
}

static int request_stats(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct guest_service *service = &c->agent->service;
	own_stats stats = {0};
	own_text json = {0};
	int r = request_need_cgroup(service, e);

	(void)frame; /* as above */
	r = r ? r : cgroup_stats(&service->cgroup, &stats, e);
	if (r < 0)
		return r;
	stats_write_json(&(struct json_writer){.out = &json}, &stats);
	if (json.failed)
		return err_nomem(e);
	connection_answer(c, AGENT_STATS_JSON, &(struct frame_parts){.head = json.data, .head_length = json.length});
	return 0;
}

static int request_pause(struct connection *c, const struct frame *frame, struct err *e)
{
	const uint32_t *on = frame_exact(frame, sizeof *on);
	const struct guest_service *service = &c->agent->service;
	int r = request_need_cgroup(service, e);

	r = r ? r : cgroup_freeze(&service->cgroup, *on, e);
	if (r == 0)
		connection_done(c);
	return r;
}

static int request_shutdown(struct connection *c, const struct frame *frame, struct err *e)
{
	(void)frame; /* as above */
	(void)e;     /* this does not fail */
	c->agent->shutdown = true;
	connection_done(c);
	guest_service_kill(&c->agent->service);
	return 0;
}

/* The payload has at least `size` bytes, and no more unless there is a text behind them. */
static const struct {
	size_t size;
	bool text;
	request_handler *handle;
} requests[AGENT_TYPES] = {
	[AGENT_CREATE] = {sizeof(struct agent_create), true, request_create},
	[AGENT_START] = {sizeof(struct agent_start), false, request_start},
	[AGENT_SIGNAL] = {sizeof(struct agent_signal), false, request_signal},
	[AGENT_PROCESSES] = {0, false, request_processes},
	[AGENT_STATS] = {0, false, request_stats},
	[AGENT_PAUSE] = {sizeof(uint32_t), false, request_pause},
	[AGENT_EXEC] = {sizeof(struct agent_exec), true, request_exec},
	[AGENT_ATTACH] = {sizeof(struct agent_attach), false, request_attach},
	[AGENT_WINDOW] = {sizeof(struct agent_window), false, request_window},
	[AGENT_TIME] = {sizeof(uint64_t), false, request_time},
	[AGENT_ENTROPY] = {0, true, request_entropy},
	[AGENT_SHUTDOWN] = {0, false, request_shutdown},
	[AGENT_UPDATE] = {0, true, request_update},
};

int request_handle(struct connection *c, const struct frame *frame, struct err *e)
{
	request_handler *handle = frame->type < AGENT_TYPES ? requests[frame->type].handle : NULL;

	if (!handle)
		return err_set(
			e, EPROTO, "no-such-request", "the guest's first process knows no request '%u'", frame->type);
	if (frame->payload.length < requests[frame->type].size ||
		(frame->payload.length > requests[frame->type].size && !requests[frame->type].text))
		return err_set(e, EPROTO, "request-broken", "a request '%u' has '%zu' bytes, want '%zu'", frame->type,
			frame->payload.length, requests[frame->type].size);
	return handle(c, frame, e);
}
