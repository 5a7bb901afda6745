/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of criu for a dump, and what is done when it tells how far it is. */
#include "runtime/proto/protobuf.h"
#include "runtime/service/checkpoint_external.h"
#include "runtime/service/namespace_checkpoint.h"

#include <string.h>

/* What is stopped by its cgroup is stopped at once; criu would go from process to process. */
static void dump_add_freezer(struct dumping *d)
{
	const struct cgroup_place *freezer = cgroup_find(&d->cgroup, CGROUP_FREEZER);

	freezer = freezer ? freezer : cgroup_find_v2(&d->cgroup);
	if (freezer && d->checkpoint->cgroups != CHECKPOINT_CGROUPS_IGNORE)
		protobuf_add_string(&d->options, CRIU_FREEZE_CGROUP, freezer->dir);
}

int dump_options(struct dumping *d, struct err *e)
{
	const struct checkpoint *c = d->checkpoint;
	struct text *o = &d->options;

	criu_options_add(c, &d->images, &d->spec, o);
	protobuf_add_number(o, CRIU_PID, (uint64_t)d->service->state.pid);
	protobuf_add_number(o, CRIU_LEAVE_RUNNING, c->leave_running);
	protobuf_add_string(o, CRIU_PARENT_IMG, c->parent_path);
	/* also of the last dump of a chain: it writes what has changed since the one before */
	if (c->pre_dump || c->parent_path)
		protobuf_add_number(o, CRIU_TRACK_MEM, true);
	if (c->page_server)
		criu_add_page_server(o, c->page_server, c->page_server_port);
	if (c->status_fd >= 0)
		protobuf_add_number(o, CRIU_STATUS_FD, (uint64_t)c->status_fd);
	dump_add_freezer(d);
	return external_add_dump(&d->spec, (pid_t)d->service->state.pid, o, d->streams, e);
}

/* The pipes' names are of no use without the images, nor these without them. */
int dump_hear(void *dumping, const struct criu_response *notification, int *fd, struct err *e)
{
	struct dumping *d = dumping;

	(void)fd; /* none comes with a dump's */
	if (d->checkpoint->pre_dump || strcmp(notification->script, "post-dump") != 0)
		return 0;
	return checkpoint_streams_write(&d->images, d->streams, e);
}
