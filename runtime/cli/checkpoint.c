/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/cli/images.h"
#include "runtime/cli/open.h"
#include "runtime/cli/verbs.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct checkpoint_options {
	struct image_options images;
	const char *parent_path, *page_server;
	struct cli_number status_fd;
	bool leave_running, pre_dump;
};

/* ADDRESS:PORT; the address is copied, its last colon is the port's. */
static int checkpoint_page_server(
	const struct checkpoint_options *o, struct arena *a, struct checkpoint *checkpoint, struct err *e)
{
	const char *colon = o->page_server ? strrchr(o->page_server, ':') : NULL;
	unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;

	if (!o->page_server)
		return 0;
	if (port < 1 || port > UINT16_MAX || colon == o->page_server ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return err_set(e, EINVAL, "usage", "--page-server: found '%s', want ADDRESS:PORT", o->page_server);
	checkpoint->page_server = arena_text(a, o->page_server, (size_t)(colon - o->page_server));
	checkpoint->page_server_port = (unsigned int)port;
	return checkpoint->page_server ? 0 : err_nomem(e);
}

static int checkpoint_check(const struct checkpoint_options *o, struct err *e)
{
	if (o->parent_path && o->parent_path[0] == '/')
		return err_set(
			e, EINVAL, "usage", "--parent-path: found '%s', want a path from --image-path", o->parent_path);
	if (o->status_fd.set && o->status_fd.value > INT_MAX)
		return err_set(e, EINVAL, "usage", "--status-fd: found '%lu', want a descriptor", o->status_fd.value);
	return 0;
}

static int cli_checkpoint(const struct cli_call *call, struct err *e)
{
	const struct checkpoint_options *o = call->options;
	own_service s = SERVICE_NONE;
	own_arena arena = {0};
	struct checkpoint checkpoint;
	int r = images_from_options(&o->images, &checkpoint, e);

	r = r ? r : checkpoint_check(o, e);
	r = r ? r : checkpoint_page_server(o, &arena, &checkpoint, e);
	r = r ? r : cli_open(call, true, &s, e);
	if (r < 0)
		return r;
	checkpoint.parent_path = o->parent_path;
	checkpoint.pre_dump = o->pre_dump;
	checkpoint.leave_running = o->leave_running;
	if (o->status_fd.set)
		checkpoint.status_fd = (int)o->status_fd.value;
	return service_checkpoint(&s, &checkpoint, e);
}

#define CHECKPOINT_OPTION(name, kind, field, argument, help)                                                           \
	{                                                                                                              \
		name, 0, kind, offsetof(struct checkpoint_options, field), argument, help                              \
	}

static const struct cli_option checkpoint_options[] = {
	IMAGE_OPTIONS(checkpoint_options),
	CHECKPOINT_OPTION("leave-running", CLI_FLAG, leave_running, NULL, "the service goes on"),
	CHECKPOINT_OPTION("pre-dump", CLI_FLAG, pre_dump, NULL, "only its memory; the service goes on"),
	CHECKPOINT_OPTION("parent-path", CLI_TEXT, parent_path, "DIR", "an earlier pre-dump, from --image-path"),
	CHECKPOINT_OPTION("page-server", CLI_TEXT, page_server, "ADDRESS:PORT", "send the memory there"),
	CHECKPOINT_OPTION("status-fd", CLI_NUMBER, status_fd, "N", "write to descriptor N when lazy pages are served"),
};

const struct cli_verb cli_verb_checkpoint = {
	.name = "checkpoint",
	.synopsis = "[options] ID",
	.summary = "Write a service's processes to files, and end it",
	.options = checkpoint_options,
	.options_n = sizeof checkpoint_options / sizeof *checkpoint_options,
	.options_size = sizeof(struct checkpoint_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_checkpoint,
};
