/* SPDX-License-Identifier: Apache-2.0 */
/* What of libcloche reads specs and starts processes. */
#include "runtime/cloche_handle.h"

#include "base/log.h"
#include "base/own.h"
#include "runtime/service/check.h"
#include "runtime/service/service.h"
#include "runtime/service/wall.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

void cloche_be_quiet(void)
{
	log_setup(LOG_LEVEL_ERROR, LOG_FORM_TEXT, -1); /* nothing below the programs' edge logs errors */
}

/* From a path of a file or a bundle. */
static int cloche_load(const char *path, struct source_loaded *ret, struct report *report, struct err *e)
{
	struct stat status;
	struct source source = {0};

	if (stat(path, &status) < 0)
		return err_sys(e, "the spec '%s'", path);
	*(S_ISDIR(status.st_mode) ? &source.bundle : &source.file) = path;
	return source_load(&source, ret, report, e);
}

int cloche_spec_load(const char *path, struct cloche_spec **ret, struct cloche_error *error)
{
	struct cloche_spec *spec = calloc(1, sizeof *spec);
	own_report report = {0};
	struct err e = ERR_NONE;
	int r = spec ? cloche_load(path, &spec->loaded, &report, &e) : err_nomem(&e);

	if (r < 0)
		cloche_spec_free(spec);
	else
		*ret = spec;
	return cloche_report(r, &e, error);
}

int cloche_spec_check(const char *path, char **ret_report, struct cloche_error *error)
{
	own_loaded loaded = {0};
	own_report report = {0};
	own_text out = {0};
	struct err e = ERR_NONE;
	int r = cloche_load(path, &loaded, &report, &e);

	if (r < 0 && !report.errors_n)
		return cloche_report(r, &e, error);
	if (r == 0)
		service_check_host(&(struct service_request){.id = "check",
					   .bundle = loaded.bundle,
					   .spec = &loaded.spec,
					   .privileged = geteuid() == 0,
					   .interrupt_fd = -1},
			&report);
	report_json(&report, false, &out);
	return cloche_report(cloche_give_text(&out, ret_report, &e), &e, error);
}

/* /proc/self/task has a directory for each thread, which its count of links counts beside its own two. */
static int cloche_check_threads(struct err *e)
{
	struct stat tasks;

	if (stat("/proc/self/task", &tasks) < 0)
		return err_sys(e, "count the threads");
	return tasks.st_nlink <= 3 ? 0
				   : err_set(e, EBUSY, "threads",
					     "a service can be started only by a process without other threads");
}

static struct cloche_options cloche_options_of(const struct cloche_options *options)
{
	struct cloche_options known = {0};

	if (options)
		memcpy(&known, options, options->size < sizeof known ? options->size : sizeof known);
	return known;
}

static int cloche_make(const struct service_request *request, struct err *e)
{
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};

	if (request->spec->process->terminal.value && !request->console_socket)
		return err_set(e, EINVAL, "no-console-socket", "a service with a terminal needs a console_socket");
	return service_make(request, &made, e);
}

int cloche_create(const struct cloche_spec *spec, const char *id, const struct cloche_options *options,
	struct cloche_service **ret, struct cloche_error *error)
{
	const struct cloche_options o = cloche_options_of(options);
	const struct wall_wish wish = {.option = o.isolation, .spec = &spec->loaded.spec};
	struct service_request request = {
		.id = id,
		.bundle = spec->loaded.bundle,
		.spec = &spec->loaded.spec,
		.pid_file = o.pid_file,
		.console_socket = o.console_socket,
		.privileged = geteuid() == 0,
		.wait_start = true,
		.interrupt_fd = -1,
	};
	own_arena arena = {0};
	struct wall_choice wall;
	struct err e = ERR_NONE;
	int r = cloche_check_threads(&e);

	cloche_be_quiet();
	r = r ? r : wall_choose(&wish, &wall, &e);
	r = r ? r : cloche_root(o.root, &arena, &request.root, &e);
	if (r == 0) {
		request.isolation = wall.name;
		r = cloche_make(&request, &e);
	}
	return r ? cloche_report(r, &e, error) : cloche_open(request.root, id, ret, error);
}

/* What starting a process in a service changes of the calling thread: it may have a life of its own after that. */
struct cloche_thread {
	int pid_namespace; /* of its children to come */
	cpu_set_t cpus;
};

static int cloche_thread_save(struct cloche_thread *ret, struct err *e)
{
	ret->pid_namespace = open("/proc/self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
	if (ret->pid_namespace < 0 || sched_getaffinity(0, sizeof ret->cpus, &ret->cpus) < 0)
		return err_sys(e, "remember the calling thread");
	return 0;
}

static int cloche_thread_restore(struct cloche_thread *before, struct err *e)
{
	own_fd namespace = give_fd(&before->pid_namespace);

	if (setns(namespace, CLONE_NEWPID) < 0 && errno != EPERM && errno != EINVAL)
		return err_sys(e, "go back to the caller's pid namespace");
	if (sched_setaffinity(0, sizeof before->cpus, &before->cpus) < 0)
		return err_sys(e, "go back to the caller's CPUs");
	return 0;
}

static int cloche_execute(struct service *s, const char *const *argv, pid_t *ret_pid, struct err *e)
{
	struct process_changes changes = {.terminal = {.set = true}};
	struct service_executed executed;
	struct spec_process process;
	own_spec spec = {0};
	int r = service_spec(s, &spec, e);

	if (r < 0)
		return r;
	while (argv[changes.args.n])
		changes.args.n++;
	changes.args.set = true;
	changes.args.items = (const char **)(uintptr_t)argv; /* only read */
	process = *spec.process;
	r = process_change(&spec.arena, &changes, &process, e);
	r = r ? r : process_validate(&process, e);
	spec.process = &process;
	r = r ? r : service_execute(s, &(struct service_exec){.spec = &spec, .interrupt_fd = -1}, &executed, e);
	if (r < 0)
		return r;
	own_release_fd(&executed.pidfd);
	own_release_fd(&executed.console);
	*ret_pid = executed.pid;
	return 0;
}

int cloche_exec(struct cloche_service *service, const char *const *argv, pid_t *ret_pid, struct cloche_error *error)
{
	own_service s = SERVICE_NONE;
	struct cloche_thread before;
	struct err e = ERR_NONE, after = ERR_NONE;
	int r = cloche_check_threads(&e);

	r = r ? r : service_open(service->root, service->id, false, &s, &e);
	r = r ? r : cloche_thread_save(&before, &e);
	if (r < 0)
		return cloche_report(r, &e, error);
	r = cloche_execute(&s, argv, ret_pid, &e);
	if (cloche_thread_restore(&before, &after) < 0 && r == 0)
		return cloche_report(-after.no, &after, error);
	return cloche_report(r, &e, error);
}
