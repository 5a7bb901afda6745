/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_write.h"
#include "runtime/cli/open.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"

static void state_annotations(struct json_writer *w, const struct service *s)
{
	own_spec spec = {0};
	struct err ignored;

	/* a service that is being created has no spec on disk yet */
	if (service_spec(s, &spec, &ignored) < 0 || !spec.annotations.n)
		return;
	json_write_key(w, "annotations");
	json_write_begin_object(w);
	for (size_t i = 0; i < spec.annotations.n; i++)
		json_write_member_string(w, spec.annotations.items[i].key, spec.annotations.items[i].value);
	json_write_end_object(w);
}

/* runtime.md, "State", and what runc adds to it. */
static int cli_state(const struct cli_call *call, struct err *e)
{
	own_service s = SERVICE_NONE;
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};
	int r = cli_open(call, false, &s, e);
	enum service_status status = r ? SERVICE_STOPPED : service_status(&s);

	if (r < 0)
		return r;
	json_write_begin_object(&w);
	json_write_member_string(&w, "ociVersion", s.state.oci_version);
	json_write_member_string(&w, "id", s.state.id);
	json_write_member_int(&w, "pid", status == SERVICE_STOPPED ? 0 : s.state.pid);
	json_write_member_string(&w, "status", service_status_name(status));
	json_write_member_string(&w, "bundle", s.state.bundle);
	json_write_member_string(&w, "rootfs", s.state.rootfs);
	json_write_member_string(&w, "created", s.state.created);
	json_write_member_string(&w, "isolation", s.state.isolation);
	state_annotations(&w, &s);
	json_write_end_object(&w);
	text_add(&out, "\n");
	return cli_print(&out, e);
}

const struct cli_verb cli_verb_state = {
	.name = "state",
	.synopsis = "ID",
	.summary = "Print a service's state as JSON",
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_state,
};
