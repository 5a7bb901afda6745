/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a root filesystem that a stranger wrote. */
#include "runtime/service/check.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/fidelity.h"
#include "runtime/isolation/seccomp_tell.h"
#include "runtime/service/backend.h"
#include "runtime/service/microvm_fidelity.h"
#include "runtime/service/microvm_prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

typedef void check_host(const struct service_request *request, struct report *report);

static void check_root(const struct service_request *request, struct report *report)
{
	const char *path = request->spec->root ? request->spec->root->path : NULL;
	own_fd root = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	struct err e = ERR_NONE;

	if (root >= 0)
		return;
	(void)err_sys(&e, "the root filesystem '%s'", path ? path : ""); /* added below */
	report_refuse_err(report, "/root/path", &e);
}

/* Whether a mount lies over the path or over what it leads through. */
static bool check_is_covered(const struct spec *spec, const char *path)
{
	for (size_t i = 0; i < spec->mounts_n; i++) {
		const char *over = spec->mounts[i].destination;
		size_t length = strlen(over);

		while (length > 1 && over[length - 1] == '/')
			length--;
		if (strncmp(path, over, length) == 0 && (length == 1 || path[length] == '/' || !path[length]))
			return true;
	}
	return false;
}

/* Whether it is there, or may be there once all is mounted. */
static bool check_may_exist(const struct spec *spec, int root, const char *path)
{
	struct err ignored;
	own_fd fd = path_open_in_root(root, path, O_PATH, &ignored);

	return fd >= 0 || check_is_covered(spec, path);
}

static bool check_is_in_path(const struct spec *spec, int root, const char *program)
{
	static const char name[] = "PATH=";
	const struct strings *env = &spec->process->env;
	const char *directory = NULL;
	char path[4096];

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->items[i], name, sizeof name - 1) == 0)
			directory = env->items[i] + sizeof name - 1;
	while (directory && *directory) {
		int length = (int)strcspn(directory, ":");

		if (snprintf(path, sizeof path, "%.*s/%s", length, directory, program) < (int)sizeof path &&
			check_may_exist(spec, root, path))
			return true;
		directory += length + (directory[length] == ':');
	}
	return false;
}

static void check_program(const struct service_request *request, struct report *report)
{
	const struct spec *spec = request->spec;
	const char *program = spec->process && spec->process->args.n ? spec->process->args.items[0] : NULL;
	own_fd root = spec->root && spec->root->path ? open(spec->root->path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	bool found;

	/* a relative path with a '/' is below a working directory that may yet be made */
	if (root < 0 || !program || (strchr(program, '/') && program[0] != '/'))
		return;
	found = program[0] == '/' ? check_may_exist(spec, root, program) : check_is_in_path(spec, root, program);
	if (!found)
		report_refuse(report, "exec-not-found", "/process/args/0",
			"not found in the root filesystem, nor may a mount have it");
}

static bool check_is_bind(const struct spec_mount *mount)
{
	for (size_t i = 0; i < mount->options.n; i++)
		if (strcmp(mount->options.items[i], "bind") == 0 || strcmp(mount->options.items[i], "rbind") == 0)
			return true;
	return mount->type && strcmp(mount->type, "bind") == 0;
}

static void check_mounts(const struct service_request *request, struct report *report)
{
	own_fd bundle = open(request->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < request->spec->mounts_n; i++) {
		const struct spec_mount *mount = &request->spec->mounts[i];
		struct err e = ERR_NONE;
		char pointer[64];

		if (!check_is_bind(mount) || !mount->source || faccessat(bundle, mount->source, F_OK, AT_EACCESS) == 0)
			continue;
		(void)err_sys(&e, "the mount's source '%s'", mount->source);      /* added below */
		(void)snprintf(pointer, sizeof pointer, "/mounts/%zu/source", i); /* fits */
		report_refuse_err(report, pointer, &e);
	}
}

static void check_namespaces(const struct service_request *request, struct report *report)
{
	const struct spec_linux *l = request->spec->linux;

	for (size_t i = 0; l && i < l->namespaces_n; i++) {
		const char *path = l->namespaces[i].path;
		struct err e = ERR_NONE;
		char pointer[64];

		if (!path || access(path, F_OK) == 0)
			continue;
		(void)err_sys(&e, "the namespace '%s'", path);                            /* added below */
		(void)snprintf(pointer, sizeof pointer, "/linux/namespaces/%zu/path", i); /* fits */
		report_refuse_err(report, pointer, &e);
	}
}

static void check_seccomp(const struct service_request *request, struct report *report)
{
	const struct spec_linux *l = request->spec->linux;
	struct err e = ERR_NONE;

	if (seccomp_tell_check(l ? l->seccomp : NULL, &e) < 0)
		report_refuse_err(report, "/linux/seccomp", &e);
}

static void check_namespaces_plan(const struct service_request *request, struct report *report)
{
	const struct fidelity_host host = fidelity_probe(request->spec);
	size_t before = report->errors_n;
	__attribute__((cleanup(prepared_free))) struct prepared prepared = {0};
	struct err e = ERR_NONE;

	fidelity_check(request->spec, &host, report);
	if (report->errors_n == before && prepare_service(request, &prepared, &e) < 0)
		report_refuse_err(report, "", &e);
}

static void check_microvm_plan(const struct service_request *request, struct report *report)
{
	size_t before = report->errors_n;
	own_microvm_prepared prepared = {0};
	struct err e = ERR_NONE;

	microvm_fidelity_check(request->spec, request->bundle, report);
	if (report->errors_n == before && microvm_prepare(request, &prepared, &e) < 0)
		report_refuse_err(report, "", &e);
}

/* What the wall cannot honour; then what only planning tells: limits that the host's cgroups cannot keep. */
static void check_plan(const struct service_request *request, struct report *report)
{
	bool microvm = backend_find(request->isolation) == &isolation_microvm;

	(microvm ? check_microvm_plan : check_namespaces_plan)(request, report);
}

void service_check_host(const struct service_request *request, struct report *report)
{
	static check_host *const checks[] = {
		check_root,
		check_program,
		check_mounts,
		check_namespaces,
		check_seccomp,
		check_plan,
	};

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i](request, report);
}
