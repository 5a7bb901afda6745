/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "config/json_write.h"
#include "runtime/cli/make.h"
#include "runtime/cli/output.h"
#include "runtime/cli/state_json.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct list_options {
	const char *format;
	bool quiet;
};

static void list_row_text(struct text *out, const struct service *s, bool quiet)
{
	enum service_status status = service_status(s);

	if (quiet)
		text_format(out, "%s\n", s->state.id);
	else
		text_format(out, "%-24s %-8" PRId64 " %-9s %-10s %-31s %-8s %s\n", s->state.id,
			status == SERVICE_STOPPED ? 0 : s->state.pid, service_status_name(status), s->state.isolation,
			s->state.created, cli_owner_of(s).text, s->state.bundle);
}

/* A service that another cloche deletes meanwhile is not listed; it is no failure. */
static void list_one(const char *root, const char *id, const struct list_options *o, struct json_writer *w)
{
	own_service s = SERVICE_NONE;
	struct err ignored;

	if (service_open(root, id, false, &s, &ignored) < 0)
		return;
	if (o->format && strcmp(o->format, "json") == 0)
		cli_state_write(w, &s);
	else
		list_row_text(w->out, &s, o->quiet);
}

static int list_all(const char *root, const struct list_options *o, struct json_writer *w, struct err *e)
{
	struct err missing = ERR_NONE;
	own_fd fd = store_open_root(root, false, &missing);
	own_dir entries = NULL;
	const struct dirent *entry;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0) {
		*e = missing;
		return fd;
	}
	entries = fdopendir(fd);
	if (!entries)
		return err_sys(e, "read the directory of services '%s'", root);
	(void)give_fd(&fd); /* the stream owns it */
	while ((entry = readdir(entries)))
		if (entry->d_name[0] != '.')
			list_one(root, entry->d_name, o, w);
	return 0;
}

static int cli_list(const struct cli_call *call, struct err *e)
{
	const struct list_options *o = call->options;
	bool json = false;
	own_arena arena = {0};
	own_text out = {0};
	struct json_writer w = {.out = &out};
	const char *root;
	int r = cli_value_is_json(o->format, &json, e);

	r = r ? r : cli_root(call->global, &arena, &root, e);
	if (r < 0)
		return r;
	if (json)
		json_write_begin_array(&w);
	else if (!o->quiet)
		text_format(&out, "%-24s %-8s %-9s %-10s %-31s %-8s %s\n", "ID", "PID", "STATUS", "ISOLATION",
			"CREATED", "OWNER", "BUNDLE");
	r = list_all(root, o, &w, e);
	if (r < 0)
		return r;
	if (json) {
		json_write_end_array(&w);
		text_add(&out, "\n");
	}
	return cli_print(&out, e);
}

static const struct cli_option list_options[] = {
	{"format", 'f', CLI_TEXT, offsetof(struct list_options, format), "FORMAT", "table or json"},
	{"quiet", 'q', CLI_FLAG, offsetof(struct list_options, quiet), NULL, "ids only"},
};

const struct cli_verb cli_verb_list = {
	.name = "list",
	.synopsis = "[options]",
	.summary = "List the services",
	.options = list_options,
	.options_n = sizeof list_options / sizeof *list_options,
	.options_size = sizeof(struct list_options),
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_list,
};
