/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of a service that runs, as far as the guest keeps them. */
#include "base/own.h"
#include "config/parse.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/request.h"
#include "microvm/guest/state.h"
#include "runtime/isolation/cgroup_update.h"

static int update_apply(
	const struct guest_service *service, const struct spec_resources *resources, struct arena *arena, struct err *e)
{
	const struct spec_linux *l = service->spec.linux;
	const struct cgroup_update update = {
		.resources = resources, .devices = l ? l->devices : NULL, .devices_n = l ? l->devices_n : 0};
	struct cgroup_changes changes;
	int r = cgroup_update_plan(&service->cgroup, &update, arena, &changes, e);

	return r ? r : cgroup_update_apply(&service->cgroup, &changes, e);
}

int request_update(struct connection *c, const struct frame *frame, struct err *e)
{
	const struct json_source source = {
		.text = text_string(&frame->payload), .length = frame->payload.length, .name = "resources"};
	const struct guest_service *service = &c->agent->service;
	struct spec_resources resources = {0};
	own_report report = {0};
	own_arena arena = {0};
	int r = request_need_cgroup(service, e);

	r = r ? r : resources_parse(&source, &arena, &resources, &report, e);
	r = r ? r : update_apply(service, &resources, &arena, e);
	if (r == 0)
		connection_done(c);
	return r;
}
