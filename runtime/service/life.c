/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs do to a service that exists. */
#include "runtime/service/service.h"

#include "base/log.h"
#include "base/own.h"
#include "base/process.h"
#include "config/parse.h"
#include "runtime/isolation/hooks.h"
#include "runtime/service/backend.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <signal.h>

enum { SERVICE_MAKER_TIMEOUT_MS = 5000 };

int service_spec(const struct service *s, struct spec *ret, struct err *e)
{
	own_report report = {0};
	int r = spec_load(s->dir, STORE_SPEC_FILE, ret, &report, e);

	return r < 0 ? err_ctx(e, "the spec of '%s'", s->state.id) : 0;
}

/* runtime.md, "Lifecycle", 9 and 12: a hook that fails here is told of, and the rest goes on. */
void service_hooks_after(const struct service *s, const struct spec *spec, enum spec_hook_moment moment)
{
	const struct hook_call call = {
		.spec = spec,
		.moment = moment,
		.state =
			{
				.oci_version = s->state.oci_version,
				.id = s->state.id,
				.bundle = s->state.bundle,
				.status = moment == SPEC_HOOK_POSTSTOP ? "stopped" : "running",
				.pid = moment == SPEC_HOOK_POSTSTOP ? 0 : (pid_t)s->state.pid,
				.annotations = &spec->annotations,
			},
		.interrupt_fd = -1,
	};

	for (size_t i = 0; i < hooks_count(spec, moment); i++) {
		struct err e = ERR_NONE;

		if (hooks_run_one(&call, i, &e) < 0)
			log_warning("'%s': %s", s->state.id, e.text);
	}
}

int service_end_making(const struct service *s, struct err *e)
{
	struct err slow = ERR_NONE;
	own_fd maker = -1;
	int r;

	if (service_status(s) != SERVICE_CREATING || !s->state.maker)
		return 0;
	maker = process_open((pid_t)s->state.maker, s->state.maker_start_ticks, e);
	if (maker < 0)
		return maker == -ESRCH ? 0 : maker;
	r = process_signal(maker, SIGTERM, e);
	if (r == 0 && process_wait_end(maker, SERVICE_MAKER_TIMEOUT_MS, &slow) < 0)
		r = process_signal(maker, SIGKILL, e);
	return r == -ESRCH ? 0 : r;
}

int service_start(struct service *s, struct err *e)
{
	own_spec spec = {0};
	int r = service_allows(s, SERVICE_VERB_START, e);

	r = r ? r : service_spec(s, &spec, e);
	r = r ? r : backend_of(s)->start(s, &spec, e);
	if (r < 0)
		return r;
	service_hooks_after(s, &spec, SPEC_HOOK_POSTSTART);
	return 0;
}

int service_execute(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e)
{
	bool paused = request->ignore_paused && service_status(s) == SERVICE_PAUSED;
	int r = paused ? 0 : service_allows(s, SERVICE_VERB_EXEC, e);

	return r ? r : backend_of(s)->exec(s, request, ret, e);
}

int service_kill(struct service *s, int signo, bool all, struct err *e)
{
	/* --all also goes to what a dead first process has left behind */
	int r = all ? 0 : service_allows(s, SERVICE_VERB_KILL, e);

	return r ? r : backend_of(s)->kill(s, signo, all, e);
}

int service_delete(struct service *s, bool force, struct err *e)
{
	own_spec spec = {0};
	struct err no_spec = ERR_NONE;
	int r = force ? 0 : service_allows(s, SERVICE_VERB_DELETE, e);

	r = r ? r : backend_of(s)->destroy(s, e);
	if (r < 0)
		return r;
	if (service_spec(s, &spec, &no_spec) == 0)
		service_hooks_after(s, &spec, SPEC_HOOK_POSTSTOP);
	else
		log_debug("no poststop hooks for '%s': %s", s->state.id, no_spec.text);
	return store_remove(s->root, s->state.id, e);
}
