/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the processes of a service in namespaces to images. Whatever goes wrong, the service goes on as it was. */
#include "runtime/service/namespace_checkpoint.h"
#include "base/own.h"
#include "runtime/isolation/cgroup_process.h"
#include "runtime/isolation/criu_program.h"
#include "runtime/isolation/launch.h"
#include "runtime/isolation/plan_for.h"
#include "runtime/service/checkpoint_external.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static void dumping_release(struct dumping *d)
{
	spec_free(&d->spec);
	cgroup_free(&d->cgroup);
	checkpoint_images_close(&d->images);
	text_free(&d->options);
}

static int dump_check(const struct service *s, struct err *e)
{
	if (geteuid() != 0 || s->state.rootless)
		return err_set(e, EPERM, "checkpoint-rootless",
			"'%s' is a plain user's service: criu needs root for what it does to processes", s->state.id);
	return criu_program_find(e);
}

static int dump_launch(const struct dumping *d, int socket, struct launch_result *ret, struct err *e)
{
	const struct plan_setting setting = {.id = d->service->state.id, .privileged = true};
	own_plan plan = {0};
	int r = plan_for_dump(&d->spec, &setting, &plan, e);

	if (r < 0)
		return r;
	return launch_run(
		&(struct launch_request){
			.plan = &plan,
			.target = -1,
			.id = d->service->state.id,
			.bundle = d->service->state.bundle,
			.seccomp_cache = -1,
			.start_socket = -1,
			.console_socket = -1,
			.interrupt_fd = -1,
			.lock = d->service->dir,
			.pass_fds = &socket,
			.pass_n = 1,
		},
		ret, e);
}

static int dump_run(struct dumping *d, struct err *e)
{
	own_fd ours = -1, theirs = -1, pidfd = -1;
	struct launch_result criu;
	struct criu_response response;
	int r = criu_socket(&ours, &theirs, e);

	r = r ? r : dump_launch(d, theirs, &criu, e);
	if (r < 0)
		return r;
	pidfd = criu.pidfd;
	own_release_fd(&theirs);
	r = criu_ask(
		&(struct criu_call){
			.type = d->checkpoint->pre_dump ? CRIU_PRE_DUMP : CRIU_DUMP,
			.options = &d->options,
			.socket = ours,
			.interrupt_fd = -1,
			.hear = dump_hear,
			.context = d,
		},
		&response, e);
	own_release_fd(&ours); /* one that waits for us ends */
	while (waitpid(criu.pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

/* A criu that was killed has left the service as it was just then: stopped. */
static void dump_undo(const struct dumping *d)
{
	struct err ignored;

	if (!d->paused && cgroup_is_frozen(&d->cgroup))
		(void)cgroup_freeze(&d->cgroup, false, &ignored); /* the failure before is the one to tell */
	checkpoint_images_discard(&d->images);
}

int namespace_checkpoint(struct service *s, const struct checkpoint *checkpoint, struct err *e)
{
	__attribute__((cleanup(dumping_release))) struct dumping d = {
		.service = s, .checkpoint = checkpoint, .images = CHECKPOINT_IMAGES_NONE};
	int r = dump_check(s, e);

	r = r ? r : service_spec(s, &d.spec, e);
	r = r ? r : external_check(&d.spec, e);
	r = r ? r : namespace_cgroup(s, &d.cgroup, e);
	r = r ? r : checkpoint_images_make(checkpoint, &d.images, e);
	if (r < 0)
		return r;
	d.paused = cgroup_is_frozen(&d.cgroup);
	r = dump_options(&d, e);
	r = r ? r : dump_run(&d, e);
	if (r == 0)
		return 0;
	r = criu_explain(&d.images, e);
	dump_undo(&d);
	return err_ctx(e, "checkpoint '%s'", s->state.id);
}
