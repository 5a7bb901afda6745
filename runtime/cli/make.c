/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/make.h"

#include "base/log.h"
#include "base/own.h"
#include "runtime/cli/pidfd.h"
#include "runtime/service/store.h"
#include "runtime/service/wall.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int cli_root(const struct cli_global *global, struct arena *a, const char **ret, struct err *e)
{
	if (!global->root)
		return store_default_root(a, ret, e);
	*ret = global->root;
	return 0;
}

/* root who wants a service made as a plain user's is; a plain user's always is. */
static bool cli_is_rootless(const struct cli_global *global)
{
	return global->rootless && strcmp(global->rootless, "true") == 0;
}

/* One argument, which is a spec or, with a bundle, an id. */
static int cli_making_source(const struct cli_call *call, struct cli_source *source, const char **ret_id, struct err *e)
{
	const struct cli_make_options *o = call->options;
	bool file = !o->bundle && cli_is_spec_file(call->arguments[0]);

	*source = (struct cli_source){
		.bundle = o->bundle,
		.config = o->config,
		.file = file ? call->arguments[0] : NULL,
		.command = call->command,
		.env = &o->env,
	};
	if (!file && o->id)
		return err_set(e, EINVAL, "usage", "--id: found '%s' beside the id '%s', want one of them", o->id,
			call->arguments[0]);
	if (file && o->config)
		return err_set(e, EINVAL, "usage", "--config: found '%s' beside the spec '%s', want one of them",
			o->config, call->arguments[0]);
	*ret_id = file ? o->id : call->arguments[0];
	return 0;
}

static int cli_making_load(const struct cli_source *source, struct source_loaded *loaded, struct err *e)
{
	own_report report = {0};
	own_text lines = {0};
	int r = cli_source_load(source, loaded, &report, e);

	for (const struct report_finding *f = report.first; f; f = f->next) {
		if (f->level != REPORT_WARNING)
			continue;
		text_reset(&lines);
		report_text_finding(&report, f, &lines);
		log_debug("%s", text_string(&lines));
	}
	return r;
}

static int cli_making_wall(const struct cli_call *call, const struct spec *spec, struct wall_choice *ret, struct err *e)
{
	const struct cli_make_options *o = call->options;
	const struct wall_wish wish = {.option = o->isolation, .program = call->global->program, .spec = spec};
	int r = wall_choose(&wish, ret, e);

	if (r == 0 && ret->reason[0])
		log_warning("isolation: chose '%s', since %s", ret->name, ret->reason);
	return r;
}

int cli_making_prepare(const struct cli_call *call, struct cli_making *ret, struct err *e)
{
	const struct cli_make_options *o = call->options;
	struct service_request *request = &ret->request;
	struct cli_source source;
	struct wall_choice wall;
	const char *id = NULL;
	unsigned int passed = 0;
	int r = cli_making_source(call, &source, &id, e);

	r = r ? r : cli_inherited_pass(&call->global->inherited, o->preserve_fds.value, &passed, e);
	r = r ? r : cli_making_load(&source, &ret->loaded, e);
	if (r == 0 && !id)
		id = cli_id_of_file(&ret->loaded.spec.arena, source.file, e);
	r = r || !id ? -e->no : cli_making_wall(call, &ret->loaded.spec, &wall, e);
	if (r < 0)
		return r;
	ret->pidfd_socket = o->pidfd_socket;
	*request = (struct service_request){
		.id = id,
		.isolation = wall.name,
		.bundle = ret->loaded.bundle,
		.spec = &ret->loaded.spec,
		.pid_file = o->pid_file,
		.console_socket = o->console_socket,
		.preserve_fds = passed,
		.listen_fds = call->global->inherited.listening,
		.privileged = geteuid() == 0 && !cli_is_rootless(call->global),
		.no_pivot = o->no_pivot,
		.no_new_keyring = o->no_new_keyring,
		.systemd_cgroup = call->global->systemd_cgroup,
		.interrupt_fd = -1,
	};
	return cli_root(call->global, &ret->loaded.spec.arena, &request->root, e);
}

int cli_making_check_terminal(const struct cli_call *call, const struct spec *spec, bool stands_by, struct err *e)
{
	const struct cli_make_options *o = call->options;
	bool terminal = spec->process && spec->process->terminal.value;

	if (terminal && !stands_by && !o->console_socket)
		return err_set(e, EINVAL, "no-console-socket",
			"a service with a terminal can be detached only with a --console-socket to send it to");
	return 0;
}

void cli_warn_of(const struct report *report)
{
	for (const struct report_finding *f = report->first; f; f = f->next)
		if (f->level == REPORT_WARNING)
			log_warning("%s: %s", f->pointer, f->message);
}

int cli_making_make(struct cli_making *making, struct service_made *made, struct err *e)
{
	own_report report = {0};
	own_fd socket = -1;
	int r = cli_pidfd_connect(making->pidfd_socket, &socket, e);

	if (r < 0)
		return r;
	making->request.report = &report;
	r = service_make(&making->request, made, e);
	making->request.report = NULL;
	cli_warn_of(&report);
	if (r < 0)
		return r;
	r = cli_pidfd_send(socket, made->service.pidfd, e);
	if (r < 0)
		(void)service_delete(
			&made->service, true, &(struct err){0}); /* the failure before is the one to tell */
	return r;
}

void cli_making_free(struct cli_making *making)
{
	source_loaded_free(&making->loaded);
}
