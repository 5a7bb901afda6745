/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/prepare.h"

#include "config/check.h"
#include "config/parse.h"
#include "microvm/guest/process.h"
#include "microvm/guest/state.h"
#include "microvm/guest/volumes.h"
#include "runtime/isolation/fidelity.h"
#include "runtime/isolation/plan_for.h"

#include <errno.h>
#include <string.h>

/* The guest's kernel may lack what the host's has: that is found here, and named. */
static int prepare_check(const struct spec *spec, struct err *e)
{
	const struct fidelity_host host = fidelity_probe(spec);
	own_report report = {.file = spec->file};

	spec_check(spec, &report);
	if (report.errors_n == 0)
		fidelity_check(spec, &host, &report);
	return report_error(&report, e);
}

static int prepare_spec(const struct text *json, struct spec *ret, struct err *e)
{
	own_report report = {0};
	int r = spec_parse(text_string(json), json->length, "spec.json", ret, &report, e);

	return r ? r : prepare_check(ret, e);
}

static int prepare_cgroup(struct agent *agent, struct err *e)
{
	struct guest_service *service = &agent->service;
	const struct cgroup_wanted wanted = {.cgroups_path = agent->setting->cgroup, .id = service->id};
	struct cgroup_path path;
	int r = cgroup_host_detect(&service->host, e);

	if (r == -ENOENT)
		return 0; /* what the spec asks of cgroups is refused when it is planned */
	r = r ? r : cgroup_path_for(&wanted, &service->host, &path, e);
	r = r ? r : cgroup_prepare(&service->host, &path, &service->cgroup, e);
	if (r == 0)
		mount_cgroups_list(
			&service->spec, &service->host, &service->cgroup, service->mounted, &service->mount_cgroups);
	return r;
}

static int prepare_plan(struct guest_service *service, struct err *e)
{
	const struct plan_setting setting = plan_setting_in_guest(&service->host, service->id, service->no_new_keyring);

	return plan_for_service(&service->spec, &setting, &service->plan, e);
}

int guest_prepare(struct agent *agent, const struct agent_create *create, const struct text *json, struct err *e)
{
	struct guest_service *service = &agent->service;
	int r;

	memcpy(service->id, create->id, sizeof service->id);
	service->id[sizeof service->id - 1] = '\0';
	memcpy(service->bundle, create->bundle, sizeof service->bundle);
	service->bundle[sizeof service->bundle - 1] = '\0';
	service->no_new_keyring = create->flags & AGENT_CREATE_NO_NEW_KEYRING;
	r = prepare_spec(json, &service->spec, e);
	r = r ? r : process_set_window(service->spec.process, &create->window, &service->spec.arena, e);
	r = r ? r : volumes_mount(&service->spec, agent->setting->volumes, e);
	r = r ? r : prepare_cgroup(agent, e);
	return r ? r : prepare_plan(service, e);
}
