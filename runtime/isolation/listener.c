/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/listener.h"

#include "base/own.h"
#include "config/json_write.h"
#include "runtime/isolation/hooks.h"
#include "runtime/isolation/run.h"
#include "seccomp/notify.h"

static int listener_state(const struct run *run, struct text *out, struct err *e)
{
	const struct launch_request *request = run->request;
	const struct spec *spec = request->plan->spec;
	const char *metadata = spec->linux->seccomp->listener_metadata;
	const struct hook_state state = {.oci_version = spec->oci_version,
		.id = request->id,
		.bundle = request->bundle,
		.status = "running",
		.pid = run->pid,
		.annotations = &spec->annotations};
	struct json_writer w = {.out = out};

	json_write_begin_object(&w);
	json_write_member_string(&w, "ociVersion", spec->oci_version);
	json_write_key(&w, "fds");
	json_write_begin_array(&w);
	json_write_string(&w, "seccompFd");
	json_write_end_array(&w);
	json_write_member_int(&w, "pid", run->pid);
	if (metadata)
		json_write_member_string(&w, "metadata", metadata);
	json_write_key(&w, "state");
	hook_state_add(&w, &state);
	json_write_end_object(&w);
	return out->failed ? err_nomem(e) : 0;
}

int listener_hand_over(const struct run *run, int number, struct err *e)
{
	own_fd listener = seccomp_listener_take(run->pidfd, number, e);
	own_text state = {0};
	int r = listener < 0 ? listener : listener_state(run, &state, e);

	r = r ? r
	      : seccomp_notify_send(run->request->plan->spec->linux->seccomp->listener_path, state.data, listener, e);
	return r ? err_at(e, "/linux/seccomp/listenerPath") : 0;
}
