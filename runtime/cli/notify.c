/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/notify.h"

#include "base/log.h"
#include "runtime/service/process.h"

#include <stdlib.h>
#include <string.h>

#define NOTIFY_DESTINATION "/run/notify.sock"

static int notify_mount(struct spec *spec, const char *socket, struct err *e)
{
	static const char *const options[] = {"bind", "nosuid", "nodev", "noexec"};
	struct spec_mount *mounts = arena_array(&spec->arena, spec->mounts_n + 1, sizeof *mounts);
	const char **words = arena_array(&spec->arena, sizeof options / sizeof *options, sizeof *words);
	const char *source = arena_string(&spec->arena, socket);

	if (!mounts || !words || !source)
		return err_nomem(e);
	memcpy(words, options, sizeof options);
	if (spec->mounts_n)
		memcpy(mounts, spec->mounts, spec->mounts_n * sizeof *mounts);
	mounts[spec->mounts_n++] = (struct spec_mount){
		.destination = NOTIFY_DESTINATION,
		.source = source,
		.options = {.set = true, .n = sizeof options / sizeof *options, .items = words},
	};
	spec->mounts = mounts;
	return 0;
}

int cli_notify_pass(struct spec *spec, const char *wall, struct err *e)
{
	static const char *variable = "NOTIFY_SOCKET=" NOTIFY_DESTINATION;
	const struct process_changes changes = {.env = {.set = true, .n = 1, .items = &variable}};
	const struct spec_namespace *mount = spec_find_namespace(spec, SPEC_NS_MOUNT);
	const char *socket = getenv("NOTIFY_SOCKET");
	int r;

	if (!socket || socket[0] != '/' || !mount || mount->path || !spec->process)
		return 0;
	if (strcmp(wall, "namespace") != 0) {
		log_warning(
			"NOTIFY_SOCKET: a service behind the wall '%s' cannot reach it, and is not told of it", wall);
		return 0;
	}
	r = notify_mount(spec, socket, e);
	return r ? r : process_change(&spec->arena, &changes, spec->process, e);
}
