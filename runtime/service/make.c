/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a service. The order is what makes it safe to be killed anywhere: the intent is on disk,
 * with where the cgroup will be, before anything else exists; the pid is on disk before the service
 * runs an instruction of its own.
 */
#include "runtime/service/service.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/process.h"
#include "config/write.h"
#include "runtime/service/backend.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

static const char *make_time_now(struct arena *a)
{
	char text[64];
	struct timespec now;
	struct tm utc;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* this clock is always there */
	if (!strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc)))
		return "";
	return arena_format(a, "%s.%09ldZ", text, now.tv_nsec);
}

static int make_state(const struct service_request *request, struct service_state *state, struct err *e)
{
	const struct spec *spec = request->spec;

	state->oci_version = spec->oci_version;
	state->id = request->id;
	state->isolation = request->isolation;
	state->bundle = request->bundle;
	state->rootfs = spec->root ? spec->root->path : "";
	state->created = make_time_now(&state->arena);
	state->cgroups_path = spec->linux && spec->linux->cgroups_path ? spec->linux->cgroups_path : "";
	state->systemd_cgroup = request->systemd_cgroup;
	state->rootless = !request->privileged;
	state->no_new_keyring = request->no_new_keyring;
	state->owner = geteuid();
	state->maker = getpid();
	return state->created ? process_start_time(getpid(), &state->maker_start_ticks, e) : err_nomem(e);
}

int service_write_pid_file(const char *path, pid_t pid, struct err *e)
{
	own_text text = {0};
	int r;

	text_format(&text, "%d", pid);
	r = text.failed ? err_nomem(e) : file_replace_path(path, text.data, text.length, 0644, e);
	return r < 0 ? err_ctx(e, "write the pid file") : 0;
}

int service_record(struct service *s, const char *pid_file, pid_t pid, struct err *e)
{
	int r = process_start_time(pid, &s->state.pid_start_ticks, e);

	if (r < 0)
		return r;
	s->state.pid = pid;
	r = store_write_state(s->dir, &s->state, e);
	return r || !pid_file ? r : service_write_pid_file(pid_file, pid, e);
}

static int make_by_wall(
	const struct isolation *wall, const struct service_request *request, struct service_made *made, struct err *e)
{
	if (!request->restore)
		return wall->create(request, made, e);
	return wall->restore ? wall->restore(request, made, e) : backend_cannot(&made->service, "restore", e);
}

int service_make(const struct service_request *request, struct service_made *ret, struct err *e)
{
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};
	const struct isolation *wall = backend_find(request->isolation);
	struct service *s = &made.service;
	struct err ignored;
	int r;

	if (!wall)
		return err_set(e, ENOTSUP, "no-such-wall", "this cloche has no '%s' isolation: use 'namespace'",
			request->isolation);
	r = store_check_id(request->id, e);
	r = r ? r : make_state(request, &s->state, e);
	if (r < 0)
		return r;
	s->root = store_open_root(request->root, true, e);
	s->dir = s->root < 0 ? s->root : store_make(s->root, request->id, e);
	if (s->dir == -EEXIST)
		return err_ctx(e, "in '%s'", request->root);
	if (s->dir < 0)
		return s->dir;
	r = store_write_spec(s->dir, request->spec, e);
	r = r ? r : make_by_wall(wall, request, &made, e);
	if (r < 0) {
		/* what cannot be removed is found again by `delete --force`; the first failure is the one to tell */
		(void)store_remove(s->root, request->id, &ignored);
		return r;
	}
	*ret = made;
	made = (struct service_made){.service = SERVICE_NONE, .console = -1};
	return 0;
}

void service_made_close(struct service_made *made)
{
	service_close(&made->service);
	own_release_fd(&made->console);
}
