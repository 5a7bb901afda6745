/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/images.h"
#include "runtime/cli/standby.h"
#include "runtime/cli/verbs.h"

#include <assert.h>

struct restore_options {
	struct cli_make_options make; /* first: cli_making_prepare() reads it */
	struct image_options images;
	const char *lsm_profile, *lsm_mount_context;
	bool no_subreaper;
};
static_assert(offsetof(struct restore_options, make) == 0, "the options of run and create come first");

static int cli_restore(const struct cli_call *call, struct err *e)
{
	const struct restore_options *o = call->options;
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};
	own_making making = {0};
	own_fd signals = -1;
	struct checkpoint images;
	int r = images_from_options(&o->images, &images, e);

	r = r ? r : cli_making_prepare(call, &making, e);
	r = r ? r : standby_check(call, &making.loaded.spec, e);
	if (r < 0)
		return r;
	signals = foreground_begin(e);
	if (signals < 0)
		return signals;
	images.lsm_profile = o->lsm_profile;
	images.lsm_mount_context = o->lsm_mount_context;
	making.request.restore = &images;
	making.request.interrupt_fd = signals;
	r = cli_making_make(&making, &made, e);
	if (r < 0)
		return r;
	service_hooks_after(&made.service, &making.loaded.spec, SPEC_HOOK_POSTSTART);
	return o->make.detach ? 0 : standby(&made, &o->make, NULL, e);
}

#define RESTORE_OPTION(name, kind, field, argument, help)                                                              \
	{                                                                                                              \
		name, 0, kind, offsetof(struct restore_options, field), argument, help                                 \
	}

static const struct cli_option restore_options[] = {
	CLI_MAKE_OPTION("bundle", 'b', CLI_TEXT, bundle, "DIR", "the bundle, with config.json in it"),
	CLI_MAKE_OPTION("pid-file", 0, CLI_TEXT, pid_file, "FILE", "write the process id to FILE"),
	CLI_MAKE_OPTION("console-socket", 0, CLI_TEXT, console_socket, "SOCKET", "send the terminal's master there"),
	CLI_MAKE_OPTION("isolation", 0, CLI_TEXT, isolation, "WALL", "namespace, microvm or auto"),
	CLI_MAKE_OPTION("detach", 'd', CLI_FLAG, detach, NULL, "do not wait for its end"),
	CLI_MAKE_OPTION("keep", 0, CLI_FLAG, keep, NULL, "keep the service's state when it has ended"),
	CLI_MAKE_OPTION(
		"no-pivot", 0, CLI_FLAG, no_pivot, NULL, "for runc's callers: criu changes the root its own way"),
	RESTORE_OPTION("no-subreaper", CLI_FLAG, no_subreaper, NULL, "for runc's callers: cloche never is one"),
	RESTORE_OPTION("lsm-profile", CLI_TEXT, lsm_profile, "TYPE:LABEL", "another label, as apparmor:NAME"),
	RESTORE_OPTION("lsm-mount-context", CLI_TEXT, lsm_mount_context, "LABEL", "another SELinux label of mounts"),
	IMAGE_OPTIONS(restore_options),
};

const struct cli_verb cli_verb_restore = {
	.name = "restore",
	.synopsis = "[options] ID",
	.summary = "Make a service of a checkpoint's files, and end with its exit status",
	.options = restore_options,
	.options_n = sizeof restore_options / sizeof *restore_options,
	.options_size = sizeof(struct restore_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 125,
	.run = cli_restore,
};
