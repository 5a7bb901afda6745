/* SPDX-License-Identifier: Apache-2.0 */
#include "config/parse.h"
#include "runtime/cli/make.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/microvm_prepare.h"
#include "runtime/service/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct plan_options {
	struct cli_make_options make; /* first: what run and create share */
	const char *cgroups, *process;
	bool json, create;
};

static const struct {
	const char *name;
	enum cgroup_mode mode;
} plan_cgroup_modes[] = {
	{"v1", CGROUP_MODE_V1},
	{"hybrid", CGROUP_MODE_HYBRID},
	{"v2", CGROUP_MODE_V2},
};

static int plan_host(const char *name, struct cgroup_host *ret, struct err *e)
{
	for (size_t i = 0; i < sizeof plan_cgroup_modes / sizeof *plan_cgroup_modes; i++)
		if (strcmp(plan_cgroup_modes[i].name, name) == 0) {
			*ret = cgroup_host_fixed(plan_cgroup_modes[i].mode);
			return 0;
		}
	return err_set(e, EINVAL, "usage", "--cgroups: found '%s', want v1, hybrid or v2", name);
}

static int plan_namespaces(
	const struct plan_options *o, const struct service_request *request, struct text *out, struct err *e)
{
	__attribute__((cleanup(prepared_free))) struct prepared prepared = {0};
	int r = o->cgroups ? plan_host(o->cgroups, &prepared.host, e) : 0;

	if (r < 0)
		return r;
	r = o->cgroups ? prepare_plan(request, &prepared, e) : prepare_service(request, &prepared, e);
	if (r < 0)
		return r;
	return o->json ? plan_print_json(&prepared.plan, out, e) : plan_print_text(&prepared.plan, out, e);
}

static int plan_microvm(
	const struct plan_options *o, const struct service_request *request, struct text *out, struct err *e)
{
	own_microvm_prepared prepared = {0};
	int r = o->cgroups ? plan_host(o->cgroups, &prepared.vmm.host, e) : 0;

	if (r < 0)
		return r;
	r = o->cgroups ? microvm_prepare_plan(request, &prepared, e) : microvm_prepare(request, &prepared, e);
	if (r < 0)
		return r;
	return o->json ? microvm_prepared_json(&prepared, out, e) : microvm_prepared_text(&prepared, out, e);
}

/* What an exec of the process in a file would do in the service, once that runs. */
static int plan_exec(const struct plan_options *o, struct cli_making *making, struct text *out, struct err *e)
{
	__attribute__((cleanup(prepared_free))) struct prepared prepared = {0};
	struct spec further = making->loaded.spec; /* shares what it points to */
	struct spec_process process = {0};
	int r = o->cgroups ? plan_host(o->cgroups, &prepared.host, e) : 0;

	further.process = &process;
	r = r ? r : process_load(AT_FDCWD, o->process, &making->loaded.spec.arena, &process, e);
	r = r ? r : process_validate(&process, e);
	if (r < 0)
		return err_ctx(e, "the process to execute");
	r = prepare_exec(&making->request, &further, &prepared, e);
	if (r < 0)
		return r;
	return o->json ? plan_print_json(&prepared.plan, out, e) : plan_print_text(&prepared.plan, out, e);
}

static int plan_exec_check(const struct plan_options *o, const char *isolation, struct err *e)
{
	if (o->create)
		return err_set(e, EINVAL, "usage", "plan: found --process and --create, want one of them");
	if (strcmp(isolation, "microvm") == 0)
		return err_set(e, ENOTSUP, "usage",
			"--process: the guest of a microVM starts its further processes by itself");
	return 0;
}

static int plan_write(const struct plan_options *o, struct cli_making *making, struct text *out, struct err *e)
{
	int r = o->process ? plan_exec_check(o, making->request.isolation, e) : 0;

	if (r < 0 || o->process)
		return r ? r : plan_exec(o, making, out, e);
	if (strcmp(making->request.isolation, "microvm") == 0)
		return plan_microvm(o, &making->request, out, e);
	return plan_namespaces(o, &making->request, out, e);
}

static int cli_plan(const struct cli_call *call, struct err *e)
{
	const struct plan_options *o = call->options;
	own_making making = {0};
	own_text out = {0};
	int r = cli_making_prepare(call, &making, e);

	if (r < 0)
		return r;
	making.request.wait_start = o->create;
	if (o->cgroups)
		making.request.privileged = true; /* a plan for a host that is given does not depend on who asks */
	r = plan_write(o, &making, &out, e);
	return r ? r : cli_print(&out, e);
}

static const struct cli_option plan_options[] = {
	CLI_MAKE_OPTIONS,
	{"cgroups", 0, CLI_TEXT, offsetof(struct plan_options, cgroups), "MODE", "for a host with v1, hybrid or v2"},
	{"process", 'p', CLI_TEXT, offsetof(struct plan_options, process), "FILE", "of an exec of this process"},
	{"json", 0, CLI_FLAG, offsetof(struct plan_options, json), NULL, "as JSON"},
	{"create", 0, CLI_FLAG, offsetof(struct plan_options, create), NULL, "of create, not of run"},
};

const struct cli_verb cli_verb_plan = {
	.name = "plan",
	.synopsis = "[options] ID | SPEC.json",
	.summary = "Print what starting a service, or an exec in it, would do, and change nothing",
	.options = plan_options,
	.options_n = sizeof plan_options / sizeof *plan_options,
	.options_size = sizeof(struct plan_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_plan,
};
