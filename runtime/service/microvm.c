/* SPDX-License-Identifier: Apache-2.0 */
/* The microVM wall: a service is a process in a guest, and its process on the host is the VMM (docs/microvm.md). */
#include "runtime/service/microvm.h"

#include "base/own.h"
#include "runtime/proto/agent.h"
#include "runtime/service/backend.h"
#include "runtime/service/microvm_agent.h"
#include "runtime/service/microvm_network.h"
#include "runtime/service/namespace.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum {
	MICROVM_KILL_MS = 2000, /* a guest that does not answer by then is ended with its VMM */
	MICROVM_ASK_MS = 10000,
};

int microvm_start(struct service *s, const struct spec *spec, struct err *e)
{
	const struct agent_watch watch = {.pidfd = s->pidfd, .interrupt_fd = -1, .timeout_ms = -1};
	struct agent_start head;
	own_fd connection = -1;
	own_frame answer = {0};
	int r = microvm_network_tell(s, &head, e);

	(void)spec;
	if (r < 0)
		return r;
	connection = agent_connect(s, &watch, e);
	if (connection < 0)
		return connection;
	r = agent_ask(connection,
		&(struct agent_request){.type = AGENT_START,
			.answer = AGENT_DONE,
			.parts = {.head = &head, .head_length = sizeof head}},
		&watch, &answer, e);
	if (r < 0)
		return r;
	if (unlinkat(s->dir, STORE_START_SOCKET, 0) < 0)
		return err_sys(e, "note that the service has started");
	return 0;
}

static int microvm_signal(struct service *s, int signo, bool all, struct err *e)
{
	const struct agent_watch watch = {.pidfd = s->pidfd, .interrupt_fd = -1, .timeout_ms = MICROVM_KILL_MS};
	const struct agent_signal head = {.signo = signo, .all = all};
	own_fd connection = agent_connect(s, &watch, e);
	own_frame answer = {0};

	if (connection < 0)
		return connection;
	return agent_ask(connection,
		&(struct agent_request){.type = AGENT_SIGNAL,
			.answer = AGENT_DONE,
			.parts = {.head = &head, .head_length = sizeof head}},
		&watch, &answer, e);
}

/* The machine itself, which a freezer may hold. */
static int microvm_end(struct service *s, struct err *e)
{
	return isolation_namespace.kill(s, SIGKILL, false, e);
}

static int microvm_kill(struct service *s, int signo, bool all, struct err *e)
{
	struct err refused = ERR_NONE;
	bool paused;
	int r;

	if (s->pidfd < 0)
		return err_set(e, ESRCH, "no-process", "container not running");
	paused = isolation_namespace.paused(s);
	if (paused && signo != SIGKILL)
		return err_set(e, EBUSY, "paused",
			"'%s' is paused, and a paused machine takes no signal: resume it first", s->state.id);
	r = paused ? -EBUSY : microvm_signal(s, signo, all, &refused);
	if (r == 0 || (signo != SIGKILL && r < 0)) {
		if (r < 0)
			*e = refused;
		return r;
	}
	return microvm_end(s, e);
}

static int microvm_destroy(struct service *s, struct err *e)
{
	own_spec spec = {0};
	struct err ignored;
	int r = namespace_destroy(s, e);

	/* a service without a spec was never started */
	if (r == 0 && service_spec(s, &spec, &ignored) == 0)
		microvm_network_untie(&spec);
	return r;
}

const struct isolation isolation_microvm = {
	.name = "microvm",
	.create = microvm_create,
	.start = microvm_start,
	.exec = microvm_exec,
	.kill = microvm_kill,
	/* what is done to a service by way of its cgroup is done to the machine */
	.paused = namespace_paused,
	.pause = namespace_pause,
	.update = microvm_update,
	.stats = namespace_stats,
	.oom_kills = namespace_oom_kills,
	.processes = namespace_processes,
	.destroy = microvm_destroy,
};
