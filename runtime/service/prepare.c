/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/prepare.h"

#include "base/process.h"
#include "runtime/isolation/cgroup_delegation.h"
#include "runtime/isolation/fidelity.h"

#include <errno.h>
#include <unistd.h>

static const char *prepare_cgroups_path(const struct spec *spec)
{
	return spec->linux ? spec->linux->cgroups_path : NULL;
}

static int prepare_cgroup(const struct service_request *request, struct prepared *p, struct err *e)
{
	const struct cgroup_wanted wanted = {.cgroups_path = prepare_cgroups_path(request->spec),
		.id = request->id,
		.systemd = request->systemd_cgroup};
	struct cgroup_path path;
	int r = cgroup_path_for(&wanted, &p->host, &path, e);

	if (r < 0)
		return err_at(e, "/linux/cgroupsPath");
	if ((!request->privileged || p->user_namespace) && !request->systemd_cgroup)
		cgroup_host_keep_delegated(&p->host, &path);
	return cgroup_prepare(&p->host, &path, &p->cgroup, e);
}

struct plan_setting prepare_setting(const struct service_request *request, const struct prepared *prepared)
{
	struct plan_setting setting = plan_setting_on(&prepared->host);

	setting.id = request->id;
	setting.bundle = request->bundle;
	setting.privileged = request->privileged;
	setting.user_namespace = prepared->user_namespace;
	setting.wait_start = request->wait_start;
	setting.systemd_cgroup = request->systemd_cgroup;
	setting.no_pivot = request->no_pivot;
	setting.no_new_keyring = request->no_new_keyring;
	setting.bare = request->bare;
	return setting;
}

int prepare_plan(const struct service_request *request, struct prepared *ret, struct err *e)
{
	const struct plan_setting setting = prepare_setting(request, ret);

	return plan_for_service(request->spec, &setting, &ret->plan, e);
}

static int prepare_check(const struct service_request *request, struct err *e)
{
	const struct spec *spec = request->spec;
	const struct fidelity_host host = fidelity_probe(spec);
	own_report unheard = {0};
	struct report *report = request->report ? request->report : &unheard;

	report->file = spec->file;
	fidelity_check(spec, &host, report);
	return report_error(report, e);
}

/* What the request's plan depends on. */
static int prepare_host(const struct service_request *request, struct prepared *ret, struct err *e)
{
	int r = prepare_check(request, e);

	if (r < 0)
		return r;
	ret->user_namespace = process_is_in_user_namespace();
	r = cgroup_host_detect(&ret->host, e);
	if (r == -ENOENT)
		r = 0; /* a host without cgroups: what the spec asks of them is refused when it is planned */
	return r || !ret->host.n ? r : prepare_cgroup(request, ret, e);
}

int prepare_service(const struct service_request *request, struct prepared *ret, struct err *e)
{
	int r = prepare_host(request, ret, e);

	if (r < 0)
		return r;
	mount_cgroups_list(request->spec, &ret->host, &ret->cgroup, ret->mounted, &ret->mount_cgroups);
	return prepare_plan(request, ret, e);
}

int prepare_restore(const struct service_request *request, struct prepared *ret, struct err *e)
{
	int r = prepare_host(request, ret, e);
	struct plan_setting setting;

	if (r < 0)
		return r;
	setting = prepare_setting(request, ret);
	return plan_for_restore(request->spec, &setting, &ret->plan, e);
}

int prepare_exec(const struct service_request *request, const struct spec *further, struct prepared *ret, struct err *e)
{
	int r = ret->host.n ? 0 : cgroup_host_detect(&ret->host, e);
	struct plan_setting setting;

	if (r < 0 && r != -ENOENT)
		return r;
	setting = prepare_setting(request, ret);
	setting.unseen = plan_may_trace(request->spec);
	setting.no_record = !request->pid_file;
	return plan_for_exec(further, &setting, &ret->plan, e);
}

int prepare_cgroup_text(const struct prepared *prepared, struct service_state *state, struct err *e)
{
	own_text text = {0};
	int r = prepared->host.n ? cgroup_save(&prepared->cgroup, &text, e) : 0;

	if (r < 0)
		return r;
	state->cgroup = arena_string(&state->arena, text_string(&text));
	return state->cgroup ? 0 : err_nomem(e);
}

void prepared_free(struct prepared *prepared)
{
	plan_free(&prepared->plan);
	cgroup_free(&prepared->cgroup);
	cgroup_host_free(&prepared->host);
}
