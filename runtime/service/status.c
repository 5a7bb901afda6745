/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/service.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/process.h"
#include "runtime/service/backend.h"
#include "runtime/service/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const status_names[] = {
	[SERVICE_CREATING] = "creating",
	[SERVICE_CREATED] = "created",
	[SERVICE_RUNNING] = "running",
	[SERVICE_PAUSED] = "paused",
	[SERVICE_STOPPED] = "stopped",
};

enum { STATUS_COUNT = sizeof status_names / sizeof *status_names };

static const char *const verb_names[] = {
	[SERVICE_VERB_START] = "start",
	[SERVICE_VERB_KILL] = "kill",
	[SERVICE_VERB_DELETE] = "delete",
	[SERVICE_VERB_EXEC] = "exec in",
	[SERVICE_VERB_PAUSE] = "pause",
	[SERVICE_VERB_RESUME] = "resume",
	[SERVICE_VERB_UPDATE] = "update",
	[SERVICE_VERB_CHECKPOINT] = "checkpoint",
};
static_assert(sizeof verb_names / sizeof *verb_names == SERVICE_VERB_COUNT, "a name per verb");

/* NULL: allowed. Else why not; engines look for some of these words (runc's). */
static const char *const refused[STATUS_COUNT][SERVICE_VERB_COUNT] = {
	[SERVICE_CREATING] =
		{
			[SERVICE_VERB_START] = "it is still being created",
			[SERVICE_VERB_DELETE] = "it is still being created (delete --force ends that)",
			[SERVICE_VERB_EXEC] = "it is still being created",
			[SERVICE_VERB_PAUSE] = "it is still being created",
			[SERVICE_VERB_RESUME] = "it is still being created",
			[SERVICE_VERB_UPDATE] = "it is still being created",
			[SERVICE_VERB_CHECKPOINT] = "it is still being created",
		},
	[SERVICE_CREATED] =
		{
			[SERVICE_VERB_RESUME] = "container not paused",
			[SERVICE_VERB_CHECKPOINT] = "its program has not been started",
		},
	[SERVICE_RUNNING] =
		{
			[SERVICE_VERB_START] = "it is running already",
			[SERVICE_VERB_DELETE] = "it is running (kill it first, or delete --force)",
			[SERVICE_VERB_RESUME] = "container not paused",
		},
	[SERVICE_PAUSED] =
		{
			[SERVICE_VERB_START] = "it is paused (resume it first)",
			[SERVICE_VERB_DELETE] = "it is paused (resume and kill it first, or delete --force)",
			[SERVICE_VERB_EXEC] = "it is paused (resume it first, or exec --ignore-paused)",
			[SERVICE_VERB_PAUSE] = "it is paused already",
		},
	[SERVICE_STOPPED] =
		{
			[SERVICE_VERB_START] = "cannot start a container that has stopped",
			[SERVICE_VERB_KILL] = "container not running",
			[SERVICE_VERB_EXEC] = "container not running",
			[SERVICE_VERB_PAUSE] = "container not running",
			[SERVICE_VERB_RESUME] = "container not running",
			[SERVICE_VERB_UPDATE] = "container not running",
			[SERVICE_VERB_CHECKPOINT] = "container not running",
		},
};

const char *service_status_name(enum service_status status)
{
	return status_names[status];
}

enum service_status service_status(const struct service *s)
{
	if (s->state.pid == 0)
		return SERVICE_CREATING;
	if (s->pidfd < 0)
		return SERVICE_STOPPED;
	if (backend_of(s)->paused(s))
		return SERVICE_PAUSED; /* also one that has not been started: exec would wait in its cgroup, and start
					*/
	return faccessat(s->dir, STORE_START_SOCKET, F_OK, 0) == 0 ? SERVICE_CREATED : SERVICE_RUNNING;
}

int service_allows(const struct service *s, enum service_verb verb, struct err *e)
{
	enum service_status status = service_status(s);
	const char *why = refused[status][verb];

	if (!why)
		return 0;
	return err_set(e, EBUSY, "wrong-status", "cannot %s '%s' in the %s state: %s", verb_names[verb], s->state.id,
		status_names[status], why);
}

static int service_find_process(struct service *s, struct err *e)
{
	int fd;

	if (s->state.pid == 0)
		return 0;
	fd = process_open((pid_t)s->state.pid, s->state.pid_start_ticks, e);
	if (fd < 0 && fd != -ESRCH)
		return fd;
	s->pidfd = fd < 0 ? -1 : fd;
	return 0;
}

/* A directory without a state is what a cloche leaves that was killed at once: a service that is being created. */
static int service_read_state(struct service *s, const char *id, struct err *e)
{
	struct err missing = ERR_NONE;
	int r = store_read_state(s->dir, &s->state, &missing);

	if (r == -ENOENT)
		r = service_state_parse("{}", 2, &s->state, &missing);
	if (r < 0) {
		*e = missing;
		return r;
	}
	if (!s->state.id[0])
		s->state.id = arena_string(&s->state.arena, id);
	return s->state.id ? 0 : err_nomem(e);
}

int service_open(const char *root, const char *id, bool lock, struct service *ret, struct err *e)
{
	own_service s = SERVICE_NONE;
	struct err none = ERR_NONE;
	int r = store_check_id(id, e);

	if (r < 0)
		return r;
	s.root = store_open_root(root, false, &none);
	if (s.root == -ENOENT)
		return err_set(e, ENOENT, "no-service", "container '%s' does not exist", id);
	if (s.root < 0) {
		*e = none;
		return s.root;
	}
	s.dir = store_open(s.root, id, e);
	r = s.dir < 0 ? s.dir : 0;
	r = r || !lock ? r : store_lock(s.dir, id, false, e);
	r = r ? r : service_read_state(&s, id, e);
	r = r ? r : service_find_process(&s, e);
	if (r < 0)
		return r;
	*ret = s;
	s = SERVICE_NONE;
	return 0;
}

void service_unlock(const struct service *s)
{
	store_unlock(s->dir);
}

int service_lock(const struct service *s, struct err *e)
{
	return store_lock(s->dir, s->state.id, false, e);
}

void service_close(struct service *s)
{
	own_release_fd(&s->root);
	own_release_fd(&s->dir); /* the lock goes with it */
	own_release_fd(&s->pidfd);
	service_state_free(&s->state);
}
