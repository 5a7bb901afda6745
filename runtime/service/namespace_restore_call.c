/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of criu for a restore, and what is done when it tells how far it is. */
#include "base/fd.h"
#include "base/own.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/hooks.h"
#include "runtime/proto/protobuf.h"
#include "runtime/service/namespace_restore.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
	PASSED_FD = 3, /* the socket; the namespaces follow */
	PROC_CGROUP_MAX = 1024 * 1024,
};

/* "4:memory:/path" of version 1, for each controller of the line; "0::/path" of version 2, for all. */
static void restore_add_cgroup(char *line, struct text *options)
{
	char *controllers, *controller;

	(void)strsep(&line, ":"); /* the hierarchy's number */
	controllers = strsep(&line, ":");
	if (!line)
		return;
	if (!*controllers)
		criu_add_pair(options, CRIU_CG_ROOT, NULL, line);
	while (controllers && *controllers && (controller = strsep(&controllers, ",")))
		criu_add_pair(options, CRIU_CG_ROOT, controller, line);
}

/* Where the dumped processes' cgroup now is: where criu is. */
static int restore_add_cgroups(pid_t criu, struct text *options, struct err *e)
{
	own_text text = {0};
	char path[64], *rest, *line;
	int r;

	(void)snprintf(path, sizeof path, "/proc/%d/cgroup", criu); /* fits */
	r = file_read(AT_FDCWD, path, PROC_CGROUP_MAX, &text, e);
	rest = text.data;
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (*line)
			restore_add_cgroup(line, options);
	return r;
}

/* criu has its caller's standard streams, and the namespaces behind the socket. */
static void restore_add_descriptors(const struct restoring *r, struct text *options)
{
	for (int i = 0; i < CHECKPOINT_STREAMS; i++)
		if (r->streams[i].key[0])
			criu_add_inherited(options, r->streams[i].key, i);
	for (size_t i = 0; i < r->namespaces.n; i++)
		criu_add_inherited(options, r->namespaces.keys[i], PASSED_FD + 1 + (int)i);
}

int restore_options(struct restoring *r, pid_t criu, struct err *e)
{
	const struct checkpoint *c = r->request->restore;
	const struct spec *spec = r->request->spec;
	struct text *o = &r->options;

	criu_options_add(c, &r->images, spec, o);
	protobuf_add_string(o, CRIU_ROOT, spec->root->path);
	protobuf_add_number(o, CRIU_RST_SIBLING, true);
	protobuf_add_number(o, CRIU_EVASIVE_DEVICES, true);
	protobuf_add_string(o, CRIU_LSM_PROFILE, c->lsm_profile);
	protobuf_add_string(o, CRIU_LSM_MOUNT_CONTEXT, c->lsm_mount_context);
	restore_add_descriptors(r, o);
	if (restore_add_cgroups(criu, o, e) < 0)
		return -e->no;
	return external_add_restore(spec, r->request->bundle, o, e);
}

/* runtime.md, "Lifecycle", 4 and 5: its namespaces are there, nothing has run in them. */
static int restore_run_hooks(struct restoring *r, pid_t pid, struct err *e)
{
	static const enum spec_hook_moment moments[] = {SPEC_HOOK_PRESTART, SPEC_HOOK_CREATE_RUNTIME};
	const struct spec *spec = r->request->spec;
	int n = 0;

	for (size_t i = 0; i < sizeof moments / sizeof *moments && n == 0; i++)
		n = hooks_run(
			&(struct hook_call){
				.spec = spec,
				.moment = moments[i],
				.state =
					{
						.oci_version = spec->oci_version,
						.id = r->request->id,
						.bundle = r->request->bundle,
						.status = "creating",
						.pid = pid,
						.annotations = &spec->annotations,
					},
				.interrupt_fd = r->request->interrupt_fd,
			},
			e);
	return n;
}

/* The terminal that the service had is a new one now, and its master here. */
static int restore_terminal(struct restoring *r, int *fd, struct err *e)
{
	if (*fd < 0)
		return 0;
	if (r->console >= 0)
		return console_send(r->console, *fd, e);
	own_release_fd(&r->made->console);
	r->made->console = give_fd(fd);
	return 0;
}

int restore_hear(void *restoring, const struct criu_response *notification, int *fd, struct err *e)
{
	struct restoring *r = restoring;

	if (strcmp(notification->script, "setup-namespaces") == 0)
		return restore_run_hooks(r, notification->pid, e);
	if (strcmp(notification->script, "orphan-pts-master") == 0)
		return restore_terminal(r, fd, e);
	if (strcmp(notification->script, "post-restore") == 0)
		return service_record(&r->made->service, r->request->pid_file, notification->pid, e);
	return 0;
}
